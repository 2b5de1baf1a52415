import AgnoMigrate
import ArgumentParser
import LosslessJSON
import ReportJSON

struct Check: Command {
    static let configuration = CommandConfiguration(
        abstract: "Checks whether a release of Agno may serve on databases.",
        discussion: """
            Writes nothing. Compares each table with what the release's adapter requires, and exits with 3 if the release must \
            not serve. Absent tables are no obstacle: the release creates them.

              agno-migrate check --app 3.1.10 --db sqlite:///agno.db
              agno-migrate check --app "$(python -c 'from importlib.metadata import version; print(version("agno"))')"
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(help: ArgumentHelp("Release of Agno, such as \(AgnoRelease.newest).", valueName: "release"))
    var app: String

    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        let release = try ArgumentParsing.release(app)
        return try invocation.perform(on: invocation.databases(databases), .read) { manager throws(MigrationError) in
            try manager.check(release)
        }
    }
}
