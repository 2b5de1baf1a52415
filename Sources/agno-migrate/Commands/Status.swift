import AgnoMigrate
import ArgumentParser

/// `status`
struct Status: Command {
    static let configuration = CommandConfiguration(
        abstract: "Shows each table's stamp beside what the table really is.",
        discussion: """
            Writes nothing and takes no lock; a read-only role is enough.

              agno-migrate status --db sqlite:///agno.db
              agno-migrate status --exit-code --quiet >/dev/null || echo "something is pending"
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Flag(name: .customLong("exit-code"), help: "End with 3 when something is pending, with 4 when a stamp is wrong.")
    var tellsPending = false

    @OptionGroup(title: "Everywhere") var global: GlobalOptions
    @OptionGroup(title: "Everywhere") var version: VersionOption

    func execute(_ run: Run) throws -> ExitStatus {
        try run.perform(on: run.databases(databases), .read) {
            StatusAnswer(status: try $0.status(), tellsPending: tellsPending)
        }
    }
}
