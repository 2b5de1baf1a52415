import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import SQLiteAccess
import Testing

/// The settings of a connection, and what its errors name.
struct FieldSessionTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let driver: SQLiteDriver

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("session.db")
        driver = SQLiteDriver(path: path, busyTimeout: 0.1)
        try RawDatabase(path).execute(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL UNIQUE, n INTEGER CONSTRAINT small CHECK (n < 10));
            CREATE TABLE strict (n INTEGER) STRICT;
            INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2);
            CREATE INDEX existing ON t (n);
            CREATE TRIGGER guard BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'the owner says no'); END;
            """)
    }

    @Test("Every setting that changes what a statement means has the value that the program depends on")
    func settings() throws {
        let expected = [
            "foreign_keys": "0", "defer_foreign_keys": "0", "recursive_triggers": "0", "reverse_unordered_selects": "0",
            "read_uncommitted": "0", "writable_schema": "0", "ignore_check_constraints": "0", "legacy_alter_table": "0",
            "trusted_schema": "1", "cell_size_check": "0", "full_column_names": "0", "short_column_names": "1",
            "count_changes": "0", "automatic_index": "1", "temp_store": "0", "mmap_size": "0", "synchronous": "2",
            "locking_mode": "normal",
        ]
        try driver.withConnection(for: .write) { connection in
            for (name, value) in expected {
                let found = try connection.value("PRAGMA \(name)")?.keyText
                // SQLite reports no size where it was built without mapping.
                if name == "mmap_size", found == nil { continue }
                #expect(found == value, "\(name)")
            }
            let like = try connection.value("SELECT 'A' LIKE 'a'")
            #expect(like == .integer(1))
        }
    }

    /// Statements that fail, and the object that the message has to name.
    static let failures: [(sql: String, object: String)] = [
        ("INSERT INTO t (v) VALUES ('a')", "t.v"), ("INSERT INTO t (v) VALUES (NULL)", "t.v"),
        ("INSERT INTO t (v, n) VALUES ('c', 11)", "small"), ("INSERT INTO strict VALUES ('text')", "strict.n"),
        ("DELETE FROM \"t\"", "guard"), ("DELETE FROM t WHERE id = 1", "guard"),
        ("SELECT gone FROM t", "gone"), ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT missing_function(1)", "missing_function"),
        ("CREATE TABLE t (a)", "t"), ("CREATE INDEX existing ON t (v)", "existing"),
        ("ALTER TABLE t ADD COLUMN v TEXT", "v"), ("INSERT INTO t (absent) VALUES (1)", "absent"),
        ("ALTER TABLE t DROP COLUMN id", "t"), ("DROP INDEX none", "none"),
        ("CREATE VIRTUAL TABLE x USING no_module(a)", "no_module"), ("SELECT v COLLATE none FROM t ORDER BY 1", "none"),
    ]

    @Test("A refused statement names its object and nothing of the rows", arguments: failures.indices)
    func refusedStatementNamesObject(index: Int) throws {
        let (sql, object) = Self.failures[index]
        do {
            try driver.withConnection(for: .write) { connection in
                if sql.hasPrefix("SELECT") {
                    _ = try connection.rows(SQLStatement(sql))
                } else {
                    try connection.execute(sql)
                }
            }
            Issue.record("\(sql) must fail")
        } catch let error as DatabaseError {
            #expect(error.message.contains(object), "\(error.message)")
            #expect(!error.message.contains("the owner says no"), "what a trigger says may be row contents")
        }
    }
}
