import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Splits the sessions' run lists into rows of the runs table.
///
/// Sessions are taken in batches that are limited in bytes; each batch commits with its markers, so a run that was killed
/// resumes after it. Few sessions are in memory at a time.
struct RunsSplitter {
    private let context: RunsMoveContext
    private let connection: any DatabaseConnection
    private let statements: RunsStatements
    private let placer: RunPlacer
    private let serverSide: ServerSideSplit
    private let lists: StoredLists
    /// How many bytes of lists are taken apart together.
    private let groupBytes: Int64

    init(_ context: RunsMoveContext, connection: any DatabaseConnection) {
        self.context = context
        self.connection = connection
        statements = RunsStatements(connection.dialect, context)
        placer = RunPlacer(context, connection: connection)
        groupBytes = context.batchBytes(on: connection) / 64
        lists = StoredLists(
            connection, of: context.sessions, with: statements.sessionColumns, groupBytes: groupBytes)
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
            _ = try move($0.filter { changed.contains($0.id) }, &counts)
        }
        return counts
    }

    /// Moves the lists of these sessions as they are now, in the caller's transaction.
    func move(_ ids: [SQLValue], inBatch: Bool, _ counts: inout RunsMoveCounts) throws {
        for start in stride(from: 0, to: ids.count, by: 256) {
            let page = try connection.rows(statements.heads(of: Array(ids[start..<min(start + 256, ids.count)])))
                .map(SessionHead.init)
            let moved = try serverSide.move(page, inBatch: inBatch, &counts)
            _ = try move(page.filter { !moved.contains($0.id) }, &counts)
        }
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
        // Not in the transaction that stamps.
        func isInterrupted() -> Bool { start == nil && context.options.interruption.isRequested }
        while counts.bytes < end {
            let page = try connection.rows(statements.listPage(after: last, through: through, changedSince: start))
                .map(SessionHead.init)
            guard !page.isEmpty else { return true }
            let moved = try serverSide.move(page, inBatch: start == nil, &counts)
            let rest = moved.isEmpty ? page : page.filter { !moved.contains($0.id) }
            // A page that the server has moved in part is finished: its sessions must not be read again.
            let isPart = !moved.isEmpty
            let taken = try move(rest, &counts) {
                isPart || $0.bytes < end && !isInterrupted()
            }
            last = isPart ? page.last?.key : rest[taken - 1].key
            report(counts)
            if isInterrupted() { return false }
        }
        return false
    }

    /// Moves the lists of these sessions; returns of how many.
    ///
    /// While the rows of one group are written, another thread takes the lists of the next one apart.
    ///
    /// - Parameter wantsMore: whether to read another group, after so many.
    private func move(
        _ heads: [SessionHead], _ counts: inout RunsMoveCounts,
        while wantsMore: (RunsMoveCounts) -> Bool = { _ in true }
    ) throws -> Int {
        var taken = 0
        var ahead: Future<[PreparedList]>?
        func placeAhead() throws {
            guard let lists = ahead?.value else { return }
            ahead = nil
            try placer.place(lists, &counts)
        }
        try lists.forEachGroup(of: heads) { group in
            taken += group.count
            let bytes = group.reduce(0) { $0 + ($1.list?.value.byteCount ?? 0) }
            counts.bytes += bytes
            for case (let head, let list?) in group {
                counts.sessions += 1
                counts.times.add([head.id, list.others[2]])
            }
            if bytes > groupBytes {
                // A list of hundreds of megabytes is in memory alone.
                try placeAhead()
                try placer.place(Self.prepared(&group, now: context.now), &counts)
            } else {
                let next = Future { [group, now = context.now] in
                    var group = group
                    return Self.prepared(&group, now: now)
                }
                try placeAhead()
                ahead = next
            }
            return wantsMore(counts)
        }
        try placeAhead()
        return taken
    }

    private static func prepared(_ group: inout [StoredLists.Entry], now: Int64) -> [PreparedList] {
        group.indices.compactMap { position in
            guard var list = group[position].list else { return nil }
            group[position].list = nil
            return PreparedList(group[position].head, &list, now: now)
        }
    }
}
