import AgnoMigrate
import ArgumentParser

/// `import-v1`
struct ImportV1: Command {
    static let configuration = CommandConfiguration(
        commandName: "import-v1",
        abstract: "Moves the storage tables of Agno 1.x into the tables of 2.x and 3.x.",
        discussion: """
            Sessions of agents, teams and workflows, and memories, with everything in them; the v1 tables stay as they are. \
            Without names every table with the shape of a v1 table is imported. What cannot be placed is kept in \
            agno_migration_quarantine, and the exit code is 6. The same command again goes on where one was stopped, and \
            picks up what v1 programs wrote meanwhile.

              agno-migrate import-v1 --db sqlite:///v1.db --dry-run
              agno-migrate import-v1 --db sqlite:///v1.db
              agno-migrate import-v1 --db sqlite:///v1.db --to postgresql://app@db.example.org/agno
              agno-migrate import-v1 --db postgresql://app@db.example.org/agno --v1-schema old --memories user_memories
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Database to write into (default: the same); --schema and --table-name are then about this one.",
            valueName: "url"), completion: .file())
    var targetURL: String?

    @Option(
        name: .customLong("v1-schema"),
        help: ArgumentHelp("Schema that holds the v1 tables (default: --schema, with --to 'ai').", valueName: "name"))
    var v1Schema: String?

    @Option(
        name: .customLong("agent-sessions"),
        help: ArgumentHelp("v1 table with sessions of agents. Repeatable.", valueName: "table"))
    var agentSessions: [String] = []

    @Option(
        name: .customLong("team-sessions"),
        help: ArgumentHelp("v1 table with sessions of teams. Repeatable.", valueName: "table"))
    var teamSessions: [String] = []

    @Option(
        name: .customLong("workflow-sessions"),
        help: ArgumentHelp("v1 table with sessions of workflows of either generation. Repeatable.", valueName: "table"))
    var workflowSessions: [String] = []

    @Option(
        name: .customLong("memories"),
        help: ArgumentHelp("v1 table with memories of users. Repeatable.", valueName: "table"))
    var memories: [String] = []

    @Option(
        name: .customLong("batch-size"),
        help: ArgumentHelp(
            "At most so many rows in one transaction (default: as many as weigh a few megabytes).", valueName: "rows"))
    var batchSize: Int?

    @Flag(help: "Let v1 rows also take the place of rows that are newer in the target.")
    var overwrite = false

    @Flag(
        name: .customLong("dry-run"), help: "Read and convert everything, say what would be done, write nothing at all."
    )
    var isDryRun = false

    @OptionGroup var wait: WaitOptions
    @OptionGroup(title: "Everywhere") var global: GlobalOptions
    @OptionGroup(title: "Everywhere") var version: VersionOption

    func validate() throws {
        if let batchSize, batchSize < 1 { throw ValidationError("--batch-size is a number of rows, 1 or more") }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        let sources = try run.databases(sourceOptions)
        let targets = try targetDatabases(run)
        let tables = V1Tables(
            agentSessions: agentSessions, teamSessions: teamSessions, workflowSessions: workflowSessions,
            memories: memories)
        return try run.perform(on: sources, isDryRun: isDryRun) { index, source, display throws(Failure) in
            // One target for all, or each database its own.
            let target = targets[targets.count == 1 ? 0 : index].database ?? source
            let work = V1Import(
                from: source, into: target, options: run.options(waitTimeout: wait.seconds, display: display))
            do {
                return try run.signals.watching(
                    isDryRun ? .read : .write, cancel: { work.cancelRunningStatement() }
                ) {
                    try work.run(tables: tables, batchSize: batchSize, overwrite: overwrite, dryRun: isDryRun)
                }
            } catch {
                throw Failure(error: MigrationError(any: error))
            }
        }
    }

    /// Where the v1 tables are: what is said of names and schemas is about the target.
    private var sourceOptions: DatabaseOptions {
        var options = databases
        options.schema = v1Schema ?? (targetURL == nil ? databases.schema : nil)
        options.tableNames = []
        options.versionsTable = nil
        return options
    }

    private func targetDatabases(_ run: Run) throws -> [DatabaseEntry] {
        guard let targetURL else {
            return try DatabaseSource(databases, configurationFile: run.configurationFile).databases { _ in }
        }
        var options = databases
        options.urls = [targetURL]
        // The file is for the database that is read; a target has its password in its URL, or where its client looks.
        options.passwordFile = nil
        options.dialect = nil
        return try DatabaseSource(options, configurationFile: nil).databases(naming: "--to") { _ in }
    }
}
