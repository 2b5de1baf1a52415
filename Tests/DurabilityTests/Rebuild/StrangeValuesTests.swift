import AgnoMigrate
import DurabilitySupport
import Testing

/// Values are copied, not understood.
struct StrangeValuesTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("agno.db") }

    init() throws {
        directory = try TemporaryDirectory()
        try UglyDatabase().make(at: directory.file("agno.db"))
    }

    /// SQL for values that have no business in a column.
    static let values = [
        "zeroblob(5000000)", "CAST('nul' || char(0) || 'inside' AS TEXT)", "CAST(X'61ff62' AS TEXT)", "X''", "X'00ff'",
        "''",
        "'2024-01-01T00:00:00Z'", "1.5", "-0.0", "1e999", "-1e999", "9223372036854775807", "-9223372036854775808",
        "9007199254740993", "'1e3'", "char(55357) || char(56832)", "char(65279) || 'mark'", "'☃' || char(769)",
        "2.5e-310", "NULL",
    ]

    private static let memoryColumns =
        "memory_id, memory, input, agent_id, team_id, user_id, topics, updated_at, stars, "
        + "typeof(memory), typeof(input), typeof(topics), typeof(updated_at)"

    @Test("A rebuilt table has the same values of the same types", arguments: values)
    func rebuiltTableSameValues(value: String) throws {
        let database = try RawDatabase(path)
        try database.execute(
            """
            INSERT INTO agno_memories (memory_id, memory, input, topics, updated_at)
            VALUES ('strange', ifnull(\(value), 'x'), \(value), \(value), \(value))
            """)
        let query = "SELECT \(Self.memoryColumns) FROM agno_memories ORDER BY memory_id"
        let before = try database.rows(query)
        let manager = try MigrationManager.over(path)
        try manager.mustGoUp()
        #expect(try database.rows(query) == before)
        try manager.mustGoDown()
        #expect(try database.rows(query) == before)
    }

    @Test(
        "A metrics day that is put aside comes back with the same values",
        arguments: values.filter { !$0.hasPrefix("zeroblob") })
    func metricsDayPutAside(value: String) throws {
        let database = try RawDatabase(path)
        // The trigger would note the cost; that is tested elsewhere.
        try database.execute("DROP TRIGGER metrics_after")
        try database.execute(
            "UPDATE agno_metrics SET cost = \(value), updated_at = \(value), model_metrics = ifnull(\(value), 'x') WHERE id = 'd3'"
        )
        let query = "SELECT *, typeof(cost), typeof(updated_at), typeof(model_metrics) FROM agno_metrics ORDER BY id"
        let before = try database.rows(query)
        let manager = try MigrationManager.over(path)
        try manager.mustGoUp()
        #expect(try database.int("SELECT COUNT(*) FROM agno_metrics WHERE id = 'd3'") == 0)
        try manager.mustGoDown()
        #expect(try database.rows(query) == before)
    }

    @Test(
        "A session with a strange id or strange times keeps its runs",
        arguments: values.filter { !$0.hasPrefix("zeroblob") && $0 != "NULL" })
    func sessionStrangeIdStrange(value: String) throws {
        let database = try RawDatabase(path)
        try database.execute(
            """
            INSERT INTO agno_sessions (session_id, session_type, user_id, runs, created_at, updated_at)
            VALUES (\(value), 'agent', \(value), json_quote('[{"run_id": "strange"}]'), \(value), \(value))
            """)
        let manager = try MigrationManager.over(path)
        try manager.mustGoUp()
        let joined =
            """
            SELECT s.session_id IS r.session_id, typeof(s.session_id) = typeof(r.session_id), s.user_id IS r.user_id,
            typeof(s.user_id) = typeof(r.user_id) FROM agno_runs r
            LEFT JOIN agno_sessions s ON s.session_id = r.session_id WHERE r.run_id = 'strange'
            """
        #expect(try database.rows(joined) == [["1", "1", "1", "1"]])
        let before = try database.rows("SELECT *, typeof(session_id) FROM agno_sessions ORDER BY rowid")
        try manager.mustGoDown()
        try manager.mustGoUp()
        #expect(try database.rows(joined) == [["1", "1", "1", "1"]])
        #expect(try database.rows("SELECT *, typeof(session_id) FROM agno_sessions ORDER BY rowid").last == before.last)
    }
}
