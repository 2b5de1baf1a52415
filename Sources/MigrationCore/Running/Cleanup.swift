import AgnoSchema
import DatabaseAccess
import SQLDialects

extension MigrationEngine {
    /// Drops the sessions' backup column once everything in it is known to be elsewhere.
    package func cleanup(dryRun: Bool, allowDataLoss: Bool) throws(MigrationError) -> CleanupReport {
        try reporting {
            let looked: CleanupReport = try driver.withConnection(for: .read) { connection in
                try cleanupReport(connection, allowDataLoss: allowDataLoss)
            }
            guard !dryRun, looked.outcome == .wouldDrop else { return looked }
            return try withLock("cleanup") {
                try driver.withConnection(for: .write) { connection in
                    let lockRetry = LockRetry(connection: connection, options: options)
                    return try lockRetry.change(names[.sessions]) {
                        // Nobody writes between the count and the drop.
                        if connection.dialect.hasTransactionalDDL,
                            let lock = connection.dialect.lock(table: names[.sessions], against: .writing)
                        {
                            try connection.execute(lock)
                        }
                        var report = try cleanupReport(connection, allowDataLoss: allowDataLoss)
                        guard report.outcome == .wouldDrop else { return report }
                        try dropBackupColumn(connection, report)
                        report.outcome = .dropped
                        return report
                    }
                }
            }
        }
    }

    private func cleanupReport(_ connection: any DatabaseConnection, allowDataLoss: Bool) throws -> CleanupReport {
        let state = try DatabaseState.look(connection, names: names, store: store)
        try refuseNewer(state)
        var report = CleanupReport(
            dialect: connection.dialect.kind, table: names[.sessions], outcome: .nothingToDo, sessions: 0, covered: 0,
            deletedSince: 0, uncovered: 0, uncoveredRows: [])
        guard let sessions = state.snapshots[.sessions], sessions.shape.column("runs") != nil else { return report }
        guard let runs = state.snapshots[.runs], let stamp = state.stamp(of: .sessions, names: names),
            stamp.hasRunsTable
        else {
            report.outcome = .refused
            report.error = MigrationError(
                .notVerified, "\(sessions.name) is not at 3.0.0 yet; its runs column still holds the live data",
                remedy: "run agno-migrate up first")
            return report
        }
        let context = context(connection)
        let preconditions = Preconditions(connection: connection, context: context, snapshots: state.snapshots)
        let dependents = connection.dialect.obstacles(
            to: [Self.dropOfBackup], of: sessions, among: state.snapshots, in: context
        ).map { Dependent($0, table: sessions.name) }
        report.error =
            preconditions.hiddenRows(of: .sessions) ?? Obstacles.refusal(dependents, version: stamp)
        guard report.error == nil else {
            report.outcome = .refused
            return report
        }
        let coverage = try RunsCoverage(connection: connection, sessions: sessions, runs: runs).measure()
        report.sessions = coverage.sessions
        report.covered = coverage.covered
        report.deletedSince = coverage.deletedSince
        report.uncovered = coverage.uncovered
        report.uncoveredRows = coverage.examples
        if coverage.uncovered == 0 || allowDataLoss {
            report.outcome = .wouldDrop
        } else {
            report.outcome = .refused
            report.error = MigrationError(
                .dataLoss, "\(coverage.uncovered) run elements of \(sessions.name) are nowhere but in its runs column",
                remedy: "keep the column, or pass --allow-data-loss to drop them. Nothing was changed",
                rows: coverage.examples.map(\.key))
        }
        return report
    }

    private static let dropOfBackup = SchemaChange.dropColumn(.optional("runs", .parsedJSON))

    private func dropBackupColumn(_ connection: any DatabaseConnection, _ report: CleanupReport) throws {
        let context = context(connection)
        let state = try DatabaseState.look(connection, names: names, store: store, types: [.sessions])
        guard let sessions = state.snapshots[.sessions] else { return }
        switch connection.dialect.lower(
            [Self.dropOfBackup], of: sessions, among: state.snapshots, in: context, now: options.clock.now)
        {
        case .statements(let statements), .rebuild(let statements):
            for statement in statements { try connection.executeWithFallbacks(statement) }
        case .swap:
            throw MigrationError(
                .notSupported, "\(sessions.name) would have to be made anew", remedy: "report this; nothing was changed"
            )
        case .skipped(let reason):
            throw MigrationError(.notSupported, "\(sessions.name) cannot be changed: \(reason)", remedy: "report this")
        }
        let journal = Journal(
            run: Self.makeRunID(), command: "cleanup", toolVersion: options.toolVersion, clock: options.clock)
        try journal.prepare(connection, in: context, beside: sessions)
        try journal.append(.cleanedUp(names[.sessions], sessions: report.sessions), to: connection)
    }
}
