import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

/// Every statement that a version runs on every table type, in both directions, beside the reason for what it does not.
///
/// Each statement is run on a real server before it is compared, on a table as a release of Agno made it.
@Suite("The SQL of every version, table type and direction is what was recorded", .serialized)
struct GoldenSQLTests {
    @Test("Up", arguments: GoldenServer.all, Migration.all.map(\.version))
    func up(_ server: GoldenServer, _ version: SchemaVersion) throws {
        try check(server, version, "up", title: "up to") { try $0.up() }
    }

    @Test("Down", arguments: GoldenServer.all, Migration.all.map(\.version))
    func down(_ server: GoldenServer, _ version: SchemaVersion) throws {
        try check(server, version, "down", title: "down from") { try $0.down() }
    }

    private func check(
        _ server: GoldenServer, _ version: SchemaVersion, _ direction: String, title: String,
        _ lines: (GoldenScript) throws -> [String]
    ) throws {
        let migration = try #require(Migration.all.first { $0.version == version })
        let sections = try server.withConnection { connection in
            try TableType.managed.map { type in
                try server.withEmptyDatabase(connection) { connection in
                    let script = GoldenScript(
                        bench: Workbench(connection: connection), migration: migration, type: type)
                    return "-- \(type.name)\n" + (try lines(script)).map { $0 + "\n" }.joined()
                }
            }
        }
        let title = "-- agno-migrate: \(server.title), \(title) \(version)\n\n"
        try GoldenFile("\(server)/\(version).\(direction).sql").check(title + sections.joined(separator: "\n"))
    }

    @Test("A fresh database of every version", arguments: GoldenServer.all, SchemaVersion.known)
    func freshTables(_ server: GoldenServer, _ version: SchemaVersion) throws {
        let sections = try server.withConnection { connection in
            try server.withEmptyDatabase(connection) { connection in
                let bench = Workbench(connection: connection)
                return try TableType.allCases.map { type in
                    guard let shape = TableDefinition.shape(of: type, at: version, in: bench.context) else {
                        return "-- \(type.name)\n-- no such table in this version\n"
                    }
                    let statements = bench.dialect.create(shape, named: bench.names[type])
                    for statement in statements { try connection.execute(statement) }
                    return "-- \(type.name)\n" + statements.map { GoldenScript.text(of: $0) + "\n" }.joined()
                }
            }
        }
        let title = "-- agno-migrate: \(server.title), a fresh database of \(version)\n\n"
        try GoldenFile("\(server)/\(version).fresh.sql").check(title + sections.joined(separator: "\n"))
    }

    @Test("No file is recorded that no test looks at", .enabled(if: !GoldenFile.isRecording))
    func noOrphans() {
        let steps = Migration.all.flatMap { ["\($0.version).up.sql", "\($0.version).down.sql"] }
        let fresh = SchemaVersion.known.map { "\($0).fresh.sql" }
        for server in GoldenServer.all { #expect(GoldenFile.names(in: "\(server)") == Set(steps + fresh)) }
    }
}
