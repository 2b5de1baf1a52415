import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import MySQLAccess
import SQLDialects
import ServerContract
import Testing

@Suite("The MySQL driver", .timeLimit(.minutes(30))) struct DriverTests {
    /// The body must be refused, and for that reason.
    private func expect(
        _ condition: DatabaseError.Condition, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () throws -> Void
    ) {
        do {
            try body()
            Issue.record("was not refused", sourceLocation: sourceLocation)
        } catch {
            #expect(
                (error as? DatabaseError)?.condition == condition, "\(String(reflecting: error))",
                sourceLocation: sourceLocation)
        }
    }

    @Test(
        "returns a bound text as it was", arguments: TestServer.all,
        [
            "", "it's \"quoted\" ?1 $1 \\ \\' %s", "Grüße 世界 👩‍🚀", "'; DROP TABLE x; --", "line\nfeed\ttab\u{1a}",
            "a\u{0}b",
            "\\0 \\n \\% \\_",
        ])
    func text(server: TestServer, text: String) throws {
        try server.connected { connection in
            let bound = try connection.value("SELECT ?1", [.text(text)])
            #expect(bound == .text(text))
            // In the text protocol, as a constant of the statement's.
            let constant = "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
            #expect(try connection.value("SELECT \(constant)") == .text(text))
        }
    }

    @Test("returns numbers, truth values, bytes and NULL as such, in both protocols", arguments: TestServer.all)
    func values(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try database.execute(
            "CREATE TABLE t (big BIGINT, ubig BIGINT UNSIGNED, small TINYINT, yes BOOL, real8 DOUBLE, real4 FLOAT, "
                + "exact DECIMAL(30,10), bits BIT(12), day DATE, moment DATETIME(6), span TIME, y YEAR, "
                + "kind ENUM('a','b'), kinds SET('a','b'), raw VARBINARY(10), raws LONGBLOB, words LONGTEXT, doc JSON, "
                + "nothing BIGINT)",
            "INSERT INTO t VALUES (-9223372036854775808, 18446744073709551615, -128, true, -1.5e300, 0.5, "
                + "12345678901234567890.0123456789, b'101010101010', '2024-02-29', '2024-02-29 23:59:59.123456', "
                + "'-838:59:59', 2024, 'b', 'a,b', x'00ff27', x'', '', '{\"a\": 1}', NULL)")
        let expected: SQLRow = [
            .integer(.min), .text("18446744073709551615"), .integer(-128), .integer(1), .real(-1.5e300), .real(0.5),
            .text("12345678901234567890.0123456789"), .integer(0b1010_1010_1010), .text("2024-02-29"),
            .text("2024-02-29 23:59:59.123456"), .text("-838:59:59"), .integer(2024), .text("b"), .text("a,b"),
            .blob([0, 255, 39]), .blob([]), .text(""), .text("{\"a\": 1}"), .null,
        ]
        #expect(try database.rows("SELECT * FROM t") == [expected])
        try database.connected { connection in
            let rows = try connection.rows(SQLStatement("SELECT * FROM t WHERE small = ?1", [.integer(-128)]))
            #expect(rows == [expected])
        }
    }

    @Test("binds every kind of value, NULL in each place", arguments: TestServer.all)
    func binding(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try database.execute("CREATE TABLE t (id BIGINT, i BIGINT, r DOUBLE, s LONGTEXT, b LONGBLOB)")
        let values: [[SQLValue]] = [
            [.integer(1), .integer(.max), .real(0.1), .text("ü\u{0}☃"), .blob([0, 39, 92, 255])],
            [.integer(2), .null, .null, .null, .null],
            [.integer(3), .integer(.min), .real(-0.0), .text(""), .blob([])],
            [.integer(4), .null, .real(.greatestFiniteMagnitude), .null, .blob([1])],
        ]
        try database.connected { connection in
            for row in values {
                let count = try connection.execute("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5)", row)
                #expect(count == 1)
            }
            let found = try connection.rows(SQLStatement("SELECT * FROM t WHERE id > ?1 ORDER BY id", [.integer(0)]))
            #expect(found == values)
        }
    }

    @Test("lets the server refuse a text that is no UTF-8", arguments: TestServer.all)
    func malformed(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try database.execute("CREATE TABLE t (s TEXT CHARACTER SET utf8mb4, b BLOB)")
        try database.connected { connection in
            let bytes: [UInt8] = [97, 0xff, 98]
            expect(.notStorable) { try connection.execute("INSERT INTO t (s) VALUES (?1)", [.malformedText(bytes)]) }
            try connection.execute("INSERT INTO t (b) VALUES (?1)", [.blob(bytes)])
            let rows = try connection.rows(SQLStatement("SELECT s, b FROM t"))
            #expect(rows == [[.null, .blob(bytes)]])
        }
    }

    @Test("takes values of 20 MB there and back, in both protocols", arguments: TestServer.all)
    func large(server: TestServer) throws {
        let size = 20 << 20
        let needed = 64 << 20
        try server.connected { connection in
            let allowed = try connection.value("SELECT @@global.max_allowed_packet")?.int ?? 0
            if allowed < needed { try connection.execute("SET GLOBAL max_allowed_packet = \(needed)") }
        }
        let database = try TestDatabase(on: server)
        try database.execute("CREATE TABLE t (id BIGINT, s LONGTEXT, b LONGBLOB)")
        try database.connected { connection in
            let text = String(repeating: "ü☃a'\\", count: size / 8)
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            try connection.execute("INSERT INTO t VALUES (1, ?1, ?2)", [.text(text), .blob(bytes)])
            let bound = try connection.rows(SQLStatement("SELECT s, b FROM t WHERE id = ?1", [.integer(1)]))
            #expect(bound == [[.text(text), .blob(bytes)]])
            let plain = try connection.rows(SQLStatement("SELECT s, b FROM t"))
            #expect(plain == bound)
        }
    }

    @Test("puts placeholders where they belong: out of order, twice, not in quotes", arguments: TestServer.all)
    func placeholders(server: TestServer) throws {
        try server.connected { connection in
            let values: [SQLValue] = [.text("one"), .text("two"), .integer(3)]
            let row = try connection.rows(
                SQLStatement(
                    "SELECT ?3, ?1, 'it''s ?2 \\' ?2', \"a \"\" ?2\", ?2, ?1, 1 AS `a `` ?2`", values)
            ).first
            #expect(
                row == [
                    .integer(3), .text("one"), .text("it's ?2 ' ?2"), .text("a \" ?2"), .text("two"), .text("one"),
                    .integer(1),
                ])
            expect(.other) { _ = try connection.value("SELECT ?1, ?2", [.integer(1)]) }
        }
    }

    @Test("takes a question mark in a comment for no placeholder", arguments: TestServer.all)
    func comments(server: TestServer) throws {
        try server.connected { connection in
            let sql = "SELECT /* ?2 it's \" ` */ ?1 -- what is ?3, it's\n, 5 # and `?4\n, ?1"
            let rows = try connection.rows(SQLStatement(sql, [.text("x")]))
            #expect(rows == [[.text("x"), .integer(5), .text("x")]])
        }
    }

    @Test("holds no more than a row of a result in memory", arguments: TestServer.all)
    func streaming(server: TestServer) throws {
        // So much that nobody can keep all of it beside the tests that run at the same time.
        try server.connected { connection in
            let before = Memory.resident
            var bytes = 0
            var growth = 0
            let sql =
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
                + "SELECT REPEAT('x', 1000000), i FROM n"
            try connection.forEachRow(SQLStatement(sql, [.integer(1000)])) { row in
                bytes += row[0].string?.utf8.count ?? 0
                growth = max(growth, Memory.resident - before)
                return true
            }
            #expect(bytes == 1_000_000_000)
            #expect(growth < 500_000_000, "\(growth) bytes")
        }
    }

    @Test("stops reading rows when it is told to, and the connection stays usable", arguments: TestServer.all)
    func earlyStop(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try database.execute("CREATE TABLE t (id BIGINT)")
        try database.connected { connection in
            for id in 1...50 { try connection.execute("INSERT INTO t VALUES (?1)", [.integer(Int64(id))]) }
            for bindings in [[], [SQLValue.integer(0)]] {
                let sql = "SELECT a.id FROM t a JOIN t b" + (bindings.isEmpty ? "" : " WHERE a.id > ?1")
                var seen = 0
                try connection.forEachRow(SQLStatement(sql, bindings)) { _ in
                    seen += 1
                    return seen < 3
                }
                #expect(seen == 3)
                #expect(try connection.value("SELECT 7") == .integer(7))
                #expect(try connection.value("SELECT ?1", [.integer(8)]) == .integer(8))
                struct Stop: Error {}
                #expect(throws: Stop.self) {
                    try connection.forEachRow(SQLStatement(sql, bindings)) { _ in throw Stop() }
                }
                #expect(try connection.value("SELECT COUNT(*) FROM t") == .integer(50))
            }
        }
    }

    @Test("refuses a statement inside of the rows of another, and goes on", arguments: TestServer.all)
    func nested(server: TestServer) throws {
        try server.connected { connection in
            for bindings in [[], [SQLValue.integer(0)]] {
                let sql = bindings.isEmpty ? "SELECT 1 UNION SELECT 2" : "SELECT 1 + ?1 UNION SELECT 2"
                var rows = 0
                try connection.forEachRow(SQLStatement(sql, bindings)) { _ in
                    rows += 1
                    expect(.other) { _ = try connection.value("SELECT 3") }
                    return true
                }
                #expect(rows == 2)
                let next = try connection.value("SELECT 4")
                #expect(next == .integer(4))
            }
        }
    }

    @Test(
        "uses prepared statements again after the table changed, and more of them than it keeps",
        arguments: TestServer.all)
    func preparedStatements(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try database.connected { connection in
            try connection.execute("CREATE TABLE t (id BIGINT, data TEXT)")
            for id in 1...200 {
                // Each text is another statement.
                try connection.execute(
                    "INSERT INTO t VALUES (?1, ?2) /* \(id % 100) */", [.integer(Int64(id)), .text("x")])
                if id == 100 { try connection.execute("ALTER TABLE t MODIFY COLUMN data LONGBLOB") }
                let found = try connection.rows(SQLStatement("SELECT * FROM t WHERE id = ?1", [.integer(Int64(id))]))
                #expect(found == [[.integer(Int64(id)), id < 100 ? .text("x") : .blob([120])]])
            }
            #expect(try connection.value("SELECT COUNT(*) FROM t") == .integer(200))
            let open = try connection.value(
                "SELECT VARIABLE_VALUE FROM \(Self.status(server)) WHERE VARIABLE_NAME = 'Prepared_stmt_count'")
            #expect((open?.int ?? 0) < 2000)
        }
    }

    private static func status(_ server: TestServer) -> String {
        server == .mariadb ? "information_schema.GLOBAL_STATUS" : "performance_schema.global_status"
    }

    @Test("names what the server refused by condition", arguments: TestServer.all)
    func conditions(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try database.connected { connection in
            try connection.execute(
                "CREATE TABLE t (id BIGINT PRIMARY KEY, s VARCHAR(3), data JSON, latin VARCHAR(9) CHARACTER SET latin1)"
            )
            try connection.execute("CREATE TABLE child (id BIGINT, FOREIGN KEY (id) REFERENCES t (id))")
            try connection.execute("INSERT INTO t (id) VALUES (1)")
            func expect(
                _ condition: DatabaseError.Condition, _ sql: String, _ bindings: [SQLValue] = [],
                sourceLocation: SourceLocation = #_sourceLocation
            ) {
                self.expect(condition, sourceLocation: sourceLocation) { try connection.execute(sql, bindings) }
            }
            for bindings in [[], [SQLValue.integer(1)]] {
                let one = bindings.isEmpty ? "1" : "?1"
                expect(.constraint, "INSERT INTO t (id) VALUES (\(one))", bindings)
                expect(.constraint, "INSERT INTO child (id) VALUES (\(one) + 1)", bindings)
                expect(.notStorable, "INSERT INTO t (id, s) VALUES (\(one) + 1, 'four')", bindings)
                expect(.notStorable, "INSERT INTO t (id, data) VALUES (\(one) + 1, '{x')", bindings)
                expect(.notStorable, "INSERT INTO t (id, latin) VALUES (\(one) + 1, '世')", bindings)
                expect(.constraint, "INSERT INTO t (id) VALUES (NULL)")
                expect(.other, "INSERT INTO t (nothing) VALUES (\(one))", bindings)
            }
            expect(.other, "SELEKT")
            expect(.algorithmNotSupported, "ALTER TABLE t MODIFY COLUMN s BIGINT, ALGORITHM=INPLACE, LOCK=NONE")
            let id = try connection.value("SELECT CONNECTION_ID()")?.int ?? 0
            _ = try server.connected { try $0.execute("KILL \(id)") }
            self.expect(.connectionLost) { _ = try connection.value("SELECT 1") }
        }
    }

    @Test("reports an error in the middle of the rows, not their end", arguments: TestServer.all)
    func errorInTheMiddle(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try database.execute("CREATE TABLE t (id BIGINT PRIMARY KEY)", "INSERT INTO t VALUES (1), (2), (3)")
        try database.connected { connection in
            for bindings in [[], [SQLValue.integer(3)]] {
                var seen = 0
                let third = bindings.isEmpty ? "3" : "?1"
                expect(.notStorable) {
                    try connection.forEachRow(
                        SQLStatement("SELECT id, EXP(IF(id = \(third), 1000, 1)) FROM t", bindings)
                    ) { _ in
                        seen += 1
                        return true
                    }
                }
                #expect(seen == 2)
                let next = try connection.value("SELECT 1")
                #expect(next == .integer(1))
            }
        }
    }

    @Test("cannot write on a connection for reading", arguments: TestServer.all)
    func reading(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try database.execute("CREATE TABLE u (id BIGINT)")
        try server.driver(database.name).withConnection(for: .read) { connection in
            expect(.readOnly) { try connection.execute("CREATE TABLE t (id BIGINT)") }
            expect(.readOnly) { try connection.execute("INSERT INTO u VALUES (?1)", [.integer(1)]) }
        }
    }

    @Test("speaks of itself to the server, and sets what it relies on", arguments: TestServer.all)
    func session(server: TestServer) throws {
        try server.connected { connection in
            let row = try connection.rows(
                SQLStatement(
                    "SELECT @@character_set_client, @@character_set_results, @@autocommit, @@foreign_key_checks, @@time_zone"
                ))
            #expect(row == [[.text("utf8mb4"), .text("utf8mb4"), .integer(1), .integer(1), .text("+00:00")]])
            let mode = try connection.value("SELECT @@sql_mode")?.string ?? ""
            #expect(mode.contains("STRICT_ALL_TABLES"))
            #expect(!mode.contains("NO_BACKSLASH_ESCAPES") && !mode.contains("ANSI_QUOTES"))
        }
    }

    @Test("works as well where the server's own modes are others", arguments: TestServer.all)
    func otherModes(server: TestServer) throws {
        let old = try server.connected { try $0.value("SELECT @@global.sql_mode")?.string ?? "" }
        _ = try server.connected {
            try $0.execute("SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,IGNORE_SPACE'")
        }
        defer { _ = try? server.connected { try $0.execute("SET GLOBAL sql_mode = '\(old)'") } }
        let text = "it's \\ \" `"
        #expect(try server.connected { try $0.value("SELECT ?1, \"x\"", [.text(text)]) } == .text(text))
    }

    @Test("cancels the running statement from another thread", arguments: TestServer.all)
    func cancelling(server: TestServer) throws {
        let driver = try server.driver("mysql")
        let isOver = Flag()
        Thread.detachNewThread {
            while !isOver.isSet {
                driver.cancelRunningStatement()
                usleep(20_000)
            }
        }
        defer { isOver.set() }
        for bindings in [[], [SQLValue.integer(0)]] {
            expect(.interrupted) {
                try driver.withConnection(for: .write) {
                    _ = try $0.value(
                        "SELECT COUNT(*) FROM information_schema.COLUMNS a, information_schema.COLUMNS b, "
                            + "information_schema.COLUMNS c" + (bindings.isEmpty ? "" : " WHERE LENGTH(c.EXTRA) >= ?1"),
                        bindings)
                }
            }
        }
    }

    @Test("gives up waiting for another session's lock on rows and on a table", arguments: TestServer.all)
    func lockTimeout(server: TestServer) throws {
        let database = try TestDatabase(on: server)
        try database.execute("CREATE TABLE t (id BIGINT PRIMARY KEY)", "INSERT INTO t VALUES (1)")
        try database.connected { holder in
            try holder.transaction {
                try holder.execute("UPDATE t SET id = 2")
                expect(.busy) { try database.execute("UPDATE t SET id = 3") }
                expect(.busy) { try database.execute("ALTER TABLE t ADD COLUMN x BIGINT") }
            }
        }
    }
}
