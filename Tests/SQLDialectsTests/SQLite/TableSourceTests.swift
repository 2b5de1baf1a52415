import DatabaseAccess
import Testing

@testable import SQLDialects

/// `CREATE TABLE` texts as people write them; each table is called `t` and has a column `k`.
private let uglyTables = [
    "CREATE TABLE t (k TEXT)",
    "create table t(k)",
    "CREATE TABLE\"t\"(\"k\"TEXT,\"b\"TEXT)",
    "CREATE TABLE t (k TEXT PRIMARY KEY, b BLOB) WITHOUT ROWID",
    "CREATE TABLE t (k TEXT, b INTEGER PRIMARY KEY AUTOINCREMENT)",
    "CREATE TABLE t (k TEXT, b ANY) STRICT",
    "CREATE TABLE t (k TEXT PRIMARY KEY, b INT) /* , ( */ STRICT, WITHOUT ROWID -- the end",
    "CREATE TABLE t (k TEXT DEFAULT ',', b TEXT DEFAULT (')'), c TEXT DEFAULT 'it''s (')",
    "CREATE TABLE t (k TEXT CHECK (k IN ('a,b', ')', '(')), CHECK (length(k) < max(3, 5)))",
    "CREATE TABLE t (-- first, (\n k TEXT, /* second, ) */ b TEXT -- third\n, c TEXT /* fourth */ -- fifth\n)",
    "CREATE TABLE t (k TEXT, \"a, \"\"b\"\" (c)\" TEXT, [d, e (] TEXT, `f``, g` TEXT, 'h'', i' TEXT)",
    "CREATE TABLE t (k TEXT, \"order\" TEXT, \"unique\" TEXT UNIQUE, \"primary\" TEXT, [check] TEXT, `foreign` TEXT)",
    "CREATE TABLE t (k TEXT, größe TEXT, 名前 TEXT, \"naïve é\" TEXT, a\u{A0}b TEXT)",
    "CREATE TABLE t (k TEXT, g TEXT GENERATED ALWAYS AS (k || ',') STORED, h AS (upper(k)))",
    "CREATE TABLE t (k TEXT COLLATE NOCASE, b TEXT, UNIQUE (k, b), UNIQUE (b COLLATE RTRIM, k DESC) ON CONFLICT IGNORE)",
    "CREATE TABLE t (k TEXT, b TEXT, CONSTRAINT \"a, b\" UNIQUE (b) CONSTRAINT c CHECK (b <> k) UNIQUE (b, k))",
    "CREATE TABLE t (k TEXT, b TEXT REFERENCES p (id) ON DELETE CASCADE, FOREIGN KEY (b, k) REFERENCES p (id, n))",
    "CREATE TABLE t (k VARCHAR(10, 2), b DOUBLE PRECISION, c NUMERIC (3,\n1), d \"my type, (x)\")",
    "CREATE TABLE t (\n\tk TEXT NOT NULL ON CONFLICT REPLACE DEFAULT '',\r\n\tb TEXT\u{C}UNIQUE ON CONFLICT FAIL\n)",
    "CREATE TABLE t (k TEXT, e1 TEXT, _b TEXT, c$d1 TEXT)",
]

@Suite("The editor of CREATE TABLE texts")
struct TableSourceTests {
    private static let parent = "CREATE TABLE p (id TEXT PRIMARY KEY, n TEXT, UNIQUE (id, n))"

    /// Makes the original and the edited table in one database and hands over what SQLite says of each.
    private func compare(
        _ sql: String, edit: (inout SQLiteTableSource) -> Void,
        _ body: (Set<String>, Set<String>, String) throws -> Void
    ) throws {
        var source = try #require(SQLiteTableSource(sql))
        edit(&source)
        let edited = source.statement(named: "\"n e\"\"w\"")
        try Scratch.withDatabase([Self.parent, sql, edited]) { connection in
            try body(try connection.facts(ofTable: "t"), try connection.facts(ofTable: "n e\"w"), edited)
        }
    }

