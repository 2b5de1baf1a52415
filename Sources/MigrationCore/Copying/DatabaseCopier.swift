package import AgnoSchema
import DatabaseAccess
import Logging
package import SQLDialects

/// Copies Agno's tables of one database to another one; every function blocks the caller's thread until it is done.
///
/// The source is only read, in a snapshot where it has one that keeps no writer out. Every batch is read back before it
/// commits. No row of the target is changed: the same command resumes after a kill, and a second run changes nothing.
package struct DatabaseCopier: Sendable {
    /// The command's name in the lock and the journal.
    package static let command = "copy"

    /// Where the rows go.
    package enum Destination: Sendable {
        case database(MigrationEngine)
        /// A file that does not exist, for a dry run.
        case missing(any Dialect, TableNames)
    }

    let source: MigrationEngine
    private let destination: Destination
    private let isDryRun: Bool

    /// - Parameter source: the engine of the source, with the options of the run.
    package init(from source: MigrationEngine, into destination: Destination, isDryRun: Bool) {
        self.source = source
        self.destination = destination
        self.isDryRun = isDryRun
    }

    private var options: EngineOptions { source.options }

    /// Copies the tables, or reports what a copy would do.
    ///
    /// A table that fails does not stop the others; its error is in the report.
    ///
    /// - Throws: `not_verified`, `drift`, `not_an_agno_table`, `locked` and what concerns a database as a whole.
    package func run() throws(MigrationError) -> CopyReport {
        let watch = Stopwatch()
        return try source.reporting {
            if let holder = source.driver.lockHolder() {
                throw MigrationError(
                    .locked, "a migration of the source is running: \(holder)",
                    remedy: "wait for it to finish. Nothing was copied.")
            }
            var report: CopyReport
            switch destination {
            case .missing(let dialect, let names):
                report = try reading { try copy($0, $1, to: nil, dialect, names) }
            case .database(let engine) where isDryRun:
                report = try reading { source, origin in
                    try engine.driver.withConnection(for: .read) { try copy(source, origin, to: ($0, engine)) }
                }
            case .database(let engine):
                // A source that cannot be copied leaves no trace in the target.
                try source.driver.withConnection(for: .read) { _ = try CopyOrigin.examine($0, engine: source) }
                report = try engine.withLock(Self.command) {
                    try requireOther()
                    return try engine.driver.withConnection(for: .create) { target in
                        try reading { try copy($0, $1, to: (target, engine)) }
                    }
                }
            }
            report.seconds = watch.seconds
            return report
        }
    }

    /// The target's lock is ours now: a source that is locked as well is the same database under another address.
    private func requireOther() throws {
        guard let holder = source.driver.lockHolder() else { return }
        throw MigrationError(
            .usage,
            "the source is locked since the target is: they are one database, or \(holder) has just begun there",
            remedy: "name another database or schema with --to. Nothing was copied.")
    }

    /// Opens the source for reading, in a snapshot if that keeps no writer out. It is inspected before: a question that is
    /// refused would end the snapshot.
    private func reading<Result>(_ body: (CopySource, CopyOrigin?) throws -> Result) throws -> Result {
        try source.driver.withConnection(for: .read) { connection in
            let origin = try CopyOrigin.examine(connection, engine: source)
            let warnings = try origin.map { try backupWarnings($0, connection) } ?? []
            let begin = try connection.dialect.beginSnapshot(using: connection)
            for statement in begin { try connection.execute(statement) }
            defer { if !begin.isEmpty { _ = try? connection.execute("ROLLBACK") } }
            return try body(CopySource(connection, isSnapshot: !begin.isEmpty), origin?.adding(warnings))
        }
    }

    private typealias Target = (connection: any DatabaseConnection, engine: MigrationEngine)

    private func copy(_ source: CopySource, _ origin: CopyOrigin?, to target: Target) throws -> CopyReport {
        try copy(source, origin, to: target, target.connection.dialect, target.engine.names)
    }

    private func copy(
        _ source: CopySource, _ origin: CopyOrigin?, to target: Target?, _ dialect: any Dialect, _ names: TableNames
    ) throws -> CopyReport {
        var report = CopyReport(
            source: CopyReport.Place(source.connection.dialect), target: CopyReport.Place(dialect), isDryRun: isDryRun)
        guard let origin else {
            let schema = report.source.schema.map { " in schema \($0)" } ?? ""
            report.warnings.append("no tables of Agno found\(schema); nothing was copied")
            return report
        }
        report.version = origin.version
        report.warnings = origin.warnings
        report.parked = try ParkedValues(source.connection).summary().reduce(0) { $0 + $1.count }
        if report.parked > 0 {
            report.warnings.append(
                "\(report.parked) parked values and rows stay in the source: an up of the target does not put them back"
            )
        }
        let plan = CopyPlan(origin, names: names, dialect: dialect)
        let place = try target.map {
            try CopyTarget(
                $0.connection, for: plan, version: origin.version, engine: $0.engine, isDryRun: isDryRun)
        }
        if !plan.tasks.isEmpty { try place?.prepare(plan) }
        try copy(plan, source, place, origin.version, &report)
        // Without a snapshot, what was written to a table after its end is seen here alone.
        if !isDryRun, !source.isSnapshot, source.tellsWriters, try !source.isUntouched() {
            report.sourceWasWritten = true
            report.warnings.append(
                "another program wrote to the source during the copy; what it wrote may be missing in the target")
        }
        guard !isDryRun, !plan.tasks.isEmpty else { return report }
        if let place { makeProof(plan, source, place, &report) }
        let hasFailed = report.tables.contains { $0.error != nil }
        // A lost connection must not hide what the report says.
        try? place?.conclude(report.interrupted ? .interrupted : hasFailed ? .failed : .finished)
        return report
    }

    private func copy(
        _ plan: CopyPlan, _ source: CopySource, _ target: CopyTarget?, _ version: SchemaVersion,
        _ report: inout CopyReport
    ) throws {
        for item in plan.items {
            switch item {
            case .skip(let skipped): report.tables.append(try CopiedTable(skipped, source.connection))
            case .copy(let task):
                var table = CopiedTable(type: task.typeName, name: task.source.name, outcome: .failed, rows: 0)
                let isThere = target.map { !isDryRun || $0.has(task) } ?? false
                do {
                    let copy = TableCopy(
                        task, from: source, into: isThere ? target : nil, isDryRun: isDryRun, version: version,
                        options: options)
                    // A question that is refused must not end the snapshot of the tables that follow.
                    try source.isSnapshot ? source.connection.savepoint { try copy.run(&table) } : copy.run(&table)
                } catch {
                    table.error = MigrationError(reporting: error, table: task.source.name)
                    options.logger.debug("copy failed", metadata: ["detail": "\(table.error?.detail ?? "")"])
                }
                report.interrupted = table.error?.code == .interrupted
                if report.interrupted { (table.error, table.outcome) = (nil, .incomplete) }
                report.tables.append(table)
                if report.interrupted || table.error?.code == .connectionLost { return }
            }
        }
    }

    /// What of the sessions' old run lists is nowhere else.
    ///
    /// - Throws: `not_verified` if a run is still to be moved.
    private func backupWarnings(_ origin: CopyOrigin, _ connection: any DatabaseConnection) throws -> [String] {
        guard origin.version.hasRunsTable, let sessions = origin.state.snapshots[.sessions],
            let runs = origin.state.snapshots[.runs], sessions.shape.column("runs") != nil
        else { return [] }
        let coverage = try RunsCoverage(connection: connection, sessions: sessions, runs: runs).measure()
        guard coverage.unmoved == 0 else {
            throw MigrationError(
                .notVerified, "\(coverage.unmoved) runs of \(sessions.name) are not in \(runs.name)",
                remedy: "run agno-migrate up on the source first. Nothing was copied.",
                rows: coverage.examples.map(\.key))
        }
        guard coverage.uncovered > 0 else { return [] }
        return [
            "\(coverage.uncovered) elements of the column runs of \(sessions.name) have no row in \(runs.name), as "
                + "agno-migrate verify says; they stay in the source"
        ]
    }
}

extension CopyReport.Place {
    init(_ dialect: any Dialect) {
        self.init(dialect: dialect.kind, serverVersion: dialect.serverVersion, schema: dialect.schemaName)
    }
}

extension CopiedTable {
    /// A table that is not copied, with the number of its rows.
    fileprivate init(_ skipped: SkippedTable, _ connection: any DatabaseConnection) throws {
        let count = try connection.value("SELECT COUNT(*) FROM \(connection.dialect.table(skipped.name))")?.int
        self.init(type: skipped.typeName, name: skipped.name, outcome: .notCopied, rows: count ?? 0)
        reason = skipped.reason
    }
}
