import AgnoMigrate
import ArgumentParser

struct Cleanup: Command {
    static let configuration = CommandConfiguration(
        abstract: "Drops the sessions' old runs column after checking that every run has its row.",
        discussion: """
            Since 3.0.0 runs have a table of their own, and the old column remains as a backup until this command drops it. \
            The command refuses to drop content that exists only in the column.

              agno-migrate cleanup --db sqlite:///agno.db --dry-run
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Flag(name: .customLong("dry-run"), help: "Count, and write nothing.")
    var isDryRun = false

    @Flag(name: .customLong("allow-data-loss"), help: "Allow the loss of content that exists only in the column.")
    var allowsDataLoss = false

    @OptionGroup var proof: ProofOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        let entries = try invocation.databases(databases)
        let file = try proof.file(databases: entries.count, isDryRun: isDryRun)
        return try invocation.perform(
            on: entries, isDryRun ? .read : .write, waitTimeout: wait.timeout, isDryRun: isDryRun,
            makesProof: file != nil
        ) { manager throws(MigrationError) in
            let report = try manager.cleanup(dryRun: isDryRun, allowDataLoss: allowsDataLoss)
            return ProvedResult(report, report.proof, in: file)
        }
    }
}
