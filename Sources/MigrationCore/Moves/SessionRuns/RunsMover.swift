import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Moves the sessions' run lists into the runs table; down: puts the lists together again.
///
/// Both ways commit in batches. What is written meanwhile is moved by ``finish(_:)``, in the transaction that stamps.
struct RunsMover: RowMover {
    var commitsInBatches: Bool { true }
    var drainedTable: TableType? { .runs }

    func title(in context: SchemaContext) -> String {
        "move each session's runs into \(context.names[.runs]), one row per run"
    }

    func canRun(on shape: TableShape?) -> Bool {
        shape?.column("runs") != nil && shape?.column("session_id") != nil
    }

    func isDue(_ situation: MoveSituation) -> Bool {
        situation.hasPendingChange || situation.needsStamp || situation.isForced
    }

    /// Without a runs table there may be sessions that the older releases cannot read.
    func isDueBack(_ situation: MoveSituation, in shapes: [TableType: TableShape]) -> Bool {
        canResume(in: shapes) || situation.needsStamp && situation.changesEncoding
    }

    func canResume(in shapes: [TableType: TableShape]) -> Bool { shapes[.runs] != nil }

    func estimate(_ scope: MoveScope) throws -> MoveEstimate? {
        guard let sessions = scope.snapshots[.sessions] else { return nil }
        let dialect = scope.dialect
        if scope.direction == .down {
            guard let runs = scope.snapshots[.runs] else { return nil }
            let count = try scope.connection.value("SELECT COUNT(*) FROM \(dialect.table(runs.name))")?.int ?? 0
            return MoveEstimate(title: "put \(count) runs back into their sessions", rows: count)
        }
        let sql = "SELECT COUNT(*) FROM \(dialect.table(sessions.name)) WHERE \(dialect.quote("runs")) IS NOT NULL"
        let count = try scope.connection.value(sql)?.int ?? 0
        let title = "move the runs of \(count) sessions into \(scope.names[.runs])\(dialect.referenceMoveNote)"
        return count == 0 ? nil : MoveEstimate(title: title, rows: count)
    }

    /// Lists that the server does not take back into their sessions.
    func refusal(_ scope: MoveScope) throws -> MigrationError? {
        guard scope.direction == .down, let sessions = scope.snapshots[.sessions], let runs = scope.snapshots[.runs],
            let limit = scope.dialect.listLimit(ofRunsIn: runs.name)
        else { return nil }
        let rows = try scope.connection.rows(limit.larger)
        guard let needed = rows.first?[1].int else { return nil }
        return MigrationError(
            .tooLarge,
            "the runs of sessions of \(sessions.name) are larger together than the server's \(limit.name), which is "
                + "\(limit.bytes) bytes and has to be at least \(needed)",
            remedy: "\(limit.remedy), or delete runs of the sessions listed, then run the same command again. "
                + "Nothing was changed",
            rows: rows.map { $0[0].keyText })
    }

    func runAhead(_ move: MoveContext) throws -> MoveResult? {
        guard var context = context(move) else { return nil }
        let counts: RunsMoveCounts
        let verb: String
        if move.scope.direction == .up {
            let bytes = try move.connection.value(move.dialect.storedBytes(ofTable: context.sessions.name))?.int ?? 0
            // A stamped table's runs have their owners.
            context.mayTakeOver = move.needsStamp
            counts = try ParallelSplit(
                driver: move.driver, context: context,
                connections: bytes < move.options.parallelBytes ? 1 : move.dialect.movingConnections
            ).run(on: move.connection)
            verb = "moved"
        } else {
            counts = try RunsJoiner(context, connection: move.connection).joinAll()
            verb = "put back"
        }
        guard counts.placed > 0 else { return MoveResult() }
        let note = move.scope.direction == .up ? move.dialect.referenceMoveNote : ""
        return MoveResult(
            rows: counts.placed, changes: ["\(verb) \(counts.placed) runs of \(counts.sessions) sessions\(note)"])
    }

    func finish(_ move: MoveContext) throws -> MoveResult {
        guard let sessions = move.scope.snapshots[.sessions] else { return MoveResult() }
        let columns = SessionColumns(sessions: sessions, connection: move.connection, now: move.startedAt)
        let context = context(move)
        // Five minutes earlier: the clocks of servers and applications differ.
        let start = move.startedAt - 300
        guard move.scope.direction == .up else {
            if let context {
                let joiner = RunsJoiner(context, connection: move.connection)
                try joiner.joinRemaining(since: start)
                try joiner.forgetMarkers()
            }
            try columns.reencode(as: .down)
            return MoveResult()
        }
        guard let context else { return MoveResult() }
        try columns.reencode(as: .up)
        let late = try RunsSplitter(context, connection: move.connection).catchUp(since: start)
        return MoveResult(
            rows: late.placed,
            changes: late.placed == 0 ? [] : ["moved \(late.placed) runs written during the migration"])
    }

    private func context(_ move: MoveContext) -> RunsMoveContext? {
        guard let sessions = move.scope.snapshots[.sessions], let runs = move.scope.snapshots[.runs] else { return nil }
        return RunsMoveContext(
            sessions: sessions, runs: runs, journal: move.journal, version: move.version, now: move.startedAt,
            options: move.options)
    }
}
