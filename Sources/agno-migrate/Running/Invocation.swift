import AgnoMigrate
import Foundation
import Logging
import LosslessJSON
import ReportJSON

/// One invocation of the program: its streams, its signals and its output of results.
struct Invocation: Sendable {
    let command: String
    let console: Console
    let isJSON: Bool
    let isVerbose: Bool
    let configurationFile: String?
    let signals: SignalWatch
    let logger: Logger
    /// What the answer says about the arguments, such as the schema version that a release stands for.
    private(set) var notes: [String] = []

    init(command: String, _ options: GlobalOptions) {
        self.command = command
        let console = Console(isQuiet: options.isQuiet, noColor: options.noColor)
        self.console = console
        isJSON = options.isJSON
        isVerbose = options.isVerbose
        configurationFile = options.configurationFile
        signals = SignalWatch(console: console)
        logger = Logger(label: "agno-migrate") { [isVerbose = options.isVerbose] _ in
            isVerbose ? VerboseLogHandler(console: console) as any LogHandler : SwiftLogNoOpLogHandler()
        }
    }

    /// The service's log: requests and jobs unless `--quiet`, SQL and timings with `--verbose`.
    var serviceLogger: Logger {
        var logger = Logger(label: "agno-migrate") { [console] _ in VerboseLogHandler(console: console) }
        logger.logLevel = isVerbose ? .debug : console.isQuiet ? .warning : .info
        return logger
    }

    /// The schema version that an argument names; what a release stands for is noted. Defaults to the newest version.
    ///
    /// - Throws: a usage error for an unknown version.
    mutating func target(_ text: String?) throws(MigrationError) -> SchemaVersion {
        guard let text else { return .latest }
        let target = try ArgumentParsing.target(text)
        if let note = target.note {
            notes.append(note)
            console.note("note: \(note)")
        }
        return target.version
    }

    func databases(_ options: DatabaseOptions) throws -> [DatabaseEntry] {
        try DatabaseSource(options, configurationFile: configurationFile).databases { console.note("note: \($0)") }
    }

    func manager(
        _ database: Database, waitTimeout: Duration = .seconds(600), makesProof: Bool = false,
        configure: (inout MigrationOptions) -> Void = { _ in }, display: ProgressDisplay? = nil
    ) -> MigrationManager {
        var options = options(waitTimeout: waitTimeout, makesProof: makesProof, display: display)
        configure(&options)
        return MigrationManager(database, options: options)
    }

    func options(waitTimeout: Duration, makesProof: Bool = false, display: ProgressDisplay?) -> MigrationOptions {
        var options = MigrationOptions()
        options.makesProof = makesProof
        options.waitTimeout = waitTimeout
        options.interruption = signals.interruption
        options.logger = logger
        if let display { options.onEvent = { display.handle($0) } }
        return options
    }

    /// Runs an operation on every database, one after the other, and reports the results. A failure of one database does not
    /// stop the others; a signal does.
    ///
    /// - Parameters:
    ///   - isDryRun: the member `dry_run` of the document; nil omits it.
    ///   - configure: sets further options of the manager.
    ///   - losses: computes the losses of a database whose operation was refused because of them.
    ///   - document: receives the JSON document, even without `--json`.
    func perform<Report: CommandResult>(
        on entries: [DatabaseEntry], _ access: DatabaseAccessMode, waitTimeout: Duration = .seconds(600),
        isDryRun: Bool? = nil, makesProof: Bool = false, configure: (inout MigrationOptions) -> Void = { _ in },
        losses: (MigrationManager) -> [DataLoss] = { _ in [] },
        document: ((JSONDocument) throws -> Void)? = nil,
        operation: (MigrationManager) throws(MigrationError) -> Report
    ) throws -> ExitStatus {
        try perform(on: entries, isDryRun: isDryRun, document: document) { _, database, display throws(Failure) in
            let manager = manager(
                database, waitTimeout: waitTimeout, makesProof: makesProof, configure: configure, display: display)
            do throws(MigrationError) {
                return try signals.watching(access, cancel: manager.cancelRunningStatement) {
                    () throws(MigrationError) in try operation(manager)
                }
            } catch {
                throw Failure(error: error, losses: error.code == .dataLoss ? losses(manager) : [])
            }
        }
    }

