import AgnoMigrate
import ArgumentParser

/// `verify`
struct Verify: Command {
    static let configuration = CommandConfiguration(
        abstract: "Checks that every table is what its stamp says, rows included.",
        discussion: """
            Writes nothing. Ends with 4 when something is not as it must be; harmless differences are listed with the reason.

              agno-migrate verify --db sqlite:///agno.db
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions
    @OptionGroup(title: "Everywhere") var global: GlobalOptions
    @OptionGroup(title: "Everywhere") var version: VersionOption

    func execute(_ run: Run) throws -> ExitStatus {
        try run.perform(on: run.databases(databases), .read) { try $0.verify() }
    }
}
