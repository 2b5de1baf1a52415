import AgnoMigrate
import ArgumentParser

/// `sample`
struct Sample: Command {
    static let configuration = CommandConfiguration(
        abstract: "Makes a database of a schema version, to try things on.",
        discussion: """
            The file is made if it is missing. A database that has Agno tables already is left alone.

              agno-migrate sample --db sqlite:///try.db --version 2.0.0
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(
        name: .customLong("version"), help: ArgumentHelp("The schema version to make.", valueName: "version"),
        completion: .versions)
    var schemaVersion: String

    @Option(help: ArgumentHelp("How many sessions it shall hold.", valueName: "count"))
    var sessions = 20

    @OptionGroup(title: "Everywhere") var global: GlobalOptions

    func validate() throws {
        guard (0...10_000_000).contains(sessions) else {
            throw ValidationError("--sessions is a number from 0 to 10000000")
        }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        let version = try Names.version(schemaVersion)
        return try run.perform(on: run.databases(databases), .write) {
            SampleAnswer(report: try $0.makeSample(version: version, sessions: sessions))
        }
    }
}
