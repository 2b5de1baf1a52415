import AgnoSchema
import DatabaseAccess
import Testing

@testable import SQLDialects

@Suite("Taking keys out of a CREATE TABLE text")
struct TableKeyTests {
    /// Removes the key on a and b; all that may be missing afterwards is that key.
    private func checkRemoval(_ body: String, options: String = "", covering columns: [String] = ["a", "b"]) throws {
        let sql = "CREATE TABLE t (\(body))\(options)"
        var source = try #require(SQLiteTableSource(sql))
        source.removeUniqueKeys(covering: columns)
        let edited = source.statement(named: "new")
        try Scratch.withDatabase([sql, edited]) { connection in
            let old = try connection.facts(ofTable: "t")
            let new = try connection.facts(ofTable: "new")
            let gone = old.subtracting(new)
            #expect(new.isSubset(of: old), "\(edited)")
            #expect(!gone.isEmpty, "\(edited)")
            for fact in gone {
                let names = (fact.split(separator: "|").last ?? "").split(separator: ",").map {
                    $0.split(separator: " ")[0]
                }
                #expect(fact.hasPrefix("key|u|") && Set(names.map(String.init)) == Set(columns), "\(fact): \(edited)")
            }
            let left = new.filter { fact in
                guard fact.hasPrefix("key|u|") else { return false }
                let names = (fact.split(separator: "|").last ?? "").split(separator: ",").map {
                    $0.split(separator: " ")[0]
                }
                return Set(names.map(String.init)) == Set(columns)
            }
            #expect(left.isEmpty, "\(edited)")
        }
    }

    @Test(
        "A table's unique constraint, however it is written",
        arguments: [
            "UNIQUE (a, b)", "unique(b,a)", "CONSTRAINT u UNIQUE (\"a\", [b])",
            "constraint \"u (x, y)\" unique (`a`, 'b')",
            "UNIQUE (a COLLATE NOCASE, b DESC) ON CONFLICT IGNORE", "UNIQUE /* a, b */ (a, -- a)\n b)", "UNIQUE (A, B)",
            "CONSTRAINT /* the */ u /* key */ UNIQUE (a, b)", "UNIQUE (a, b), UNIQUE (b, a DESC)",
        ])
    func tableConstraint(_ constraint: String) throws {
        for surroundings in [
            "a TEXT, b TEXT, c TEXT, @@",
            "a TEXT, b TEXT, c TEXT, CHECK (c <> 'UNIQUE (a, b)'), @@, UNIQUE (a), UNIQUE (a, b, c)",
            "a TEXT, b TEXT, c TEXT, UNIQUE (a, c), @@, CHECK (a <> b)", "a TEXT, b TEXT, c TEXT, PRIMARY KEY (c), @@",
        ] {
            try checkRemoval(surroundings.replacing("@@", with: constraint))
        }
    }

    @Test("Constraints that no comma separates are told apart")
    func withoutCommas() throws {
        try checkRemoval("a TEXT, b TEXT, UNIQUE (a, b) CHECK (a <> b) UNIQUE (b)")
        try checkRemoval("a TEXT, b TEXT, CHECK (a <> b) CONSTRAINT u UNIQUE (a, b) UNIQUE (b)")
        try checkRemoval("a TEXT, b TEXT, PRIMARY KEY (a) UNIQUE (a, b)")
        let sql = "CREATE TABLE t (a TEXT, b TEXT, CHECK (a <> b) UNIQUE (a, b))"
        var source = try #require(SQLiteTableSource(sql))
        source.removeUniqueKeys(covering: ["a", "b"])
        #expect(source.statement(named: "t").contains("CHECK (a <> b)"))
    }

    @Test(
        "A column's own unique constraint, and nothing else of the column",
        arguments: [
            "a TEXT UNIQUE", "a TEXT unique NOT NULL", "a TEXT NOT NULL UNIQUE DEFAULT 'UNIQUE'",
            "a TEXT CONSTRAINT u UNIQUE",
            "a TEXT UNIQUE ON CONFLICT IGNORE", "a TEXT UNIQUE ON CONFLICT REPLACE NOT NULL ON CONFLICT FAIL",
            "a UNIQUE",
            "\"a\" TEXT UNIQUE /* key */", "a TEXT CHECK (a <> ' UNIQUE ') UNIQUE COLLATE NOCASE", "A TEXT UNIQUE",
        ])
    func columnConstraint(_ column: String) throws {
        let name = column.hasPrefix("A") ? "A" : "a"
        try checkRemoval("\(column), b TEXT UNIQUE, UNIQUE (a, b)", covering: [name])
        try checkRemoval("b TEXT UNIQUE, \(column)", covering: [name])
    }

    @Test("The primary key, of the table or of a column")
    func primaryKey() throws {
        for sql in [
            "CREATE TABLE t (a TEXT, b TEXT, PRIMARY KEY (a, b))",
            "CREATE TABLE t (a TEXT, b TEXT, CONSTRAINT p primary key (a) UNIQUE (b))",
            "CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT)",
            "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, b TEXT)",
            "CREATE TABLE t (a TEXT CONSTRAINT p PRIMARY KEY DESC ON CONFLICT IGNORE NOT NULL, b TEXT)",
        ] {
            var source = try #require(SQLiteTableSource(sql))
            source.removePrimaryKey()
            let edited = source.statement(named: "new")
            try Scratch.withDatabase([sql, edited]) { connection in
                let keys = try connection.value("SELECT COUNT(*) FROM pragma_table_xinfo('new') WHERE pk > 0")
                #expect(keys == .integer(0), "\(edited)")
                let names = "SELECT name, type, \"notnull\" FROM pragma_table_xinfo(?1)"
                #expect(
                    try connection.texts(names, [.text("new")]) == connection.texts(names, [.text("t")]), "\(edited)")
            }
        }
    }
}
