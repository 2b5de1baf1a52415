import AgnoMigrate
import AgnoMigrateServer
import Foundation
import Logging
import LosslessJSON
import ReportJSON

/// One run of the program: its streams, its signals, and how results leave it.
struct Run: Sendable {
    let command: String
    let console: Console
    let isJSON: Bool
    let isVerbose: Bool
    let configurationFile: String?
    let signals: SignalWatch
    let logger: Logger

    init(command: String, _ options: GlobalOptions) {
        self.command = command
        let console = Console(isQuiet: options.isQuiet, noColor: options.noColor)
        self.console = console
        isJSON = options.isJSON
        isVerbose = options.isVerbose
        configurationFile = options.configurationFile
        signals = SignalWatch(console: console)
        logger = Logger(label: "agno-migrate") { [isVerbose = options.isVerbose] _ in
            guard isVerbose else { return SwiftLogNoOpLogHandler() as any LogHandler }
            return VerboseLogHandler(console: console)
        }
    }

    /// The service's log: its requests and jobs unless quiet, and with `--verbose` what the command line logs.
    var serviceLogger: Logger {
        let (console, level) = (console, isVerbose ? Logger.Level.debug : console.isQuiet ? .warning : .info)
        return Logger(label: "agno-migrate") { _ in
            var handler = VerboseLogHandler(console: console)
            handler.logLevel = level
            return handler
        }
    }

    /// The databases that the command works on.
    func databases(_ options: DatabaseOptions) throws -> [DatabaseEntry] {
        try DatabaseSource(options, configurationFile: configurationFile).databases { console.note("note: \($0)") }
    }

    /// A manager whose progress is shown.
    func manager(_ database: Database, waitTimeout: Double = 600, display: ProgressDisplay? = nil) -> MigrationManager {
        MigrationManager(database, options: options(waitTimeout: waitTimeout, display: display))
    }

    /// How work on a database behaves: it heeds signals, and its progress is shown.
    func options(waitTimeout: Double, display: ProgressDisplay?) -> MigrationOptions {
        var options = MigrationOptions()
        options.waitTimeout = waitTimeout
        options.interruption = signals.interruption
        options.logger = logger
        if let display { options.onEvent = { display.handle($0) } }
        return options
    }

    /// Does the same to every database, one after the other, and reports it.
    ///
    /// One database's failure does not stop the others; a signal does.
    ///
    /// - Parameters:
    ///   - isDryRun: what the document says of it; nil leaves it out.
    ///   - losses: what a database would lose, asked when its operation was refused because of that.
    ///   - document: is given the JSON document before it is written, whether it is written to standard output or not.
    func perform<Report: Presentable>(
        on entries: [DatabaseEntry], _ access: DatabaseAccessMode, waitTimeout: Double = 600, isDryRun: Bool? = nil,
        losses: (MigrationManager) -> [DataLoss] = { _ in [] },
        document: ((JSONDocument) throws -> Void)? = nil,
        operation: (MigrationManager) throws -> Report
    ) throws -> ExitStatus {
        try perform(on: entries, isDryRun: isDryRun, document: document) { _, database, display throws(Failure) in
            let manager = manager(database, waitTimeout: waitTimeout, display: display)
            do {
                return try signals.watching(manager, access) { try operation(manager) }
            } catch {
                var failure = Failure(error: MigrationError(any: error))
                if failure.error.code == .dataLoss { failure.losses = losses(manager) }
                throw failure
            }
        }
    }

