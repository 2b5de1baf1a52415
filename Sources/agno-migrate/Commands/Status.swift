import AgnoMigrate
import ArgumentParser

struct Status: Command {
    static let configuration = CommandConfiguration(
        abstract: "Shows each table's version stamp beside its real shape.",
        discussion: """
            Writes nothing and takes no lock; a read-only role is enough.

              agno-migrate status --db sqlite:///agno.db
              agno-migrate status --exit-code --quiet >/dev/null || echo "migration pending"
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Flag(name: .customLong("exit-code"), help: "Exit with 3 if versions are pending, with 4 if a stamp is wrong.")
    var reportsPending = false

    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        try invocation.perform(on: invocation.databases(databases), .read) { manager throws(MigrationError) in
            StatusAnswer(status: try manager.status(), reportsPending: reportsPending)
        }
    }
}
