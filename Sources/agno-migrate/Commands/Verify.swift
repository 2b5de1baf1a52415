import AgnoMigrate
import ArgumentParser

struct Verify: Command {
    static let configuration = CommandConfiguration(
        abstract: "Checks every table, rows included, against its version stamp.",
        discussion: """
            Writes nothing. Exits with 4 if it finds a mismatch; harmless differences are listed with their reason.

              agno-migrate verify --db sqlite:///agno.db
              agno-migrate verify --db sqlite:///agno.db --sql
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions
    @Flag(name: .customLong("sql"), help: "Print the statements that up would run to repair the mismatches.")
    var printsSQL = false

    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        try invocation.perform(on: invocation.databases(databases), .read) { manager throws(MigrationError) in
            VerificationAnswer(report: try manager.verify(), printsSQL: printsSQL)
        }
    }
}
