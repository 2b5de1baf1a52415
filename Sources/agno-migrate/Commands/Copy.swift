import AgnoMigrate
import ArgumentParser

struct Copy: Command {
    static let configuration = CommandConfiguration(
        abstract: "Copies all of Agno's tables to another database, on any of the supported servers.",
        discussion: """
            The source is only read, and all of its tables must be at one version. Missing tables of the target are created \
            at that version. Rows that the target has already are compared and never changed, so running the command again \
            resumes an interrupted copy. Rows that the target has no place for are listed by key, the others are copied, and \
            the exit code is 6. Every row is read back before its batch commits.

              agno-migrate copy --db sqlite:///agno.db --to postgresql://app@db.example.org/agno --dry-run
              agno-migrate copy --db sqlite:///agno.db --to postgresql://app@db.example.org/agno
              agno-migrate copy --db postgresql://app@db.example.org/agno --schema ai --to sqlite:///backup.db
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("Database to write; --table-name and --versions-table apply to both.", valueName: "url"),
        completion: .file())
    var targetURL: String

    @Option(
        help: ArgumentHelp("Schema of the target's tables (default on PostgreSQL and MySQL: ai).", valueName: "name"))
    var toSchema: String?

    @Flag(name: .customLong("dry-run"), help: "Read and compare everything, report the result, and write nothing.")
    var isDryRun = false

    @OptionGroup var proof: ProofOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        let sources = try invocation.databases(databases)
        guard sources.count == 1 else {
            throw MigrationError(
                .usage, "copy reads one database (got \(sources.count))",
                remedy: "name it with --db, and run the command once per database")
        }
        let target = try targetDatabase()
        let file = try proof.file(databases: sources.count, isDryRun: isDryRun)
        return try invocation.perform(on: sources, isDryRun: isDryRun) { _, source, display throws(Failure) in
            do throws(MigrationError) {
                let copy = try DatabaseCopy(
                    from: source, to: target,
                    options: invocation.options(
                        waitTimeout: wait.timeout, makesProof: file != nil, display: display))
                return try invocation.signals.watching(
                    isDryRun ? .read : .write, cancel: copy.cancelRunningStatement
                ) { () throws(MigrationError) in
                    let report = try copy.run(dryRun: isDryRun)
                    return ProvedResult(report, report.proof, in: file)
                }
            } catch {
                throw Failure(error: error)
            }
        }
    }

    private func targetDatabase() throws -> Database {
        var options = databases
        options.urls = [targetURL]
        options.schema = toSchema
        // The password file belongs to the source; a target has its password in the URL or in its client's own files.
        options.passwordFile = nil
        options.dialect = nil
        let entries = try DatabaseSource(options, configurationFile: nil).databases(naming: "--to") { _ in }
        guard let database = entries.first?.database else {
            throw MigrationError(.usage, "the copy has no target database", remedy: "name one with --to")
        }
        return database
    }
}
