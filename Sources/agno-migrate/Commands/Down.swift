import AgnoMigrate
import ArgumentParser

/// `down`
struct Down: Command {
    static let configuration = CommandConfiguration(
        abstract: "Takes databases down to an older schema version.",
        discussion: """
            What the older schema has no place for would be lost: it is listed, and nothing is done without \
            --allow-data-loss. On a terminal it asks before it begins; elsewhere it never waits for an answer.

              agno-migrate down --db sqlite:///agno.db --target 2.5.6 --dry-run
              agno-migrate down --db sqlite:///agno.db --target 2.5.6 --yes
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(help: ArgumentHelp("Go down to this version.", valueName: "version"), completion: .versions)
    var target: String

    @OptionGroup var tables: TableOptions

    @Flag(help: "Look at every step again, whatever the stamps say; never consents to data loss.")
    var force = false

    @Flag(name: .customLong("dry-run"), help: "Show the plan and what would be lost, and write nothing at all.")
    var isDryRun = false

    @Flag(name: .customLong("yes"), help: "Do not ask.")
    var isConfirmed = false

    @Flag(name: .customLong("allow-data-loss"), help: "Consent to the loss of what the older schema has no place for.")
    var allowsDataLoss = false

    @OptionGroup var wait: WaitOptions
    @OptionGroup(title: "Everywhere") var global: GlobalOptions
    @OptionGroup(title: "Everywhere") var version: VersionOption

    func execute(_ run: Run) throws -> ExitStatus {
        let target = try Names.version(target)
        let types = try tables.types()
        let entries = try run.databases(databases)
        let plan = { (manager: MigrationManager) in
            try manager.plan(.down, tables: types, target: target, force: force)
        }
        if isDryRun { return try run.perform(on: entries, .read, isDryRun: true, operation: plan) }
        if !isConfirmed { try Confirmation(run).ask(about: entries, plan: plan) }
        return try run.perform(
            on: entries, .write, waitTimeout: wait.seconds, losses: { (try? plan($0))?.losses ?? [] },
            operation: { try $0.down(tables: types, target: target, force: force, allowDataLoss: allowsDataLoss) })
    }
}
