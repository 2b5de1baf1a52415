import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import SQLiteAccess
import Synchronization
import Testing

/// What the engine relies on in the connection to a SQLite file.
struct DriverTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let driver: SQLiteDriver

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("driver.db")
        driver = SQLiteDriver(path: path, busyTimeout: 0.1)
        try RawDatabase(path).execute(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t (v) VALUES ('a'), ('b'), ('c')")
    }

    private func condition(_ body: () throws -> Void) throws -> DatabaseError.Condition? {
        do {
            try body()
            return nil
        } catch let error as DatabaseError {
            return error.condition
        }
    }

    // MARK: Values

    static let values: [SQLValue] = [
        .null, .integer(0), .integer(.max), .integer(.min), .real(0), .real(-0.0), .real(0.1),
        .real(.leastNonzeroMagnitude),
        .real(.greatestFiniteMagnitude), .real(.infinity), .real(-.infinity), .text(""), .text("☃ e\u{301} é 𝄞"),
        .text("a\0b"), .text("\0"), .text("\u{FEFF}mark"), .text("it's \"quoted\""), .blob([]), .blob([0]),
        .blob([0xff, 0xfe, 0x00]), .blob(Array("text".utf8)),
    ]

    @Test("A value comes back byte for byte and of its own type", arguments: values)
    func valueComesBackByte(value: SQLValue) throws {
        let found = try driver.withConnection(for: .write) { connection in
            try connection.execute("INSERT INTO t (id, v) VALUES (99, ?1)", [value])
            return try connection.rows(SQLStatement("SELECT v, typeof(v), hex(v) FROM t WHERE id = 99"))[0]
        }
        #expect(Self.isSame(found[0], value))
        let type =
            switch value {
            case .null: "null"
            case .integer: "integer"
            case .real: "real"
            case .text, .malformedText: "text"
            case .blob: "blob"
            }
        #expect(found[1] == .text(type))
        switch value {
        case .text(let text): #expect(found[2] == .text(Self.hex(Array(text.utf8))))
        case .blob(let bytes): #expect(found[2] == .text(Self.hex(bytes)))
        case .null, .integer, .real, .malformedText: break
        }
    }

    /// Equality that tells the two zeros and canonically equal texts apart.
    private static func isSame(_ left: SQLValue, _ right: SQLValue) -> Bool {
        switch (left, right) {
        case (.real(let left), .real(let right)): left.bitPattern == right.bitPattern
        case (.text(let left), .text(let right)): Array(left.utf8) == Array(right.utf8)
        default: left == right
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    @Test("A NaN is NULL, as SQLite has it")
    func nanNULLSQLite() throws {
        let found = try driver.withConnection(for: .write) { try $0.value("SELECT ?1", [.real(.nan)]) }
        #expect(found == .null)
    }

    @Test("A text that is not UTF-8 comes back as the text that it was")
    func textUTF8Comes() throws {
        let text = SQLValue.malformedText([0x61, 0xff, 0x00])
        let found = try driver.withConnection(for: .write) { connection in
            try connection.execute("INSERT INTO t (id, v) SELECT 99, ?1", [text])
            return try connection.rows(SQLStatement("SELECT v, typeof(v), hex(v) FROM t WHERE v = ?1", [text]))
        }
        #expect(found == [[text, .text("text"), .text("61FF00")]])
    }

    @Test("A value of a few megabytes comes back whole")
    func valueFewMegabytesComes() throws {
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let found = try driver.withConnection(for: .write) { try $0.value("SELECT ?1", [.blob(bytes)]) }
        #expect(found == .blob(bytes))
    }

    @Test("Texts come back the same from a file of any encoding", arguments: ["UTF-8", "UTF-16le", "UTF-16be"])
    func textsComeBackSame(encoding: String) throws {
        let other = directory.file("\(encoding).db")
        try RawDatabase(other).execute("PRAGMA encoding = '\(encoding)'; CREATE TABLE t (v)")
        try SQLiteDriver(path: other).withConnection(for: .write) { connection in
            for text in ["", "a\0b", "☃ 𝄞 e\u{301} é", "\u{FEFF}mark", "\u{10FFFD}"] {
                try connection.execute("DELETE FROM t")
                try connection.execute("INSERT INTO t VALUES (?1)", [.text(text)])
                let found = try connection.value("SELECT v FROM t")
                #expect(Self.isSame(try #require(found), .text(text)))
            }
        }
    }

    // MARK: Statements

    @Test("The number of changed rows is that of the statement")
    func numberChangedRowsStatement() throws {
        try driver.withConnection(for: .write) { connection throws -> Void in
            #expect(try connection.execute("UPDATE t SET v = v || '!' WHERE id > 1") == 2)
            #expect(try connection.execute("UPDATE t SET v = 'x' WHERE id > 100") == 0)
            #expect(try connection.execute("INSERT INTO t (id, v) VALUES (1, 'n') ON CONFLICT (id) DO NOTHING") == 0)
            #expect(try connection.execute("DELETE FROM t") == 3)
        }
    }

    @Test("A statement can run inside the same statement")
    func statementCanRunInside() throws {
        var pairs: [String] = []
        try driver.withConnection(for: .read) { connection in
            let statement = SQLStatement("SELECT v FROM t WHERE id >= ?1 ORDER BY id", [.integer(2)])
            try connection.forEachRow(statement) { outer in
                try connection.forEachRow(statement) { inner in
                    pairs.append((outer[0].string ?? "") + (inner[0].string ?? ""))
                    return true
                }
                return true
            }
        }
        #expect(pairs == ["bb", "bc", "cb", "cc"])
    }

    @Test("The values of one use of a statement are not there in the next")
    func valuesUseStatementNext() throws {
        try driver.withConnection(for: .read) { connection throws -> Void in
            #expect(try connection.value("SELECT ?1 || ?2", [.text("a"), .text("b")]) == .text("ab"))
            #expect(try connection.value("SELECT ?1 || ?2", [.text("a")]) == .null)
        }
    }

    // Swift 6.3 mixes closures up where a closure holds both a macro and other closures: no expectation stands in one.

    @Test("A query that is left early lets go of the table")
    func queryLeftEarlyLets() throws {
        struct Stop: Error {}
        var rows = 0
        var isStopped = false
        try driver.withConnection(for: .write) { connection in
            let statement = SQLStatement("SELECT v FROM t WHERE id > ?1", [.integer(0)])
            try connection.forEachRow(statement) { _ in
                rows += 1
                return false
            }
            do {
                try connection.forEachRow(statement) { _ in throw Stop() }
            } catch is Stop {
                isStopped = true
            }
            try connection.execute("DROP TABLE t")
        }
        #expect(rows == 1)
        #expect(isStopped)
    }

    @Test("A cached statement sees a table that was changed since")
    func cachedStatementSeesTable() throws {
        try driver.withConnection(for: .write) { connection in
            let statement = SQLStatement("SELECT * FROM t WHERE id = ?1", [.integer(1)])
            #expect(try connection.rows(statement)[0].count == 2)
            try connection.execute("ALTER TABLE t ADD COLUMN w DEFAULT 7")
            #expect(try connection.rows(statement)[0] == [.integer(1), .text("a"), .integer(7)])
        }
    }

    @Test("An error in a transaction rolls it back and is the one that is thrown")
    func errorTransactionRollsBack() throws {
        struct Stop: Error {}
        var isStopped = false
        var left: SQLValue?
        try driver.withConnection(for: .write) { connection in
            do {
                try connection.transaction {
                    try connection.execute("DELETE FROM t")
                    throw Stop()
                }
            } catch is Stop {
                isStopped = true
            }
            left = try connection.value("SELECT COUNT(*) FROM t")
            try connection.transaction { _ = try connection.execute("DELETE FROM t WHERE id = 1") }
        }
        #expect(isStopped)
        #expect(left == .integer(3))
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM t") == 2)
    }

    // MARK: Errors

    @Test("A connection for reading cannot write")
    func connectionReadingCannotWrite() throws {
        let found = try condition { try driver.withConnection(for: .read) { _ = try $0.execute("DELETE FROM t") } }
        #expect(found == .readOnly)
        #expect(try RawDatabase(path).int("SELECT COUNT(*) FROM t") == 3)
    }

    @Test("A driver that is opened read-only refuses to write before it opens anything")
    func driverOpenedReadOnly() throws {
        let found = try condition {
            try SQLiteDriver(path: path, isReadOnly: true).withConnection(for: .write) { _ in
                _ = Issue.record("was opened")
            }
        }
        #expect(found == .readOnly)
    }

    @Test("Another writer's lock is waited for and then reported as busy")
    func anotherWriterLockWaited() throws {
        let other = try RawDatabase(path)
        try other.execute("BEGIN IMMEDIATE")
        let found = try condition {
            try driver.withConnection(for: .write) { connection in
                try connection.transaction { _ = Issue.record("there is a writer already") }
            }
        }
        #expect(found == .busy)
        try other.execute("COMMIT")
        try driver.withConnection(for: .write) { connection in
            try connection.transaction { _ = try connection.execute("DELETE FROM t") }
        }
    }

    @Test(
        "An error is named by its condition, and its text is kept apart",
        arguments: [
            ("INSERT INTO t (id) VALUES (1)", "constraint"), ("SELECT nonsense FROM t", "statement_failed"),
            ("SELEC 1", "statement_failed"),
        ])
    func errorNamedConditionWords(sql: String, code: String) throws {
        do {
            try driver.withConnection(for: .write) { _ = try $0.execute(sql) }
            Issue.record("\(sql) must fail")
        } catch let error as DatabaseError {
            #expect(error.condition.rawValue == code)
            #expect(!error.message.contains("t (id)") && !error.message.contains("SELECT"), "\(error.message)")
            #expect(error.detail.contains(sql))
            #expect("\(error)" == error.message)
        }
    }

    @Test("A full disk is reported")
    func fullFileSaidFull() throws {
        let found = try condition {
            try driver.withConnection(for: .write) { connection in
                try connection.execute("PRAGMA max_page_count = 3")
                try connection.execute("INSERT INTO t (v) VALUES (zeroblob(100000))")
            }
        }
        #expect(found == .full)
        #expect(try integrityProblems(of: path) == [])
    }

    @Test("A running statement can be cancelled from another thread")
    func runningStatementCanCancelled() async throws {
        let isRunning = Atomic<Bool>(false)
        async let canceller: Void = {
            while !isRunning.load(ordering: .acquiring) { await Task.yield() }
            // Until it hits: the statement may not have begun when the flag is seen.
            while isRunning.load(ordering: .acquiring) {
                driver.cancelRunningStatement()
                try? await Task.sleep(for: .milliseconds(1))
            }
        }()
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
        let found = try condition {
            try driver.withConnection(for: .write) { connection in
                isRunning.store(true, ordering: .releasing)
                defer { isRunning.store(false, ordering: .releasing) }
                _ = try connection.value(endless)
            }
        }
        await canceller
        #expect(found == .interrupted)
        #expect(try driver.withConnection(for: .read) { try $0.value("SELECT COUNT(*) FROM t") } == .integer(3))
    }

    @Test("Cancelling where nothing runs does nothing")
    func cancellingNothingRunsNothing() throws {
        driver.cancelRunningStatement()
        #expect(try driver.withConnection(for: .read) { try $0.value("SELECT 1") } == .integer(1))
    }

    @Test("A new file is only created on request")
    func newFileOnlyMade() throws {
        let new = directory.file("new.db")
        #expect(try condition { try SQLiteDriver(path: new).withConnection(for: .write) { _ in } } == .cannotConnect)
        #expect(try condition { try SQLiteDriver(path: new).withConnection(for: .read) { _ in } } == .cannotConnect)
        #expect(try directory.names == ["driver.db"])
        try SQLiteDriver(path: new).withConnection(for: .create) { _ = try $0.execute("CREATE TABLE t (a)") }
        #expect(try RawDatabase(new).int("SELECT COUNT(*) FROM t") == 0)
    }
}
