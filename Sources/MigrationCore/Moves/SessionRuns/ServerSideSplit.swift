import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Lets the server itself move the well-formed lists of a page.
struct ServerSideSplit {
    private let context: RunsMoveContext
    private let connection: any DatabaseConnection
    private let hint = OptimismHint()

    init(_ context: RunsMoveContext, connection: any DatabaseConnection) {
        self.context = context
        self.connection = connection
    }

    /// Moves what the server can move of a page; returns the ids of the sessions whose lists it moved.
    ///
    /// - Parameter inBatch: whether the transaction is a batch's, not the one that stamps.
    func move(_ page: [SessionHead], inBatch: Bool, _ counts: inout RunsMoveCounts) throws -> Set<SQLValue> {
        guard context.options.usesServerSideMoves else { return [] }
        let fresh = page.filter { $0.marker == nil }.compactMap(\.id.string)
        guard let whole = statements(for: fresh, inBatch: inBatch) else { return [] }
        if hint.isOptimistic, let moved = try attempt(whole, &counts) { return moved }
        let odd = Set(try connection.rows(whole.odd).map { $0[0] })
        let wasTried = hint.isOptimistic && odd.isEmpty
        hint.isOptimistic = odd.isEmpty
        guard !wasTried, let rest = statements(for: fresh.filter { !odd.contains(.text($0)) }, inBatch: inBatch) else {
            return []
        }
        return try attempt(rest, &counts) ?? []
    }

    private func statements(for keys: [String], inBatch: Bool) -> ServerSideMove? {
        guard !keys.isEmpty else { return nil }
        return connection.dialect.moveRuns(
            of: keys, sessions: context.sessions, runs: context.runs, markers: Markers.table, now: context.now,
            inBatch: inBatch)
    }

    /// The sessions that the server moved; nil if the move was taken back.
    private func attempt(_ move: ServerSideMove, _ counts: inout RunsMoveCounts) throws -> Set<SQLValue>? {
        do {
            return try connection.savepoint {
                let written = try move.writing.map { statements in
                    (markers: try connection.execute(statements.markers), runs: try connection.execute(statements.runs))
                }
                let rows = try connection.rows(move.report)
                let expected = rows.reduce(Int64(0)) { $0 + ($1[2].int ?? 0) }
                let inserted = written.map { Int64($0.runs) } ?? rows.first?[3].int ?? 0
                // Fewer: an element out of the ordinary, or a list or run that another session wrote meanwhile.
                guard inserted == expected, written == nil || written?.markers == rows.count else {
                    throw DatabaseError(.notStorable, "the server moved fewer elements than expected")
                }
                counts.sessions += Int64(rows.count)
                counts.placed += expected
                counts.bytes += rows.reduce(0) { $0 + ($1[1].int ?? 0) }
                return Set(rows.map { $0[0] })
            }
        } catch let error as DatabaseError where error.condition == .notStorable || error.condition == .constraint {
            return nil
        }
    }
}

/// Whether the next page is worth an attempt before its odd lists are known: where one page has something out of the
/// ordinary, the next one often has too.
private final class OptimismHint {
    var isOptimistic = true
}
