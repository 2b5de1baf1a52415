import DatabaseAccess
import Testing

@testable import SQLDialects

/// The forms that a default can have.
private let defaultForms = [
    "5", "-5", "+5", "- 5", "1e-5", "1E+3", "1.5e3", ".5", "-.5e-3", "5.", "0x1F", "9223372036854775807", "'text'",
    "'it''s, (odd)'", "\"name\"", "[word]", "`word`", "word", "x'ab'", "X'00FF'", "NULL", "TRUE", "CURRENT_TIMESTAMP",
    "(1 + (2 * 3))", "(strftime('%s', 'now'))", "( ')' )", "(-1)", "(x'00')", "/* , ) */ 5", "-- a comment, )\n 5",
    "'multi\nline'", "''", "\"\"",
]

@Suite("Taking a default away and forbidding NULL")
struct ColumnDefaultTests {
    /// What the edited column must be, tried out on a real SQLite.
    private func check(_ sql: String, column: String = "x", type: String = "BIGINT") throws {
        var source = try #require(SQLiteTableSource(sql))
        source.requireValue(ofColumn: column)
        try Scratch.withDatabase(["CREATE TABLE p (id BIGINT PRIMARY KEY)", sql]) { connection in
            try connection.execute(source.statement(named: "\"new\""))
            var wanted = try connection.facts(ofTable: "t")
            var found = try connection.facts(ofTable: "new")
            let isColumn = { (fact: String) in fact.hasPrefix("column|\(column)|") }
            let old = wanted.filter(isColumn)
            let edited = found.filter(isColumn)
            wanted.subtract(old)
            found.subtract(edited)
            #expect(found == wanted, "\(source.statement(named: "new"))")
            let key = old.first?.split(separator: "|").suffix(2).joined(separator: "|") ?? ""
            #expect(edited == ["column|\(column)|\(type)|1|NULL|\(key)"], "\(source.statement(named: "new"))")
        }
    }

    @Test("Any form of a default comes off as a whole", arguments: defaultForms)
    func forms(_ form: String) throws {
        for definition in [
            "x BIGINT DEFAULT \(form)", "x BIGINT DEFAULT \(form) COLLATE NOCASE",
            "x BIGINT COLLATE NOCASE DEFAULT \(form)",
            "x BIGINT NOT NULL DEFAULT \(form)", "x BIGINT default \(form) NOT NULL", "x BIGINT DEFAULT \(form) UNIQUE",
        ] {
            try check("CREATE TABLE t (a TEXT, \(definition), b TEXT DEFAULT 'b')")
            try check("CREATE TABLE t (\(definition))")
        }
    }

    @Test(
        "What else the column says stays",
        arguments: [
            "x BIGINT CONSTRAINT d DEFAULT 5", "x BIGINT REFERENCES p(id) ON DELETE SET DEFAULT DEFAULT 5",
            "x BIGINT DEFAULT 5 REFERENCES p (id) ON DELETE SET DEFAULT ON UPDATE SET NULL",
            "x BIGINT REFERENCES p(id) ON DELETE SET NULL", "x BIGINT REFERENCES p(id) ON UPDATE SET DEFAULT",
            "x BIGINT CHECK (x IS NOT NULL) DEFAULT 5", "x BIGINT CHECK (x IS NOT NULL)", "x BIGINT NULL DEFAULT 5",
            "x BIGINT NOT /* really */ NULL DEFAULT 5", "x BIGINT NOT NULL ON CONFLICT REPLACE DEFAULT 5",
            "\"x\" BIGINT DEFAULT 5", "[x] BIGINT DEFAULT 5", "`x` BIGINT DEFAULT 5", "'x' BIGINT DEFAULT 5",
            "x BIGINT DEFAULT 5 -- a comment, with ) and '\n", "x BIGINT DEFAULT 5 /* , ) ' */",
            "/* , */ x BIGINT DEFAULT 5", "-- before\n x BIGINT DEFAULT 5", "x BIGINT",
            "x BIGINT PRIMARY KEY DEFAULT 5",
            "x BIGINT CHECK (x <> 'DEFAULT 5, (')", "x BIGINT DEFAULT 5 CHECK (x NOT NULL OR 1)",
            "x\tBIGINT\r\n\tDEFAULT\r\n\t5",
        ])
    func surroundings(_ definition: String) throws {
        try check("CREATE TABLE t (a TEXT, \(definition), b TEXT DEFAULT 'b')")
        try check("CREATE TABLE t (a TEXT DEFAULT 'a', \(definition))")
        try check("CREATE TABLE t (\(definition), UNIQUE (x), CHECK (x > 0))")
    }

    @Test("Types of several words and no type at all are left alone")
    func types() throws {
        try check("CREATE TABLE t (x UNSIGNED BIG INT(10, 2) DEFAULT 5, b)", type: "UNSIGNED BIG INT(10, 2)")
        try check("CREATE TABLE t (x DEFAULT 5, b)", type: "")
        try check("CREATE TABLE t (x \"odd type, (really)\" DEFAULT 5)", type: "odd type, (really)")
    }

    @Test("Checks still hold on the edited table")
    func checks() throws {
        let sql = "CREATE TABLE t (x BIGINT CHECK (x <> 77) DEFAULT 5, CONSTRAINT even CHECK (x % 2 = 1))"
        var source = try #require(SQLiteTableSource(sql))
        source.requireValue(ofColumn: "x")
        try Scratch.withDatabase([source.statement(named: "t")]) { connection in
            try connection.execute("INSERT INTO t VALUES (7)")
            for value in ["77", "8", "NULL"] {
                #expect(throws: DatabaseError.self) { try connection.execute("INSERT INTO t VALUES (\(value))") }
            }
        }
    }
}
