import AgnoMigrate
import ArgumentParser

struct Down: Command {
    static let configuration = CommandConfiguration(
        abstract: "Migrates databases down to an older schema version.",
        discussion: """
            What the older schema has no place for is parked in agno_migration_parked, and the next up puts it back; see \
            agno-migrate parked. With --discard it is destroyed instead, which needs --allow-data-loss as well. On a \
            terminal it asks for confirmation; otherwise it never waits for input.

              agno-migrate down --db sqlite:///agno.db --target 2.5.6 --dry-run
              agno-migrate down --db sqlite:///agno.db --target 2.5.6 --yes
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(
        help: ArgumentHelp("Schema version to reach, or release of Agno.", valueName: "version"), completion: .versions)
    var target: String

    @OptionGroup var tables: TableOptions

    @Flag(help: "Re-check every step regardless of version stamps. Does not imply --allow-data-loss.")
    var force = false

    @Flag(name: .customLong("dry-run"), help: "Show the plan and what would be parked or lost, and write nothing.")
    var isDryRun = false

    @Flag(name: .customLong("yes"), help: "Skip the confirmation.")
    var isConfirmed = false

    @Flag(name: .customLong("discard"), help: "Destroy what the older schema has no place for, instead of parking it.")
    var discards = false

    @Flag(
        name: .customLong("allow-data-loss"),
        help: "Consent to what --discard destroys; without it nothing is destroyed.")
    var allowsDataLoss = false

    @OptionGroup var proof: ProofOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        var invocation = invocation
        let target = try invocation.target(target)
        let types = try tables.types()
        let entries = try invocation.databases(databases)
        let file = try proof.file(databases: entries.count, isDryRun: isDryRun)
        let plan = { (manager: MigrationManager) throws(MigrationError) in
            try manager.plan(.down, tables: types, target: target, force: force, discard: discards)
        }
        if isDryRun { return try invocation.perform(on: entries, .read, isDryRun: true, operation: plan) }
        if !isConfirmed { try invocation.confirm(entries, plan: plan) }
        return try invocation.perform(
            on: entries, .write, waitTimeout: wait.timeout, makesProof: file != nil,
            losses: { (try? plan($0))?.losses ?? [] },
            operation: { manager throws(MigrationError) in
                let report = try manager.down(
                    tables: types, target: target, force: force, allowDataLoss: allowsDataLoss, discard: discards)
                return ProvedResult(report, report.proof, in: file)
            })
    }
}
