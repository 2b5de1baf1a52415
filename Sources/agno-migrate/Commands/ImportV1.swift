import AgnoMigrate
import ArgumentParser

struct ImportV1: Command {
    static let configuration = CommandConfiguration(
        commandName: "import-v1",
        abstract: "Imports the storages of Agno 1.x into the tables of 2.x and 3.x.",
        discussion: """
            Imports the sessions of agents, teams and workflows, and memories; the v1 tables remain unchanged. Without table \
            names it imports every table with the shape of a v1 table. Rows that cannot be imported are kept in \
            agno_migration_quarantine, and the exit code is 6. Running the command again resumes an interrupted import and \
            picks up rows that v1 programs wrote since.

            --from imports documents instead of tables: the folder of a JsonStorage, what mongoexport or mongodump wrote, an \
            export of DynamoDB, a dump of Redis as JSON lines, or any JSON with sessions or memories of 1.x. They are staged in \
            a temporary file that is about as large.

              agno-migrate import-v1 --db sqlite:///v1.db --dry-run
              agno-migrate import-v1 --db sqlite:///v1.db
              agno-migrate import-v1 --db sqlite:///v1.db --to postgresql://app@db.example.org/agno
              agno-migrate import-v1 --db postgresql://app@db.example.org/agno --v1-schema old --memories user_memories
              agno-migrate import-v1 --from dump/agno --db postgresql://app@db.example.org/agno
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Database to write (default: the source); --schema and --table-name then apply to it.",
            valueName: "url"), completion: .file())
    var targetURL: String?

    @Option(
        name: .customLong("from"),
        help: ArgumentHelp("File or folder with documents to import into --db.", valueName: "path"), completion: .file()
    )
    var path: String?

    @Option(
        help: ArgumentHelp(
            "Kind of every document, if it cannot be recognised: agent_sessions, team_sessions, workflow_sessions or memories.",
            valueName: "kind"), transform: Self.parseKind)
    var kind: V1Kind?

    @Option(help: ArgumentHelp("Schema of the v1 tables (default: --schema; with --to: ai).", valueName: "name"))
    var v1Schema: String?

    @Option(help: ArgumentHelp("v1 table of agent sessions. Repeatable.", valueName: "table"))
    var agentSessions: [String] = []

    @Option(help: ArgumentHelp("v1 table of team sessions. Repeatable.", valueName: "table"))
    var teamSessions: [String] = []

    @Option(help: ArgumentHelp("v1 table of workflow sessions, of either generation. Repeatable.", valueName: "table"))
    var workflowSessions: [String] = []

    @Option(help: ArgumentHelp("v1 table of user memories. Repeatable.", valueName: "table"))
    var memories: [String] = []

    @Option(help: ArgumentHelp("Maximum rows per transaction (default: sized to a few megabytes).", valueName: "rows"))
    var batchSize: Int?

    @Flag(help: "Replace rows of the target even if they are newer.")
    var overwrite = false

    @Flag(name: .customLong("dry-run"), help: "Read and convert everything, report the result, and write nothing.")
    var isDryRun = false

    @OptionGroup var proof: ProofOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func validate() throws {
        if let batchSize, batchSize < 1 {
            throw ValidationError("--batch-size must be 1 or greater (got \(batchSize))")
        }
        if path == nil, kind != nil { throw ValidationError("--kind requires --from") }
        let tables = agentSessions + teamSessions + workflowSessions + memories
        if path != nil, targetURL != nil || v1Schema != nil || !tables.isEmpty {
            throw ValidationError(
                "--from cannot be combined with --to, --v1-schema or names of tables: --db is the database to write")
        }
    }

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        let sources = try invocation.databases(path == nil ? sourceOptions : databases)
        let targets = try targetDatabases(invocation)
        let file = try proof.file(databases: sources.count, isDryRun: isDryRun)
        let tables = V1Tables(
            agentSessions: agentSessions, teamSessions: teamSessions, workflowSessions: workflowSessions,
            memories: memories)
        return try invocation.perform(on: sources, isDryRun: isDryRun) { index, source, display throws(Failure) in
            // One target for all sources, or one per source.
            let target = targets[targets.count == 1 ? 0 : index].database ?? source
            let options = invocation.options(waitTimeout: wait.timeout, makesProof: file != nil, display: display)
            let v1Import =
                path.map { V1Import(fromFiles: $0, kind: kind, into: target, options: options) }
                ?? V1Import(from: source, into: target, options: options)
            do throws(MigrationError) {
                return try invocation.signals.watching(
                    isDryRun ? .read : .write, cancel: v1Import.cancelRunningStatement
                ) { () throws(MigrationError) in
                    let report = try v1Import.run(
                        tables: tables, batchSize: batchSize, overwrite: overwrite, dryRun: isDryRun)
                    return ProvedResult(report, report.proof, in: file)
                }
            } catch {
                throw Failure(error: error)
            }
        }
    }

    private static func parseKind(_ text: String) throws -> V1Kind {
        if let kind = V1Kind(rawValue: text.replacing("-", with: "_").lowercased()) { return kind }
        let known = V1Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("unknown kind '\(printable(text))'; known kinds: \(known)")
    }

    /// The options of the source; names and schemas of the command line apply to the target.
    private var sourceOptions: DatabaseOptions {
        var options = databases
        options.schema = v1Schema ?? (targetURL == nil ? databases.schema : nil)
        options.tableNames = []
        options.versionsTable = nil
        return options
    }

    private func targetDatabases(_ invocation: Invocation) throws -> [DatabaseEntry] {
        guard let targetURL else {
            return try DatabaseSource(databases, configurationFile: invocation.configurationFile).databases { _ in }
        }
        var options = databases
        options.urls = [targetURL]
        // The password file belongs to the source; a target has its password in the URL or in its client's own files.
        options.passwordFile = nil
        options.dialect = nil
        return try DatabaseSource(options, configurationFile: nil).databases(naming: "--to") { _ in }
    }
}
