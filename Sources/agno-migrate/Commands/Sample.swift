import AgnoMigrate
import ArgumentParser

struct Sample: Command {
    static let configuration = CommandConfiguration(
        abstract: "Creates a sample database of a schema version.",
        discussion: """
            Creates a missing SQLite file. Refuses a database that already has Agno tables.

              agno-migrate sample --db sqlite:///try.db --version 2.0.0
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(
        name: .customLong("version"),
        help: ArgumentHelp("Schema version of the database, or release of Agno.", valueName: "version"),
        completion: .versions)
    var schemaVersion: String

    @Option(help: ArgumentHelp("Number of sessions to create.", valueName: "count"))
    var sessions = 20

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func validate() throws {
        guard (0...10_000_000).contains(sessions) else {
            throw ValidationError("--sessions must be a number from 0 to 10000000")
        }
    }

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        var invocation = invocation
        let version = try invocation.target(schemaVersion)
        return try invocation.perform(on: invocation.databases(databases), .write) { manager throws(MigrationError) in
            SampleAnswer(report: try manager.makeSample(version: version, sessions: sessions))
        }
    }
}
