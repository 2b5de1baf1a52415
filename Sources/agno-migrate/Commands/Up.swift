import AgnoMigrate
import ArgumentParser

struct Up: Command {
    static let configuration = CommandConfiguration(
        abstract: "Migrates databases up to a schema version.",
        discussion: """
            Applies the missing versions to each table, in order. The shape of a table shows which changes it already has, \
            so running the command again after an interruption resumes the work.

              agno-migrate up --db sqlite:///agno.db
              agno-migrate up --db sqlite:///agno.db --target 2.5.6
              agno-migrate up --db postgresql://app@db.example.org/agno --schema ai
              agno-migrate up --db sqlite:///agno.db --table sessions --dry-run
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(
        help: ArgumentHelp("Schema version to reach, or release of Agno (default: the newest).", valueName: "version"),
        completion: .versions)
    var target: String?

    @OptionGroup var tables: TableOptions

    @Flag(help: "Re-check every step regardless of version stamps.")
    var force = false

    @Flag(
        name: .customLong("cleanup"),
        help: "Afterwards drop the sessions' old runs column, once every run is proven to have its row.")
    var cleansUp = false

    @OptionGroup var online: OnlineOptions

    @Flag(
        name: .customLong("abandon"),
        help: "Drop what an interrupted conversion has left, and migrate nothing.")
    var abandons = false

    @Flag(name: .customLong("dry-run"), help: "Show the plan and write nothing.")
    var isDryRun = false

    @OptionGroup var proof: ProofOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func validate() throws {
        guard !abandons || target == nil && !force && !cleansUp && !isDryRun && proof.path == nil else {
            throw ValidationError("--abandon migrates nothing: leave out the other options of the way up")
        }
    }

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        var invocation = invocation
        let target = try invocation.target(target)
        let types = try tables.types()
        let configure = try online.configuration()
        let entries = try invocation.databases(databases)
        let file = try proof.file(databases: entries.count, isDryRun: isDryRun)
        if abandons {
            return try invocation.perform(on: entries, .write, waitTimeout: wait.timeout) {
                manager throws(MigrationError) in
                try manager.abandonConversions(tables: types)
            }
        }
        if isDryRun {
            return try invocation.perform(on: entries, .read, isDryRun: true, configure: configure) {
                manager throws(MigrationError) in
                try manager.plan(.up, tables: types, target: target, force: force)
            }
        }
        return try invocation.perform(
            on: entries, .write, waitTimeout: wait.timeout, makesProof: file != nil, configure: configure
        ) { manager throws(MigrationError) in
            var report = try manager.up(tables: types, target: target, force: force)
            if cleansUp, report.isSuccess {
                let cleanup = try manager.cleanup()
                if let next = cleanup.proof { report.proof = report.proof?.followed(by: next) }
                report.cleanup = cleanup
            }
            return ProvedResult(report, report.proof, in: file)
        }
    }
}
