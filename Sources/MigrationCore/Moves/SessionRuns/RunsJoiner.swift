import AgnoSchema
import DatabaseAccess
import LosslessJSON
import SQLDialects

/// Joins the rows of the runs table into the sessions' run lists again.
struct RunsJoiner {
    private let context: RunsMoveContext
    private let connection: any DatabaseConnection
    private let statements: RunsStatements
    private let markers: Markers
    private let writer = RunListWriter()
    private let lists: StoredLists
    private let placer: RunPlacer

    init(_ context: RunsMoveContext, connection: any DatabaseConnection) {
        self.context = context
        self.connection = connection
        statements = RunsStatements(connection.dialect, context)
        markers = Markers(connection, of: context.sessions.name)
        lists = StoredLists(connection, of: context.sessions, with: statements.sessionColumns)
        placer = RunPlacer(context, connection: connection)
    }

    /// Joins every session's list, in as many transactions as it takes.
    func joinAll() throws -> RunsMoveCounts {
        let watch = Stopwatch()
        let total = try connection.value(statements.countSessions)?.int ?? 0
        return try context.inBatches(on: connection, after: nil) { last, counts in
            try withoutTriggers {
                try joinPages(after: &last, counts: &counts) { context.report($0, of: total, since: watch) }
            }
        }
    }

    /// Joins what was written since the run began, inside the transaction that drops the runs table: nothing is lost.
    ///
    /// - Parameter changed: the sessions whose rows have other times than they had, though they may be older ones.
    func joinRemaining(since start: Int64, and changed: RowTally.Difference?) throws {
        var counts = RunsMoveCounts()
        try withoutTriggers {
            try connection.forEachHead(of: { statements.rowsPage(after: $0, changedSince: start) }) {
                try join($0, counts: &counts)
            }
            guard let changed, !changed.isEmpty else { return }
            try connection.forEachHead(of: { statements.rowsPage(after: $0, changedSince: nil) }) {
                if changed.contains($0.id) { try join($0, counts: &counts) }
            }
        }
    }

    /// Forgets which sessions were moved, once their rows are back in their lists.
    func forgetMarkers() throws { try markers.forgetAll() }

    /// Writes lists back in one transaction; the owner's triggers do not take that for a change.
    private func withoutTriggers<Result>(_ body: () throws -> Result) throws -> Result {
        try connection.suspendingTriggers(of: context.sessions, during: .filling(["runs"]), body)
    }

    /// Joins sessions until a batch is full; true when no more are left.
    private func joinPages(
        after last: inout SQLValue?, counts: inout RunsMoveCounts, report: (RunsMoveCounts) -> Void
    ) throws -> Bool {
        let end = counts.end(ofBatch: context.batchBytes(on: connection))
        while counts.bytes < end {
            let page = try connection.rows(statements.rowsPage(after: last, changedSince: nil)).map(SessionHead.init)
            guard !page.isEmpty else { return true }
            for head in page {
                try join(head, counts: &counts)
                last = head.key
                if counts.bytes >= end { break }
                if context.options.interruption.isRequested { return false }
            }
            report(counts)
        }
        return false
    }

    private func join(_ head: SessionHead, counts: inout RunsMoveCounts) throws {
        do {
            try joinList(of: head, counts: &counts)
        } catch let error as DatabaseError {
            throw error.inSession(head.id, of: context.sessions.name)
        }
    }

    private func joinList(of head: SessionHead, counts: inout RunsMoveCounts) throws {
        guard let (stored, fingerprint, session) = try lists.row(at: head.key) else { return }
        // What another program wrote into the list after it was moved becomes rows first, as `up` would do it.
        if let marker = head.marker, marker != fingerprint, case .list(let bytes) = RunListReader.content(of: stored) {
            let session = RunRow.Session(id: head.id, userID: session[0], createdAt: session[1].int)
            var late = RunsMoveCounts()
            try placer.place(
                .init(session: session, bytes: bytes, fingerprint: fingerprint, isMarked: true), &late)
        }
        let runs = try runs(of: head.id)
        counts.sessions += 1
        counts.placed += Int64(runs.count)
        counts.bytes += stored.byteCount + runs.reduce(0) { $0 + Int64($1.data.utf8.count) }
        guard let list = try joined(stored, with: runs, of: head) else { return }
        let value = self.value(of: list, replacing: stored)
        if value != stored { try write(value, list, to: head.key) }
        // The list is whole again: the next merge must not take an element without a row for a deleted run.
        if head.marker != nil { try markers.forget(head.id) }
    }

