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

    func hasLeftovers(_ scope: MoveScope) throws -> Bool {
        guard let sessions = scope.snapshots[.sessions], let runs = scope.snapshots[.runs], canRun(on: sessions.shape),
            !runs.hidesRows
        else { return false }
        let coverage = RunsCoverage(connection: scope.connection, sessions: sessions, runs: runs)
        return try coverage.canMeasure && coverage.hasUnmovedLists()
    }

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

    /// Up, sessions whose lists are nowhere to be seen; down, lists that the server does not take back.
    func refusal(_ scope: MoveScope) throws -> MigrationError? {
        guard scope.direction == .down else { return try missingLists(scope) }
        guard let sessions = scope.snapshots[.sessions], let runs = scope.snapshots[.runs],
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

    private func missingLists(_ scope: MoveScope) throws -> MigrationError? {
        guard let sessions = scope.snapshots[.sessions], !canRun(on: sessions.shape),
            let count = try scope.connection.value("SELECT COUNT(*) FROM \(scope.dialect.table(sessions.name))")?.int,
            count > 0
        else { return nil }
        let columns = sessions.shape.columns.map(\.name).joined(separator: ", ")
        return MigrationError(
            .notAgnoTable,
            "\(sessions.name) has \(count) sessions, but no column runs, where Agno keeps their runs before 3.0.0; its "
                + "columns are \(columns)",
            remedy: "give the column its name back, or add one (runs) if there are no runs to move, then run the same "
                + "command again. Nothing was changed")
    }

    func runAhead(_ move: MoveContext) throws -> MoveResult? {
        guard var context = context(move) else { return nil }
        let isUp = move.scope.direction == .up
        let log = isUp ? try LoggedSessions.begin(context, of: move) : nil
        var baseline =
            try log.map(MoveBaseline.init)
            ?? times(context, of: move).map {
                countsTimes(move) ? try MoveBaseline(on: move.connection) : try MoveBaseline($0, on: move.connection)
            }
        // The markers go while the lists are put together.
        if !isUp {
            let times = try Markers.times(of: context.sessions.name, on: move.connection)
            try Markers(move.connection, of: context.sessions.name).keepTimes(times)
            baseline?.moves = times
        }
        let counts: RunsMoveCounts
        let verb: String
        if isUp {
            // A stamped table's runs have their owners.
            context.mayTakeOver = move.needsStamp
            let count = try connections(context, of: move)
            counts =
                try log.map { try LoggedSessions($0, context, of: move).moveAll(move, connections: count) }
                ?? ParallelSplit(driver: move.driver, context: context, connections: count).run(on: move.connection)
            if countsTimes(move) { baseline?.rows = counts.times }
            verb = "moved"
        } else {
            counts = try RunsJoiner(context, connection: move.connection).joinAll()
            verb = "put back"
        }
        guard counts.placed > 0 else { return MoveResult(baseline: baseline) }
        let note = isUp ? move.dialect.referenceMoveNote : ""
        return MoveResult(
            rows: counts.placed, changes: ["\(verb) \(counts.placed) runs of \(counts.sessions) sessions\(note)"],
            baseline: baseline)
    }

    /// How many connections move lists up at the same time.
    private func connections(_ context: RunsMoveContext, of move: MoveContext) throws -> Int {
        // To tell a table's size, a server may read all of it.
        guard move.dialect.movingConnections > 1 else { return 1 }
        let bytes = try move.connection.value(move.dialect.storedBytes(ofTable: context.sessions.name))?.int ?? 0
        return bytes < move.options.parallelBytes ? 1 : move.dialect.movingConnections
    }

    func finish(_ move: MoveContext) throws -> MoveResult {
        guard let sessions = move.scope.snapshots[.sessions] else { return MoveResult() }
        let columns = SessionColumns(sessions: sessions, connection: move.connection, now: move.startedAt)
        let context = context(move)
        let isUntouched = try move.baseline?.isUntouched(move.connection) ?? false
        // Five minutes earlier, and what has another time than before: the clocks of servers and applications differ.
        let start = move.startedAt - Self.clockMargin
        let isLogged = move.baseline?.log != nil
        let changed = try isUntouched || isLogged ? nil : context.flatMap { try changes(of: $0, in: move) }
        guard move.scope.direction == .up else {
            if let context {
                let joiner = RunsJoiner(context, connection: move.connection)
                if !isUntouched { try joiner.joinRemaining(since: start, and: changed) }
                try joiner.forgetMarkers()
            }
            try columns.reencode(as: .down)
            return MoveResult()
        }
        guard let context else { return MoveResult() }
        try columns.reencode(as: .up)
        if let log = move.baseline?.log { return try LoggedSessions(log, context, of: move).finish() }
        guard !isUntouched else { return MoveResult() }
        let late = try RunsSplitter(context, connection: move.connection).catchUp(since: start, and: changed)
        return MoveResult(
            rows: late.placed,
            changes: late.placed == 0 ? [] : ["moved \(late.placed) runs written during the migration"])
    }

    /// The query for the times by which a move knows what was written meanwhile.
    private func times(_ context: RunsMoveContext, of move: MoveContext) -> String? {
        let statements = RunsStatements(move.dialect, context)
        guard move.scope.direction == .up else { return statements.runTimes }
        return countsTimes(move) ? statements.listTimes : statements.sessionTimes
    }

    /// Whether the move counts the times of the sessions as it reads their lists: where the server tells whether anybody
    /// has written they are hardly ever needed, and to find them it may read the whole table once more.
    private func countsTimes(_ move: MoveContext) -> Bool {
        move.scope.direction == .up && move.dialect.foreignCommits != nil
    }

    private func changes(of context: RunsMoveContext, in move: MoveContext) throws -> RowTally.Difference? {
        guard let baseline = move.baseline, let times = times(context, of: move) else { return nil }
        return try baseline.changes(of: times, on: move.connection)
    }

    /// By how many seconds clocks may differ before only the times that changed tell what was written.
    static let clockMargin: Int64 = 300

    private func context(_ move: MoveContext) -> RunsMoveContext? {
        guard let sessions = move.scope.snapshots[.sessions], let runs = move.scope.snapshots[.runs] else { return nil }
        return RunsMoveContext(
            sessions: sessions, runs: runs, journal: move.journal, version: move.version, now: move.startedAt,
            options: move.options)
    }
}
