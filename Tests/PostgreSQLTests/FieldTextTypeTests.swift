import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import ServerContract
import Testing

@Suite("Field: columns of 2.0 to 2.2 that 2.3.0 calls TEXT, on PostgreSQL") struct FieldTextTypeTests {
    private func sample(at version: SchemaVersion, _ statements: String...) throws -> TestDatabase {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: version, sessions: 3)
        try database.connected { connection in for statement in statements { try connection.execute(statement) } }
        return database
    }

    /// The types of the three columns, and the file of each of their tables.
    private func types(in database: TestDatabase) throws -> [String] {
        try database.rows(
            "SELECT data_type::text FROM information_schema.columns WHERE table_schema = 'ai' AND "
                + "(table_name, column_name) IN (('agno_memories', 'input'), ('agno_knowledge', 'description'), "
                + "('agno_knowledge', 'status_message')) ORDER BY table_name, column_name"
        ).compactMap { $0.first?.string }
    }

    private func records(in database: TestDatabase) throws -> SQLValue? {
        try database.value("SELECT count(*) FROM ai.agno_migration_markers WHERE table_name LIKE 'type>%'")
    }

    private let texts = Array(repeating: "text", count: 3)
    private let strings = Array(repeating: "character varying", count: 3)

    @Test("They become TEXT, and VARCHAR again on the way down, as often as one goes")
    func upAndDown() throws {
        let database = try sample(at: .baseline)
        #expect(try types(in: database) == strings)
        let repairs = try database.manager().plan().tables.flatMap(\.repairs)
        #expect(repairs.count == 3 && repairs.allSatisfy { $0.hasSuffix("to TEXT") }, "\(repairs)")
        for _ in 1...2 {
            let up = try database.manager().up()
            #expect(up.problems == [] && up.tables.flatMap(\.repaired).count == 3)
            #expect(try types(in: database) == texts)
            #expect(try records(in: database) == .integer(3))
            #expect(try database.manager().verify().isVerified)
            #expect(try !database.manager().status().hasPendingWork)
            let plan = try database.manager().plan(.down, target: .baseline)
            #expect(plan.tables.flatMap(\.steps).flatMap(\.changes).contains("change the type of input to VARCHAR"))
            #expect(try database.manager().down(target: .baseline, allowDataLoss: true).problems == [])
            #expect(try types(in: database) == strings)
            #expect(try records(in: database) == .integer(0))
            #expect(try database.manager().verify().isVerified)
        }
    }

    @Test("A way down that ends above 2.3.0 leaves the types and their record, and the next one restores them")
    func halfWay() throws {
        let database = try sample(at: .baseline)
        #expect(try database.manager().up().problems == [])
        #expect(try database.manager().down(target: SchemaVersion(2, 5, 6), allowDataLoss: true).problems == [])
        #expect(try types(in: database) == texts)
        #expect(try database.manager().down(target: .baseline, allowDataLoss: true).problems == [])
        #expect(try types(in: database) == strings)
    }

    @Test("Tables that were made with TEXT keep it on the way down", arguments: [SchemaVersion(2, 3, 0), .latest])
    func madeWithText(_ version: SchemaVersion) throws {
        let database = try sample(at: version)
        #expect(try database.manager().up().problems == [])
        #expect(try database.manager().down(target: .baseline, allowDataLoss: true).problems == [])
        #expect(try types(in: database) == texts)
        #expect(try database.manager().verify().isVerified)
    }

    @Test("VARCHAR under a current stamp counts as current, and is left alone")
    func current() throws {
        let database = try sample(
            at: .latest, "ALTER TABLE ai.agno_memories ALTER input TYPE varchar",
            "ALTER TABLE ai.agno_knowledge ALTER description TYPE varchar, ALTER status_message TYPE varchar")
        #expect(try database.manager().verify().isVerified)
        #expect(try !database.manager().status().hasPendingWork)
        #expect(try database.manager().up().tables.allSatisfy { $0.outcome != .migrated })
        #expect(try types(in: database) == strings)
    }

    @Test("The change rewrites no table")
    func noRewrite() throws {
        let database = try sample(at: SchemaVersion(2, 5, 6), "ALTER TABLE ai.agno_memories ALTER input TYPE varchar")
        let file = "SELECT pg_relation_filenode('ai.agno_memories')"
        let before = try database.value(file)
        #expect(try database.manager().up().problems == [])
        #expect(try types(in: database) == texts)
        #expect(try database.value(file) == before)
    }

    @Test("A view of the column comes back with the type, and is named beforehand")
    func view() throws {
        let database = try sample(
            at: .baseline, "CREATE VIEW ai.inputs AS SELECT memory_id, input FROM ai.agno_memories",
            "COMMENT ON VIEW ai.inputs IS 'mine'")
        #expect(
            try database.manager().plan().dependents.contains { $0.name == "ai.inputs" && $0.handling == .restored })
        #expect(try database.manager().up().problems == [])
        #expect(try types(in: database) == texts)
        #expect(try database.value("SELECT obj_description('ai.inputs'::regclass, 'pg_class')") == .text("mine"))
        #expect(try database.manager().down(target: .baseline, allowDataLoss: true).problems == [])
        #expect(try types(in: database) == strings)
    }

    @Test("What cannot be put back costs the change of the type, and not the table")
    func foreignView() throws {
        let (database, role, url) = try ownedSample(at: .baseline)
        defer { database.drop(role: role) }
        // It belongs to the superuser.
        try database.execute("CREATE VIEW public.inputs AS SELECT memory_id, input FROM ai.agno_memories")
        let plan = try Program.run("plan", "--db", url)
        #expect(
            plan.status == 0 && plan.output.contains("skipped: change the type of input to TEXT: view"),
            "\(plan.output)")
        let result = try Program.run("up", "--db", url)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try types(in: database) == ["text", "text", "character varying"])
        #expect(try records(in: database) == .integer(2))
        #expect(try database.manager().verify().isVerified)
    }

    @Test("The type and its record are one: what the server refuses leaves neither")
    func together() throws {
        let database = try sample(at: .baseline)
        try database.execute(
            "CREATE FUNCTION public.no() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN IF EXISTS (SELECT FROM "
                + "pg_event_trigger_ddl_commands() WHERE object_identity = ''ai.agno_memories'') AND EXISTS (SELECT FROM "
                + "pg_attribute WHERE attrelid = ''ai.agno_memories''::regclass AND attname = ''input'' "
                + "AND atttypid = ''text''::regtype) THEN RAISE EXCEPTION ''no''; END IF; END'",
            "CREATE EVENT TRIGGER no ON ddl_command_end EXECUTE FUNCTION public.no()")
        let up = try database.manager().up()
        #expect(up.problems == [] && up.isSuccess)
        #expect(try types(in: database) == ["text", "text", "character varying"])
        #expect(try records(in: database) == .integer(2))
        try database.execute("DROP EVENT TRIGGER no")
        #expect(try database.manager().down(target: .baseline, allowDataLoss: true).problems == [])
        #expect(try types(in: database) == strings)
    }
}