    /// A session's rows, in the order of its list.
    private func runs(of sessionID: SQLValue) throws -> [RunListWriter.Run] {
        // Ordered by keys alone: sorting the payloads as well can exceed a server's sort memory.
        let order = try connection.rows(SQLStatement(statements.runOrder, [sessionID])).map { $0[0] }
        var data: [SQLValue: String] = [:]
        var unusable: [SQLValue] = []
        try connection.forEachRow(SQLStatement(statements.readRuns, [sessionID])) { row in
            if let text = row[1].validText, !row[0].isNull, data[row[0]] == nil {
                data[row[0]] = text
            } else {
                unusable.append(row[0])
            }
            return true
        }
        guard unusable.isEmpty else {
            throw MigrationError(
                .notVerified,
                "\(context.runs.name) has rows of session \(sessionID.keyText) that no list can hold: they have no run_id, "
                    + "or one that another has, or run_data that is not text",
                remedy: "correct or delete those rows, then run the same command again; what is committed stays",
                rows: unusable.map(\.keyText))
        }
        // A run that came or went between the two questions is found by the last look.
        return order.compactMap { id in
            data.removeValue(forKey: id).map { RunListWriter.Run(id: id.keyText, data: $0) }
        }
    }

    /// The session's list from its column and its rows; nil if the column must stay as it is.
    private func joined(
        _ stored: SQLValue, with runs: [RunListWriter.Run], of head: SessionHead
    ) throws -> [UInt8]? {
        let wasMigrated = head.marker != nil
        switch RunListReader.content(of: stored) {
        case .nothing: return try writer.merge(nil, with: runs, wasMigrated: wasMigrated)
        case .list(let old):
            do {
                return try writer.merge(old, with: runs, wasMigrated: wasMigrated) { position, id in
                    try wasNeverPlaced(head.id, position, id)
                }
            } catch is JSONError {}
        case .unusable: break
        }
        guard !runs.isEmpty else { return nil }
        // What cannot be read cannot be merged: the journal keeps the text, the runs replace it.
        try context.journal.append(
            .archived(
                head.id.keyText, because: .unreadableRuns, of: context.subject, payload: Self.archived(stored)),
            to: connection)
        return try writer.merge(nil, with: runs, wasMigrated: wasMigrated)
    }

    /// A text as it is; bytes that are not text as a hexadecimal literal.
    private static func archived(_ stored: SQLValue) -> String? {
        switch stored {
        case .blob(let bytes), .malformedText(let bytes): "x'\(bytes.hexadecimal)'"
        case .null, .integer, .real, .text: stored.string
        }
    }

    /// Whether an element without a row could not be placed, as opposed to a run deleted since.
    private func wasNeverPlaced(_ sessionID: SQLValue, _ position: Int, _ id: String) throws -> Bool {
        if try Journal.isQuarantined(
            sessionID.keyText, at: position, table: context.sessions.name, on: connection)
        {
            return true
        }
        return try connection.value(statements.findElsewhere, [.text(id), sessionID]) != nil
    }

    // MARK: The column

    /// The column's new value.
    private func value(of list: [UInt8], replacing stored: SQLValue) -> SQLValue {
        // No 2.x release can read an empty list (they take its first element); all read NULL as one.
        if list.count == 2 { return .null }
        if let text = String(validating: list, as: UTF8.self) {
            let isEncodedTwice = connection.dialect.traits.has(.doublyEncodedSessions)
            return .text(isEncodedTwice ? RunListWriter.encodedTwice(list) : text)
        }
        // Bytes that are not UTF-8 keep their kind, text or blob.
        if case .blob = stored { return .blob(list) }
        return .malformedText(list)
    }

    private func write(_ value: SQLValue, _ list: [UInt8], to key: SQLValue) throws {
        do {
            _ = try connection.savepoint { try connection.execute(statements.writeList, [value, key]) }
            if connection.dialect.forgetsInvalidJSON, !value.isNull,
                try lists.list(at: key).isNull
            {
                throw DatabaseError(.notStorable, "the server did not store the run list")
            }
        } catch let error as DatabaseError where error.condition == .notStorable {
            // What the server refuses as a list, it stores as text inside one JSON string, which is how it was read.
            try connection.execute(statements.writeList, [.text(RunListWriter.encodedTwice(list)), key])
        }
    }
}