    /// Does something for every database, one after the other, and reports it.
    ///
    /// - Parameter work: is given the database's place among the entries, and where its progress is shown.
    func perform<Report: Presentable>(
        on entries: [DatabaseEntry], isDryRun: Bool?, document: ((JSONDocument) throws -> Void)? = nil,
        work: (Int, Database, ProgressDisplay) throws(Failure) -> Report
    ) throws -> ExitStatus {
        var verdicts: [Verdict] = []
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
            do {
                let report = try work(index, database, display)
                display.finish()
                verdicts.append(report.verdict)
                documents.append(done(entry, report, besides: display.shownWarnings))
            } catch let failure {
                display.finish()
                verdicts.append(Verdict(of: failure.error))
                failures.append(failure)
                documents.append(failed(entry, failure))
            }
        }
        let status = ExitStatus(of: verdicts, signal: signals.signal)
        var whole = JSONDocument(command: command, isSuccess: status.isSuccess, isDryRun: isDryRun)
        whole.content.value = documents
        if entries.count == 1, let failure = failures.first {
            // The only database: its failure is the run's.
            whole.error = failure
            whole.content.value = []
        } else if verdicts.contains(.interrupted) {
            whole.error = Failure(error: Self.interrupted)
        }
        try document?(whole)
        if isJSON { console.result(whole.value.pretty()) }
        if verdicts.contains(.interrupted) {
            console.error(Self.interrupted.message, remedy: Self.interrupted.remedy)
        }
        return status
    }

    private static let interrupted = MigrationError(
        .interrupted, "interrupted; the state is consistent, and what was reported as done is done",
        remedy: "run the same command again to go on")

    private static let notBegun = MigrationError(
        .interrupted, "interrupted before this database was begun", remedy: "run the same command again to go on")

    private func done(_ entry: DatabaseEntry, _ report: some Presentable, besides shown: Set<String>) -> JSONValue {
        for warning in report.warnings where !shown.contains(warning) { console.warning("\(entry.id): \(warning)") }
        // What an interruption left undone is said once, at the end.
        for problem in report.problems where problem.code != .interrupted {
            console.error("\(entry.title): \(problem.message)", remedy: problem.remedy, rows: problem.rows)
        }
        if !isJSON {
            let title = "\(console.output.bold(printable(entry.title)))  \(printable(report.heading))"
            console.section([title] + report.lines(console.output, isVerbose: isVerbose))
        }
        var members = Self.beginning(of: entry, report.serverKind)
        members.members += report.members.members
        return .object(members)
    }

    private func failed(_ entry: DatabaseEntry, _ failure: Failure) -> JSONValue {
        let isInterrupted = failure.error.code == .interrupted
        if !isInterrupted {
            let error = failure.error
            console.error("\(entry.title): \(error.message)", remedy: error.remedy, rows: error.rows)
            for loss in failure.losses { console.write("  would be lost: \(printable(loss.words))") }
        }
        var members = Self.beginning(of: entry, nil)
        members.add("error", failure.json)
        members.add("tables", [])
        return .object(members)
    }

    private func skipped(_ entry: DatabaseEntry) -> JSONValue {
        if !isJSON { console.section(["\(console.output.bold(printable(entry.title)))  remote: skipped"]) }
        var members = Self.beginning(of: entry, nil)
        members.add("remote", true)
        members.add("tables", [])
        return .object(members)
    }

    private static func beginning(of entry: DatabaseEntry, _ dialect: DatabaseKind?) -> JSONObject {
        ["id": JSONValue(entry.id), "dialect": JSONValue(optional: (dialect ?? entry.dialect)?.rawValue)]
    }
}

extension MigrationError {
    /// Any error as one that can be shown; texts of unknown errors are not, they may hold anything.
    init(any error: any Error) {
        switch error {
        case let error as MigrationError: self = error
        case let error as Failure: self = error.error
        case let error as DatabaseURL.ParseError:
            self.init(.usage, error.description, remedy: "see --help for the forms of a database URL")
        case let error as ServiceError: self.init(.usage, error.message, remedy: error.remedy)
        case is CancellationError:
            self.init(.interrupted, "interrupted", remedy: "run the same command again to go on")
        default:
            self.init(
                Code(rawValue: "internal"), "unexpected \(type(of: error))",
                remedy: "run the same command with --verbose and report what it says")
        }
    }
}

extension DataLoss {
    /// `values of feedback in 12 rows of agno_memories`
    var words: String { "\(what) in \(Wording.count(rows, "row")) of \(table)" }
}