    @Test("Unedited, the text makes the same table under another name", arguments: uglyTables)
    func unedited(_ sql: String) throws {
        try compare(sql, edit: { _ in }) { old, new, text in #expect(new == old, "\(text)") }
    }

    @Test("What SQLite keeps of a text can be read back as often as one likes", arguments: uglyTables)
    func stable(_ sql: String) throws {
        let once = try #require(SQLiteTableSource(sql)).statement(named: "x")
        #expect(try #require(SQLiteTableSource(once)).statement(named: "x") == once)
    }

    @Test("A new column is the only difference", arguments: uglyTables)
    func addColumn(_ sql: String) throws {
        try compare(sql, edit: { $0.addColumn("\"new, column\" TEXT", named: "new, column") }) { old, new, text in
            #expect(new.subtracting(old) == ["column|new, column|TEXT|0|NULL|0|0"], "\(text)")
            #expect(new.isSuperset(of: old), "\(text)")
        }
    }

    @Test("A new constraint is the only difference", arguments: uglyTables)
    func addConstraint(_ sql: String) throws {
        try compare(sql, edit: { $0.addConstraint("CONSTRAINT \"u, x\" UNIQUE (\"k\")") }) { old, new, text in
            let added = new.subtracting(old)
            // In some of them k is a key already.
            #expect(added.allSatisfy { $0.hasPrefix("key|u|1|0|k ") }, "\(text)")
            #expect(new.isSuperset(of: old), "\(text)")
            #expect(new.contains { $0.hasPrefix("key|u|1|0|k ") || $0.hasPrefix("key|pk|1|0|k ") }, "\(text)")
        }
    }

    @Test("Columns are removed by the name that their quotes stand for")
    func removeColumn() throws {
        let sql =
            "CREATE TABLE t (k TEXT, \"a, \"\"b\"\" (c)\" TEXT, [d, e (] TEXT, `f``, g` TEXT, 'h'', i' TEXT, \"unique\" TEXT)"
        for name in ["a, \"b\" (c)", "d, e (", "f`, g", "h', i", "unique", "k"] {
            try compare(sql, edit: { $0.removeColumn(name) }) { old, new, text in
                #expect(old.subtracting(new) == ["column|\(name)|TEXT|0|NULL|0|0"], "\(text)")
                #expect(new.isSubset(of: old))
            }
        }
    }

    @Test("A key that names a removed column goes with it, a foreign key too")
    func removeColumnWithKeys() throws {
        let sql =
            "CREATE TABLE t (k TEXT, b TEXT, UNIQUE (k, b), UNIQUE (k), FOREIGN KEY (b) REFERENCES p (id), CHECK (k <> ''))"
        try compare(sql, edit: { $0.removeColumn("b") }) { _, new, text in
            #expect(
                new == ["column|k|TEXT|0|NULL|0|0", "options|0|0", "key|u|1|0|k BINARY 0"], "\(text)")
        }
    }

    @Test("A type is exchanged, everything else of the column stays")
    func changeType() throws {
        let sql = """
            CREATE TABLE t (k VARCHAR(10, 2) NOT NULL DEFAULT 'x' CHECK (k <> '') COLLATE NOCASE UNIQUE, b DEFAULT 5, c,
                "d" "odd type" REFERENCES p (id), e INT GENERATED ALWAYS AS (b) STORED, f INT AS (b), g TEXT CONSTRAINT n NOT NULL)
            """
        let expected = [
            "k": "column|k|JSON|1|'x'|0|0", "b": "column|b|JSON|0|5|0|0", "c": "column|c|JSON|0|NULL|0|0",
            "d": "column|d|JSON|0|NULL|0|0", "e": "column|e|JSON GENERATED ALWAYS|0|NULL|0|3",
            "f": "column|f|JSON|0|NULL|0|2", "g": "column|g|JSON|1|NULL|0|0",
        ]
        for (column, fact) in expected.sorted(by: { $0.key < $1.key }) {
            try compare(sql, edit: { $0.changeType(ofColumn: column, to: "JSON") }) { old, new, text in
                let changed = new.subtracting(old)
                // SQLite counts the words of GENERATED ALWAYS to the type in one place and not in another.
                #expect(
                    changed == [fact] || changed == [fact.replacing(" GENERATED ALWAYS", with: "")], "\(text)")
                #expect(old.subtracting(new).count == 1, "\(text)")
            }
        }
    }

    @Test(
        "Text that is no table with columns is not edited",
        arguments: [
            "", "CREATE TABLE t", "CREATE TABLE t AS SELECT 1", "CREATE TABLE t (a TEXT", "garbage",
            "CREATE TABLE t (a '", "(",
        ])
    func unreadable(_ sql: String) {
        #expect(SQLiteTableSource(sql) == nil)
    }

    @Test("Only a table that says so is without rowid")
    func withoutRowid() {
        #expect(SQLiteTableSource.isWithoutRowid("CREATE TABLE t (a PRIMARY KEY) without /* x */ rowid"))
        #expect(SQLiteTableSource.isWithoutRowid("CREATE TABLE t (a PRIMARY KEY) STRICT, WITHOUT ROWID"))
        #expect(!SQLiteTableSource.isWithoutRowid("CREATE TABLE t (a PRIMARY KEY) STRICT -- not WITHOUT ROWID"))
        #expect(
            !SQLiteTableSource.isWithoutRowid("CREATE TABLE \"WITHOUT ROWID\" (rowid TEXT, b DEFAULT 'WITHOUT ROWID')"))
    }

    @Test("No token loses a character")
    func tokens() {
        for sql in uglyTables + ["a /* open", "b -- open", "'open", "[open", "\"open \"\"", "\u{0}\u{1F600}x"] {
            #expect(SQLiteToken.tokenize(sql).map(\.source).joined() == sql)
        }
    }
}
