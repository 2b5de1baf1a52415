import AgnoMigrate
import ArgumentParser

/// `cleanup`
struct Cleanup: Command {
    static let configuration = CommandConfiguration(
        abstract: "Drops the sessions' old column of runs, once every run has its row.",
        discussion: """
            Since 3.0.0 runs have a table of their own; the old column stays as a backup until this command. It is refused \
            while anything is in the column only.

              agno-migrate cleanup --db sqlite:///agno.db --dry-run
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Flag(name: .customLong("dry-run"), help: "Only count, and write nothing at all.")
    var isDryRun = false

    @Flag(name: .customLong("allow-data-loss"), help: "Consent to the loss of what is in the column only.")
    var allowsDataLoss = false

    @OptionGroup var wait: WaitOptions
    @OptionGroup(title: "Everywhere") var global: GlobalOptions
    @OptionGroup(title: "Everywhere") var version: VersionOption

    func execute(_ run: Run) throws -> ExitStatus {
        try run.perform(
            on: run.databases(databases), isDryRun ? .read : .write, waitTimeout: wait.seconds, isDryRun: isDryRun
        ) {
            try $0.cleanup(dryRun: isDryRun, allowDataLoss: allowsDataLoss)
        }
    }
}
