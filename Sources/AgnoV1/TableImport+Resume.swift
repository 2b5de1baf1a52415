import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

// Resuming after a run that was killed or stopped.
extension TableImport {
    /// The last key that an unfinished import of this table committed; nil if there is none.
    func resumeKey() throws -> SQLValue? {
        guard type == .sessions else { return nil }
        return try Journal.resumePoint(ofTable: label, on: connection)
    }

    /// Skips what an unfinished run has written, without reading conversations that have not changed since.
    func skip(through end: SQLValue, _ progress: inout Progress, _ reportProgress: (Tally) -> Void) throws {
        var isDone = false
        while !isDone {
            try options.interruption.checkpoint()
            let page: (SQLValue?) throws -> [V1Reader.Head] = { try reader.heads(after: $0, through: end, limit: 256) }
            isDone = try batch(&progress, keys: { try page($0).map(\.key) }) { progress, writer in
                let heads = try page(progress.lastKey)
                let upToDate = try keysUpToDate(heads)
                for head in heads {
                    if upToDate.contains(head.key) {
                        writer.skip()
                    } else if let row = try reader.row(head.key) {
                        try writer.add(row)
                    }
                    progress.lastKey = head.key
                }
                return heads.isEmpty
            }
            reportProgress(progress.tally)
        }
        // The import proper starts after the last skipped key; from the first row if the table has no times to compare.
    }

    /// The sessions that the target has as v1 has them, judged by times and markers. A time as recent as its marker proves
    /// nothing, since v1 stores whole seconds.
    private func keysUpToDate(_ heads: [V1Reader.Head]) throws -> Set<SQLValue> {
        guard let sessions = target.sessions, !heads.isEmpty else { return [] }
        let dialect = connection.dialect
        let keys = heads.map(\.key.keyText)
        let rows = try connection.rows(
            SQLStatement(
                "SELECT s.session_id, s.updated_at, m.moved_at FROM \(dialect.table(sessions.name)) s "
                    + "JOIN \(dialect.table(Markers.table)) m ON m.row_key = s.session_id "
                    + "WHERE m.table_name = \(dialect.placeholder(1)) "
                    + "AND s.session_id IN (\(dialect.placeholders(for: keys, after: 1)))",
                [.text(ImportMarkers.name(of: targetName))] + keys.map(SQLValue.text)))
        let found = Dictionary(rows.map { ($0[0], (updatedAt: $0[1].int, markedAt: $0[2].int ?? 0)) }) { first, _ in
            first
        }
        let quarantined = try makeQuarantine().known(keys)
        return Set(
            heads.filter { head in
                guard let row = found[head.key], !quarantined.contains(head.key.keyText) else { return false }
                guard row.updatedAt == head.updatedAt.int, let time = head.updatedAt.int ?? head.createdAt.int else {
                    return false
                }
                return time < row.markedAt - 2
            }.map(\.key))
    }
}
