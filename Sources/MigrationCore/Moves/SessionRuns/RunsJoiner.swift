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
    private let rows: StoredRuns
    private let placer: RunPlacer

    init(_ context: RunsMoveContext, connection: any DatabaseConnection) {
        self.context = context
        self.connection = connection
        statements = RunsStatements(connection.dialect, context)
        markers = Markers(connection, of: context.sessions.name)
        lists = StoredLists(connection, of: context.sessions, with: statements.sessionColumns)
        rows = StoredRuns(connection, of: context.runs)
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
            try connection.forEachPage(of: { statements.rowsPage(after: $0, changedSince: start) }) {
                try join($0, counts: &counts)
            }
            guard let changed, !changed.isEmpty else { return }
            try connection.forEachPage(of: { statements.rowsPage(after: $0, changedSince: nil) }) {
                try join($0.filter { changed.contains($0.id) }, counts: &counts)
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
            last = try join(page, counts: &counts, until: end)
            if context.options.interruption.isRequested { return false }
            report(counts)
        }
        return false
    }

    /// Joins sessions, those together that are small; returns the key of the last one.
    ///
    /// - Parameter end: the number of bytes at which to stop.
    @discardableResult
    private func join(
        _ heads: [SessionHead], counts: inout RunsMoveCounts, until end: Int64 = .max
    ) throws -> SQLValue? {
        let whole = try rows.wholeLists(of: heads, in: context.sessions)
        try markers.forget(Array(whole.keys))
        for list in whole.values {
            counts.sessions += 1
            counts.placed += list.rows
            counts.bytes += list.bytes
        }
        // A page that the server has compared in part is finished: its sessions must not be read again.
        let isPart = !whole.isEmpty
        var last: SQLValue?
        try lists.forEachGroup(of: heads.filter { whole[$0.id] == nil }) { group in
            let rows = try rows.rows(of: group.map(\.head.id))
            for (head, list) in group {
                let own = rows[head.id] ?? [:]
                if let list, isWhole(list, head, own) {
                    counts.sessions += 1
                    counts.placed += Int64(own.count)
                    counts.bytes += list.value.byteCount
                } else {
                    try join(head, counts: &counts)
                }
            }
            // The lists are whole: the next merge must not take an element without a row for a deleted run.
            try markers.forget(group.filter { $0.head.marker != nil }.map(\.head.id))
            last = group.last?.head.key
            return isPart || counts.bytes < end
        }
        return isPart ? heads.last?.key : last
    }

    /// Whether a session's list says what its rows say: then it stays as it is.
    private func isWhole(_ list: StoredList, _ head: SessionHead, _ rows: [SQLValue: StoredRuns.Row]) -> Bool {
        guard head.marker == nil || head.marker == list.fingerprint else { return false }
        switch RunListReader.content(of: list.value) {
        case .nothing, .unusable: return rows.isEmpty
        case .list(let bytes): return writer.isWhole(bytes, in: rows.count) { rows[$0]?.content }
        }
    }

    private func join(_ head: SessionHead, counts: inout RunsMoveCounts) throws {
        do {
            try joinList(of: head, counts: &counts)
        } catch let error as DatabaseError {
            throw error.inSession(head.id, of: context.sessions.name)
        }
    }

    private func joinList(of head: SessionHead, counts: inout RunsMoveCounts) throws {
        guard var found = try lists.row(at: head.key) else { return }
        let stored = found.value
        // What another program wrote into the list after it was moved becomes rows first, as `up` would do it.
        if let marker = head.marker, marker != found.fingerprint, case .list = RunListReader.content(of: stored) {
            var late = RunsMoveCounts()
            try placer.place([PreparedList(head, &found, now: context.now)], &late)
        }
        let runs = try runs(of: head.id)
        counts.sessions += 1
        counts.placed += Int64(runs.count)
        counts.bytes += stored.byteCount + runs.reduce(0) { $0 + Int64($1.data.utf8.count) }
        guard let list = try joined(stored, with: runs, of: head) else { return }
        let value = self.value(of: list, replacing: stored)
        if value != stored { try write(value, list, to: head.key) }
    }

    /// A session's rows, in the order of its list.
    private func runs(of sessionID: SQLValue) throws -> [RunListWriter.Run] {
        // Ordered by keys alone: sorting the payloads as well can exceed a server's sort memory.
        let order = try connection.rows(SQLStatement(statements.runOrder, [sessionID])).map { $0[0] }
        var data: [SQLValue: String] = [:]
        var unusable: [SQLValue] = []
        try connection.forEachRow(SQLStatement(statements.readRuns, [sessionID])) { row in
            if let text = row[1].validText, Self.isJSON(text), !row[0].isNull, data[row[0]] == nil {
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
                    + "or one that another has, or run_data that is not JSON",
                remedy: "correct or delete those rows, then run the same command again; what is committed stays",
                rows: unusable.map(\.keyText))
        }
        // A run that came or went between the two questions is found by the last look.
        return order.compactMap { id in
            data.removeValue(forKey: id).map { RunListWriter.Run(id: id.keyText, data: $0) }
        }
    }

    /// Whether a text is one JSON value: anything else would make a whole list unreadable.
    private static func isJSON(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { (try? JSONText.validate($0)) != nil }
    }

    /// The session's list from its column and its rows; nil if the column must stay as it is.
    private func joined(
        _ stored: SQLValue, with runs: [RunListWriter.Run], of head: SessionHead
    ) throws -> [UInt8]? {
        let wasMigrated = head.marker != nil
        switch RunListReader.content(of: stored) {
        case .nothing: return runs.isEmpty ? nil : try writer.merge(nil, with: runs, wasMigrated: wasMigrated)
        case .list(let old):
            do {
                return try writer.merge(
                    old, with: runs, wasMigrated: wasMigrated, isSame: { try isSame($0, $1, in: head.id) },
                    neverPlaced: { try wasNeverPlaced(head.id, $0, $1) })
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

    /// Whether a server that stores JSON in a form of its own takes an element and a run's data for the same.
    private func isSame(_ run: RunListWriter.Run, _ bytes: UnsafeBufferPointer<UInt8>, in session: SQLValue) throws
        -> Bool
    {
        guard connection.dialect.storedForm(ofJSON: "") != nil, let text = String(validating: bytes, as: UTF8.self)
        else {
            return false
        }
        return try !rows.differs(.text(run.id), of: session, from: .text(text))
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
