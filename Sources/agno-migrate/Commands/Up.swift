import AgnoMigrate
import ArgumentParser

/// `up`
struct Up: Command {
    static let configuration = CommandConfiguration(
        abstract: "Brings databases up to a schema version.",
        discussion: """
            Each table goes through every version that it lacks. What is done already is recognised from the table itself, \
            so the same command after an interruption finishes the work.

              agno-migrate up --db sqlite:///agno.db
              agno-migrate up --db sqlite:///agno.db --target 2.5.6
              agno-migrate up --db postgresql://app@db.example.org/agno --schema ai
              agno-migrate up --db sqlite:///agno.db --table sessions --dry-run
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(
        help: ArgumentHelp("Go up to this version (default: the newest).", valueName: "version"), completion: .versions)
    var target: String?

    @OptionGroup var tables: TableOptions

    @Flag(help: "Look at every step again, whatever the stamps say; never consents to data loss.")
    var force = false

    @Flag(name: .customLong("dry-run"), help: "Show the plan and write nothing at all.")
    var isDryRun = false

    @OptionGroup var wait: WaitOptions
    @OptionGroup(title: "Everywhere") var global: GlobalOptions
    @OptionGroup(title: "Everywhere") var version: VersionOption

    func execute(_ run: Run) throws -> ExitStatus {
        let target = try target.map { try Names.version($0) } ?? .latest
        let types = try tables.types()
        let entries = try run.databases(databases)
        if isDryRun {
            return try run.perform(on: entries, .read, isDryRun: true) {
                try $0.plan(.up, tables: types, target: target, force: force)
            }
        }
        return try run.perform(on: entries, .write, waitTimeout: wait.seconds) {
            try $0.up(tables: types, target: target, force: force)
        }
    }
}