    /// The same with the index among the entries, the database and the display of its progress.
    func perform<Report: CommandResult>(
        on entries: [DatabaseEntry], isDryRun: Bool?, document: ((JSONDocument) throws -> Void)? = nil,
        work: (Int, Database, ProgressDisplay) throws(Failure) -> Report
    ) throws -> ExitStatus {
        var verdicts: [ExitVerdict] = []
        var documents: [JSONValue] = []
        var failures: [Failure] = []
        for (index, entry) in entries.enumerated() {
            guard let database = entry.database else {
                documents.append(skipped(entry))
                continue
            }
            guard signals.signal == nil else {
                verdicts.append(.interrupted)
                documents.append(failed(entry, Failure(error: Self.notBegun)))
                continue
            }
            let display = ProgressDisplay(console: console, prefix: entries.count > 1 ? "\(entry.id): " : "")
            let result = Result { () throws(Failure) in try work(index, database, display) }
            display.finish()
            switch result {
            case .success(let report):
                verdicts.append(report.verdict)
                documents.append(done(entry, report, warned: display.shownWarnings))
            case .failure(let failure):
                verdicts.append(ExitVerdict(of: failure.error))
                failures.append(failure)
                documents.append(failed(entry, failure))
            }
        }
        let status = ExitStatus(of: verdicts, signal: signals.signal)
        var whole = JSONDocument(command: command, isSuccess: status.isSuccess, isDryRun: isDryRun, notes: notes)
        whole.content.value = documents
        if entries.count == 1, let failure = failures.first {
            // The failure of the only database is the failure of the invocation.
            whole.error = failure
            whole.content.value = []
        } else if verdicts.contains(.interrupted) {
            whole.error = Failure(error: Self.interrupted)
        }
        try document?(whole)
        if isJSON { console.result(whole.value.pretty()) }
        if verdicts.contains(.interrupted) { console.error(Self.interrupted) }
        return status
    }

    private static let interrupted = MigrationError(
        .interrupted, "interrupted; the database is consistent, and everything reported as done is committed",
        remedy: "run the same command again to resume")

    private static let notBegun = MigrationError(
        .interrupted, "interrupted before work on this database began", remedy: "run the same command again to resume")

    private func done(_ entry: DatabaseEntry, _ report: some CommandResult, warned shown: Set<String>) -> JSONValue {
        for warning in report.warnings where !shown.contains(warning) { console.warning("\(entry.id): \(warning)") }
        // An interruption is reported once, at the end.
        for problem in report.problems where problem.code != .interrupted {
            console.error(problem.prefixed(entry.title))
        }
        if !isJSON {
            let title = "\(console.output.bold(printable(entry.title)))  \(printable(report.heading))"
            console.section([title] + report.lines(console.output, isVerbose: isVerbose))
        }
        var members = Self.beginning(of: entry, report.serverKind)
        members += report.members
        return members.json
    }

    private func failed(_ entry: DatabaseEntry, _ failure: Failure) -> JSONValue {
        if failure.error.code != .interrupted {
            console.error(failure.error.prefixed(entry.title))
            for loss in failure.losses { console.write("  would be lost: \(printable(loss.displayText))") }
        }
        var members = Self.beginning(of: entry)
        members.add(["error": failure, "tables": [String]()])
        return members.json
    }

    private func skipped(_ entry: DatabaseEntry) -> JSONValue {
        if !isJSON { console.section(["\(console.output.bold(printable(entry.title)))  remote: skipped"]) }
        var members = Self.beginning(of: entry)
        members.add(["remote": true, "tables": [String]()])
        return members.json
    }

    private static func beginning(of entry: DatabaseEntry, _ dialect: DatabaseKind? = nil) -> JSONObject {
        JSONObject(["id": entry.id, "dialect": (dialect ?? entry.dialect)?.rawValue])
    }
}
