import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Writes rows into a table of the target, reads them back, and names those that are not there as they should be.
///
/// Each batch is one transaction. One that the server refuses is halved until the row at fault is alone.
struct CopyWriter {
    private let connection: any DatabaseConnection
    private let task: CopyTask
    private let stored: StoredCopies
    private let insert: BulkInsert
    private let lockRetry: LockRetry
    private let isDryRun: Bool

    init(_ connection: any DatabaseConnection, _ task: CopyTask, options: EngineOptions, isDryRun: Bool) {
        self.connection = connection
        self.task = task
        self.isDryRun = isDryRun
        stored = StoredCopies(connection, task)
        insert = BulkInsert(connection, table: task.name, columns: task.columns.map(\.name))
        lockRetry = LockRetry(
            connection: connection, options: options,
            whatRemains: "batches committed earlier stay, and the same command resumes")
    }

    /// What became of rows.
    struct Tally {
        var copied: Int64 = 0
        var alreadyThere: Int64 = 0
        var refused: [(row: ConvertedRow, RefusedRow)] = []

        static func += (left: inout Tally, right: Tally) {
            left.copied += right.copied
            left.alreadyThere += right.alreadyThere
            left.refused += right.refused
        }
    }

    /// The server stored another value than it was given; the transaction is rolled back.
    private struct AlteredRow: Error {
        var column: String?
    }

    /// Brings rows into the target, unless they are there already.
    func write(_ rows: ArraySlice<ConvertedRow>) throws -> Tally {
        guard let first = rows.first else { return Tally() }
        do {
            if isDryRun { return try place(rows) }
            return try lockRetry.transaction(on: task.name) { try place(rows) }
        } catch {
            guard var refusal = Self.refusal(of: first, error) else { throw error }
            if rows.count == 1 {
                if refusal.reason == CopyRefusal.notStorable.rawValue { refusal.column = columnAtFault(in: first) }
                return Tally(refused: [(first, refusal)])
            }
            let middle = rows.startIndex + rows.count / 2
            var tally = try write(rows[..<middle])
            tally += try write(rows[middle...])
            return tally
        }
    }

    private func place(_ rows: ArraySlice<ConvertedRow>) throws -> Tally {
        var tally = Tally()
        let existing = try stored.find(rows)
        var new: [ConvertedRow] = []
        for row in rows {
            guard let found = existing[row.key] else {
                new.append(row)
                continue
            }
            if let column = stored.difference(of: row, from: found) {
                let refusal = RefusedRow(key: row.keyText, column: column, reason: CopyRefusal.differs.rawValue)
                tally.refused.append((row, refusal))
            } else {
                tally.alreadyThere += 1
            }
        }
        tally.copied = Int64(new.count)
        guard !isDryRun, !new.isEmpty else { return tally }
        _ = try insert.insertAll(new) { $0.values }
        let written = try stored.find(new[...])
        for row in new {
            guard let found = written[row.key] else { throw AlteredRow(column: task.key.first) }
            if let column = stored.difference(of: row, from: found) { throw AlteredRow(column: column) }
        }
        return tally
    }

    /// The column without whose value the server takes a row; nil if there is none, or in a dry run.
    private func columnAtFault(in row: ConvertedRow) -> String? {
        struct Undone: Error {}
        guard !isDryRun else { return nil }
        for (position, column) in task.columns.enumerated() {
            guard !row.values[position].isNull, task.shape.column(column.name)?.isNullable == true else { continue }
            var values = row.values
            values[position] = .null
            do {
                try connection.transaction {
                    try insert([values])
                    throw Undone()
                }
            } catch is Undone {
                return column.name
            } catch {
                continue
            }
        }
        return nil
    }

    /// Why a row is refused, if an error is about its values; nil for any other error.
    private static func refusal(of row: ConvertedRow, _ error: any Error) -> RefusedRow? {
        func refused(_ reason: CopyRefusal, _ column: String? = nil) -> RefusedRow {
            RefusedRow(key: row.keyText, column: column, reason: reason.rawValue)
        }
        if let altered = error as? AlteredRow { return refused(.altered, altered.column) }
        switch (error as? DatabaseError)?.condition {
        case .constraint?: return refused(.constraint)
        case .notStorable?: return refused(.notStorable)
        case .tooLarge?: return refused(.tooLarge)
        default: return nil
        }
    }
}

extension RefusedRow {
    init(_ key: String, _ refusal: CopiedColumn.Refusal) {
        self.init(key: key, column: refusal.column, reason: refusal.reason.rawValue)
    }
}
