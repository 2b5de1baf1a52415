import AgnoSchema
import Testing

@testable import MigrationCore

@Suite("Rows and values that no longer fit stay parked, and nothing newer is overwritten")
struct ParkedRowsTests {
    private let v256 = SchemaVersion(2, 5, 6)

    /// A newest database, with metrics of a user.
    private func database() throws -> TestDatabase {
        let database = try TestDatabase(sample: .latest)
        try database.run("UPDATE agno_metrics SET completed = 1")
        return database
    }

    private func own(_ id: String, of user: String, in database: TestDatabase) throws {
        let columns = try database.texts("SELECT name FROM pragma_table_info('agno_metrics')")
            .filter { !["id", "user_id"].contains($0) }.joined(separator: ", ")
        try database.run(
            "INSERT INTO agno_metrics (id, user_id, \(columns)) SELECT '\(id)', '\(user)', \(columns) FROM agno_metrics "
                + "WHERE id = 'metrics-0'")
    }

    private func migrate(_ direction: MigrationDirection, _ database: TestDatabase) throws {
        let report = try database.engine().migrate(
            direction, tables: nil, target: direction == .up ? .latest : v256, force: false, allowDataLoss: false)
        #expect(report.isSuccess, "\(report.tables.flatMap(\.steps).compactMap(\.error))")
    }

    @Test("Of two parked rows with one unique key, one goes back and the other stays listed")
    func rivals() throws {
        let database = try database()
        try own("first", of: "ann", in: database)
        try migrate(.down, database)
        try database.run(
            "INSERT INTO agno_migration_parked SELECT id + 1000, row_id + 1000, table_name, 'second', column_name, kind, "
                + "CASE column_name WHEN 'id' THEN 'second' ELSE value END, version, run_id, parked_at "
                + "FROM agno_migration_parked WHERE table_name = 'agno_metrics'")
        try migrate(.up, database)
        #expect(try database.texts("SELECT COUNT(*) FROM agno_metrics WHERE user_id = 'ann'") == ["1"])
        #expect(try database.engine().parked().entries.map(\.count) == [1])
        try migrate(.up, database)
    }

    @Test("A value whose column is gone stays, and comes back with the column")
    func droppedColumn() throws {
        let database = try database()
        try database.run("ALTER TABLE agno_metrics ADD COLUMN note")
        try own("first", of: "ann", in: database)
        try database.run("UPDATE agno_metrics SET note = x'00ff' WHERE id = 'first'")
        try migrate(.down, database)
        try database.run("ALTER TABLE agno_metrics DROP COLUMN note")
        try migrate(.up, database)
        #expect(try database.texts("SELECT user_id FROM agno_metrics WHERE id = 'first'") == ["ann"])
        #expect(try database.engine().parked().entries.map(\.column) == ["note"])
    }

    @Test("What had no place in one up is not put over something newer by a later one")
    func retired() throws {
        let database = try database()
        try database.run("UPDATE agno_components SET user_id = 'ann'")
        try migrate(.down, database)
        try database.run("CREATE TABLE kept AS SELECT * FROM agno_components", "DELETE FROM agno_components")
        try migrate(.up, database)
        let columns = try database.texts("SELECT name FROM pragma_table_info('kept')").joined(separator: ", ")
        try database.run("INSERT INTO agno_components (\(columns)) SELECT \(columns) FROM kept")
        #expect(try !database.engine().status().hasPendingWork)
        try migrate(.up, database)
        #expect(try database.texts("SELECT COUNT(user_id) FROM agno_components") == ["0"])
        #expect(try database.engine().parked().entries.map(\.table) == ["agno_components"])
    }

    @Test("A trigger that changes what comes back stops the way up, and nothing is lost")
    func trigger() throws {
        let database = try database()
        try own("first", of: "ann", in: database)
        try migrate(.down, database)
        try database.run(
            "CREATE TRIGGER bend AFTER INSERT ON agno_metrics BEGIN UPDATE agno_metrics SET agent_runs_count = 999 "
                + "WHERE id = NEW.id; END")
        let report = try database.engine().migrate(
            .up, tables: [.metrics], target: .latest, force: false, allowDataLoss: false)
        #expect(report.tables.first?.steps.last?.error?.code == .notVerified)
        try database.run("DROP TRIGGER bend")
        try migrate(.up, database)
        #expect(try database.texts("SELECT user_id FROM agno_metrics WHERE id = 'first'") == ["ann"])
    }

    @Test("A table of another program under the name of the parked values is refused by name")
    func stranger() throws {
        let database = try database()
        try database.run("CREATE TABLE agno_migration_parked (id, foo)")
        let before = try database.dump()
        let error = #expect(throws: MigrationError.self) {
            try database.engine().migrate(.down, tables: nil, target: v256, force: false, allowDataLoss: false)
        }
        #expect(error?.message.contains("agno_migration_parked is not this program's table") == true)
        #expect(try database.dump() == before)
        #expect(try database.engine().status().parked == [])
    }
}
