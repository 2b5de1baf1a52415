import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Splits the sessions' run lists into rows of the runs table.
///
/// Sessions are taken in batches that are limited in bytes; each batch commits with its markers, so a run that was killed
/// resumes after it. One session is in memory at a time.
struct RunsSplitter {
    private let context: RunsMoveContext
    private let connection: any DatabaseConnection
    private let statements: RunsStatements
    private let placer: RunPlacer
    private let serverSide: ServerSideSplit
    private let lists: StoredLists

    init(_ context: RunsMoveContext, connection: any DatabaseConnection) {
        self.context = context
        self.connection = connection
        statements = RunsStatements(connection.dialect, context)
        placer = RunPlacer(context, connection: connection)
        lists = StoredLists(connection, of: context.sessions, with: statements.sessionColumns)
        serverSide = ServerSideSplit(context, connection: connection)
    }

    /// Moves the sessions of a range, in as many transactions as it takes; reports after each page the counts so far.
    func move(_ range: SessionKeyRange, report: (RunsMoveCounts) -> Void) throws -> RunsMoveCounts {
        try context.inBatches(on: connection, after: range.after, beginning: connection.dialect.beginBatch) {
            try moveBatch(
                after: &$0, through: range.through, limit: context.batchBytes(on: connection), changedSince: nil,
                counts: &$1,
                report: report)
        }
    }

    /// Moves what was written since the run began; called inside the transaction that stamps, so that nothing slips
    /// through between the last batch and the stamp.
    ///
    /// - Parameter changed: the sessions whose time is another than it was, though it may be an older one.
    func catchUp(since start: Int64, and changed: RowTally.Difference?) throws -> RunsMoveCounts {
        var counts = RunsMoveCounts()
        var last: SQLValue?
        _ = try moveBatch(after: &last, through: nil, limit: .max, changedSince: start, counts: &counts)
        guard let changed, !changed.isEmpty else { return counts }
        try connection.forEachPage(of: { statements.listPage(after: $0, through: nil, changedSince: nil) }) {
            for head in $0 where changed.contains(head.id) { try move(head, counts: &counts) }
        }
        return counts
    }

    /// The number of sessions whose `runs` column is not NULL.
    func pendingSessions() throws -> Int64 { try connection.value(statements.countLists)?.int ?? 0 }

    /// All sessions, in ranges of equal size: more ranges than connections, because sessions differ in size and no
    /// connection should wait for the slowest.
    func ranges(for connections: Int) throws -> [SessionKeyRange] {
        let sessions = try connection.value(statements.countSessions)?.int ?? 0
        let size = max(sessions / Int64(connections * 8), 256)
        let ends = try connection.rows(statements.rangeEnds(of: size)).map { $0[0] }
        return zip([nil] + ends, ends + [nil]).map { SessionKeyRange(after: $0, through: $1) }
    }

    /// Moves sessions until the byte limit is reached; true when no more are left.
    private func moveBatch(
        after last: inout SQLValue?, through: SQLValue?, limit: Int64, changedSince start: Int64?,
        counts: inout RunsMoveCounts, report: (RunsMoveCounts) -> Void = { _ in }
    ) throws -> Bool {
        let end = counts.end(ofBatch: limit)
        while counts.bytes < end {
            let page = try connection.rows(statements.listPage(after: last, through: through, changedSince: start))
                .map(SessionHead.init)
            guard !page.isEmpty else { return true }
            let moved = try serverSide.move(page, inBatch: start == nil, &counts)
            for head in page {
                last = head.key
                if moved.contains(head.id) { continue }
                try move(head, counts: &counts)
                // A page that the server has moved in part is finished: its sessions must not be read again.
                if counts.bytes >= end, moved.isEmpty { break }
                if start == nil, context.options.interruption.isRequested { return false }
            }
            report(counts)
        }
        return false
    }

    /// Moves one session's list, unless it is the one that was moved before.
    private func move(_ head: SessionHead, counts: inout RunsMoveCounts) throws {
        do {
            try moveList(of: head, counts: &counts)
        } catch let error as DatabaseError {
            throw error.inSession(head.id, of: context.sessions.name)
        }
    }

    private func moveList(of head: SessionHead, counts: inout RunsMoveCounts) throws {
        guard var stored = try lists.row(at: head.key) else { return }
        counts.sessions += 1
        counts.bytes += stored.value.byteCount
        guard head.marker != stored.fingerprint else { return }
        let content = RunListReader.content(of: stored.value)
        // A list of hundreds of megabytes is in memory in one form at a time.
        stored.value = .null
        switch content {
        case .nothing: return
        case .unusable(let reason): try placer.refuse(head.id, nil, reason, &counts)
        case .list(let bytes):
            let session = RunRow.Session(id: head.id, userID: stored.others[0], createdAt: stored.others[1].int)
            try placer.place(
                .init(
                    session: session, bytes: bytes, fingerprint: stored.fingerprint, isMarked: head.marker != nil),
                &counts)
        }
    }
}
