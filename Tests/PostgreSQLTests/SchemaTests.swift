import AgnoMigrate
import AgnoSchema
import SQLDialects
import ServerContract
import Testing

@Suite("Schemas and JSON columns on PostgreSQL") struct SchemaTests {
    @Test("The JSON columns of a table are rewritten once")
    func oneRewrite() throws {
        let database = try TestDatabase()
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        let plan = try manager.plan(tables: [.sessions], target: SchemaVersion(2, 3, 0))
        let statements = plan.tables.flatMap(\.steps).flatMap(\.statements)
        #expect(statements.count == 1)
        #expect(statements.first?.ranges(of: "TYPE JSONB").count == 7)
    }

    @Test(
        "A schema of another name holds everything, and no other schema is touched",
        arguments: ["Ugly \"schema\"", "public"])
    func schemas(schema: String) throws {
        let database = try TestDatabase(schema: schema)
        let manager = try database.manager()
        _ = try manager.makeSample(version: .baseline)
        #expect(try manager.up().isSuccess)
        #expect(try manager.verify().isVerified)
        let others = try database.rows(
            "SELECT DISTINCT n.nspname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                + "WHERE c.relname LIKE 'agno%'")
        #expect(others == [[.text(schema)]])
    }
}
