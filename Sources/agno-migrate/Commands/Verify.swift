import AgnoMigrate
import ArgumentParser

struct Verify: Command {
    static let configuration = CommandConfiguration(
        abstract: "Checks every table, rows included, against its version stamp.",
        discussion: """
            Writes nothing. Exits with 4 if it finds a mismatch; harmless differences are listed with their reason.

              agno-migrate verify --db sqlite:///agno.db
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        try invocation.perform(on: invocation.databases(databases), .read) { manager throws(MigrationError) in
            try manager.verify()
        }
    }
}
