import AgnoSchema
import DatabaseAccess
import SQLDialects

extension MigrationEngine {
    /// Drops the sessions' backup column once everything in it is known to be elsewhere.
    package func cleanup(dryRun: Bool, allowDataLoss: Bool) throws(MigrationError) -> CleanupReport {
        try reporting {
            let looked: CleanupReport = try driver.withConnection(for: .read) { connection in
                var report = try cleanupReport(connection, allowDataLoss: allowDataLoss)
                if !dryRun, report.outcome != .wouldDrop { report.proof = try? cleanupProof(report, connection) }
                return report
            }
            guard !dryRun, looked.outcome == .wouldDrop else { return looked }
            return try withLock("cleanup") {
                try driver.withConnection(for: .write) { connection in
                    if options.makesProof { try beginProof(lookForProof(proofState)) }
                    var report = try cleanup(connection, allowDataLoss: allowDataLoss)
                    // What is dropped is dropped, whether it can be proved or not.
                    report.proof = try? cleanupProof(report, connection)
                    return report
                }
            }
        }
    }

    private func cleanupProof(_ report: CleanupReport, _ connection: any DatabaseConnection) throws -> Proof? {
        guard options.makesProof else { return nil }
        var proof = proof(of: "cleanup", in: ReportPlace(connection.dialect), after: try lookForProof(proofState))
        if report.outcome == .refused { proof?.reasons.append("the clean-up was refused; the report says why") }
        proof?.conclude()
        return proof
    }

    private func cleanup(_ connection: any DatabaseConnection, allowDataLoss: Bool) throws -> CleanupReport {
        let isTransaction = connection.dialect.hasTransactionalDDL
        let report = try LockRetry(connection: connection, options: options).change(names[.sessions]) {
            try keepingWritersOut(connection) {
                var report = try cleanupReport(connection, allowDataLoss: allowDataLoss)
                guard report.outcome == .wouldDrop else { return report }
                try dropBackupColumn(connection)
                report.outcome = .dropped
                if isTransaction { try record(report, connection) }
                return report
            }
        }
        // The lock allows no other table, and the drop is committed.
        if report.outcome == .dropped, !isTransaction { try record(report, connection) }
        return report
    }

    /// Nobody writes a list between the count and the drop.
    private func keepingWritersOut<Result>(
        _ connection: any DatabaseConnection, _ body: () throws -> Result
    ) throws -> Result {
        let dialect = connection.dialect
        let sessions = names[.sessions]
        guard !dialect.hasTransactionalDDL else {
            for lock in dialect.lock(table: sessions, against: .writing) { try connection.execute(lock) }
            return try body()
        }
        let state = try DatabaseState.look(connection, names: names, store: store)
        let uses =
            [TableUse(sessions), TableUse(sessions, as: StoredLists.alias), TableUse(names[.runs])]
            + (state.hasVersionsTable ? [TableUse(store.table)] : [])
            + (state.hasMarkers ? Markers.uses : []) + (state.hasJournal ? Journal.uses : [])
        guard let lock = dialect.lastingLock(on: uses) else { return try body() }
        do {
            try connection.execute(lock.take)
        } catch let error as DatabaseError where error.condition == .notAuthorised {
            let grant = try connection.value(lock.grant)?.string ?? ""
            throw MigrationError(
                .notAuthorised, "the user may not lock \(sessions) while its lists are counted: \(error.message)",
                remedy: "have an owner run: \(grant). Nothing was touched", detail: error.detail)
        }
        // A connection that is lost has no lock.
        defer { _ = try? connection.execute(lock.release) }
        return try body()
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

    private func dropBackupColumn(_ connection: any DatabaseConnection) throws {
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
    }

    private func record(_ report: CleanupReport, _ connection: any DatabaseConnection) throws {
        let state = try DatabaseState.look(connection, names: names, store: store, types: [.sessions])
        let journal = Journal(
            run: Self.makeRunID(), command: "cleanup", toolVersion: options.toolVersion, clock: options.clock)
        try journal.prepare(connection, in: context(connection), beside: state.snapshots[.sessions])
        try journal.append(.cleanedUp(names[.sessions], sessions: report.sessions), to: connection)
    }
}
