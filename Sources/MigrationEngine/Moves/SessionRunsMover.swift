import AgnoSchema
import DatabaseAccess
import LosslessJSON
import SQLDialects

/// Moves the sessions' run lists into the runs table, and back.
///
/// Sessions are taken in batches that are bounded by bytes; each batch commits with its markers, so a run that was
/// killed goes on where it was. One session is in memory at a time.
struct SessionRunsMover {
    private let connection: any DatabaseConnection
    private let sessions: TableSnapshot
    private let runs: TableSnapshot
    private let journal: Journal
    private let version: SchemaVersion
    private let now: Int64
    /// About how many bytes of run lists one transaction takes.
    private let batchBytes: Int64
    private let usesServer: Bool
    private let patience: LockPatience
    private let progress: (MigrationEvent.Progress) -> Void
    private let checkpoint: () throws -> Void
    /// Whether somebody waits for the run to stop: a batch then ends early, with what it has.
    private let isAskedToStop: () -> Bool
    private let sql: SessionRunsSQL
    private let converter = SessionRuns()

    init(
        connection: any DatabaseConnection, sessions: TableSnapshot, runs: TableSnapshot, journal: Journal,
        version: SchemaVersion, now: Int64, batchBytes: Int64, usesServer: Bool, patience: LockPatience,
        progress: @escaping (MigrationEvent.Progress) -> Void, checkpoint: @escaping () throws -> Void,
        isAskedToStop: @escaping () -> Bool
    ) {
        self.connection = connection
        self.sessions = sessions
        self.runs = runs
        self.journal = journal
        self.version = version
        self.now = now
        self.batchBytes = batchBytes
        self.usesServer = usesServer
        self.patience = patience
        self.progress = progress
        self.checkpoint = checkpoint
        self.isAskedToStop = isAskedToStop
        self.sql = SessionRunsSQL(dialect: connection.dialect, sessions: sessions, runs: runs)
    }

    /// What a move did. Elements read = placed + already there + unplaced.
    struct Counts {
        var sessions: Int64 = 0
        var bytes: Int64 = 0
        var placed: Int64 = 0
        var alreadyThere: Int64 = 0
        var unplaced: Int64 = 0
    }

    // MARK: Up

    /// Moves everything, in as many transactions as it takes.
    func moveAll() throws -> Counts {
        var counts = Counts()
        let watch = Stopwatch()
        let total = try pendingSessions()
        var last: SQLValue?
        var isDone = false
        while !isDone {
            try checkpoint()
            let before = (last, counts)
            try patience.transaction(on: sessions.name) {
                (last, counts) = before
                isDone = try moveBatch(after: &last, limit: batchBytes, changedSince: nil, counts: &counts) {
                    progress(.init(done: $0.sessions, total: total, bytes: $0.bytes, seconds: watch.seconds))
                }
            }
        }
        return counts
    }

    /// Moves what came in since the run began; called inside the transaction that stamps, so that nothing slips through
    /// between the last batch and the stamp.
    func catchUp(since start: Int64) throws -> Counts {
        var counts = Counts()
        var last: SQLValue?
        while try !moveBatch(after: &last, limit: .max, changedSince: start, counts: &counts) {}
        return counts
    }

    /// How many sessions have something in their `runs` column.
    func pendingSessions() throws -> Int64 {
        try connection.value(sql.countLists)?.int ?? 0
    }

    /// Moves sessions until the byte limit is reached; true when there are no more.
    private func moveBatch(
        after last: inout SQLValue?, limit: Int64, changedSince start: Int64?, counts: inout Counts,
        report: (Counts) -> Void = { _ in }
    ) throws -> Bool {
        let end = counts.bytes + min(limit, .max - counts.bytes)
        while counts.bytes < end {
            let page = try connection.rows(pageQuery(after: last, changedSince: start))
            guard !page.isEmpty else { return true }
            let moved = try moveOnServer(page, &counts)
            for row in page {
                last = row[0]
                if let id = row[1].string, moved.contains(id) { continue }
                let marker = row[2].string.map { (fingerprint: $0, movedAt: row[3].int ?? 0) }
                try move(key: row[0], sessionID: row[1], marker: marker, counts: &counts)
                // A page that the server had a part in is finished: what it moved must not be looked at again.
                if counts.bytes >= end, moved.isEmpty { break }
                if start == nil, isAskedToStop() { return false }
            }
            report(counts)
        }
        return false
    }

    /// Lets the server move what is well-formed of a page, and returns whose lists it moved.
    private func moveOnServer(_ page: [SQLRow], _ counts: inout Counts) throws -> Set<String> {
        guard usesServer else { return [] }
        let fresh = page.filter { $0[2].isNull }.compactMap { $0[1].string }
        guard !fresh.isEmpty,
            let statement = connection.dialect.moveRuns(
                of: fresh, sessions: sessions, runs: runs, markers: Journal.markers, now: now)
        else { return [] }
        do {
            return try connection.savepoint {
                let rows = try connection.rows(statement)
                let expected = rows.reduce(Int64(0)) { $0 + ($1[2].int ?? 0) }
                // Somebody else wrote one of the runs meanwhile: the reference finds out which.
                guard rows.first?[3].int ?? 0 == expected else {
                    throw DatabaseError(.notStorable, "runs appeared while they were moved")
                }
                counts.sessions += Int64(rows.count)
                counts.placed += expected
                counts.bytes += rows.reduce(0) { $0 + ($1[1].int ?? 0) }
                return Set(rows.compactMap { $0[0].string })
            }
        } catch let error as DatabaseError where error.condition == .notStorable || error.condition == .constraint {
            return []
        }
    }

    private func pageQuery(after last: SQLValue?, changedSince start: Int64?) -> SQLStatement {
        var bindings: [SQLValue] = [.text(sessions.name)]
        if let last { bindings.append(last) }
        if let start, sql.canSeeUpdates { bindings.append(.integer(start)) }
        return SQLStatement(
            sql.listPage(isFirst: last == nil, onlyChanged: start != nil && sql.canSeeUpdates), bindings)
    }

    private func move(
        key: SQLValue, sessionID: SQLValue, marker: (fingerprint: String, movedAt: Int64)?, counts: inout Counts
    ) throws {
        let found = try connection.rows(SQLStatement(sql.readSession, [key]))
        guard let session = found.first else { return }
        let stored = session[2]
        counts.sessions += 1
        counts.bytes += stored.byteCount
        let fingerprint = session[3].string ?? Fingerprint.of(stored)
        if marker?.fingerprint == fingerprint { return }
        let list: [UInt8]
        switch SessionRuns.content(of: stored) {
        case .nothing: return
        case .unusable(let reason): return try refuse(sessionID, nil, reason, &counts)
        case .list(let bytes): list = bytes
        }
        do {
            // Text that turns out to be broken at its end must not leave the rows of its beginning behind.
            _ = try list.withUnsafeBufferPointer { try JSONText.validate($0) }
        } catch {
            return try refuse(sessionID, nil, .notJSON, &counts)
        }
        let work = SessionWork(
            id: sessionID, user: session[0], createdAt: session[1].int, list: list, fingerprint: fingerprint,
            marker: marker)
        let before = counts
        do {
            try connection.savepoint { try place(work, isCareful: false, &counts) }
        } catch let error as DatabaseError where error.condition == .notStorable {
            // Some value has no place in a column; the others get theirs.
            counts = before
            try place(work, isCareful: true, &counts)
        }
    }

    /// One session's list on its way into rows.
    private struct SessionWork {
        var id: SQLValue
        var user: SQLValue
        var createdAt: Int64?
        var list: [UInt8]
        var fingerprint: String
        var marker: (fingerprint: String, movedAt: Int64)?
    }

    /// - Parameter isCareful: takes one run at a time and lists one that the server refuses, instead of failing.
    private func place(_ work: SessionWork, isCareful: Bool, _ counts: inout Counts) throws {
        var seen: Set<SQLValue> = []
        var waiting = Waiting(limit: isCareful ? 1 : connection.dialect.rowsPerInsert)
        try converter.walk(
            work.list, sessionCreatedAt: work.createdAt, now: now,
            row: { row in
                guard seen.insert(row.runID).inserted else {
                    return try refuse(work.id, row.position, .duplicateRunID, &counts)
                }
                if waiting.isFull(with: row) { try insert(waiting.take(), of: work, &counts) }
                waiting.add(row)
                guard isCareful else { return }
                let before = counts
                do {
                    try connection.savepoint { try insert(waiting.take(), of: work, &counts) }
                } catch let error as DatabaseError where error.condition == .notStorable {
                    counts = before
                    try refuse(work.id, row.position, .notStorable, &counts)
                }
            },
            unplaced: { try refuse(work.id, $0, $1, &counts) })
        try insert(waiting.take(), of: work, &counts)
        try mark(work.id, work.fingerprint, replacing: work.marker != nil)
    }

    /// Rows on their way into one statement.
    private struct Waiting {
        let limit: Int
        private var rows: [SessionRuns.Row] = []
        private var bytes = 0

        init(limit: Int) { self.limit = limit }

        /// Whether the row would make the statement too long; one row of any length fits.
        func isFull(with row: SessionRuns.Row) -> Bool {
            rows.count >= limit || (!rows.isEmpty && bytes + row.data.utf8.count > 1 << 20)
        }

        mutating func add(_ row: SessionRuns.Row) {
            bytes += row.data.utf8.count
            rows.append(row)
        }

        mutating func take() -> [SessionRuns.Row] {
            defer { (rows, bytes) = ([], 0) }
            return rows
        }
    }

    private func insert(_ rows: [SessionRuns.Row], of work: SessionWork, _ counts: inout Counts) throws {
        guard let row = rows.first else { return }
        let values = rows.flatMap { row -> [SQLValue] in
            [
                row.runID, work.id, .text(row.runType), row.agentID, row.teamID, row.workflowID, work.user,
                row.parentRunID, row.status, .integer(Int64(row.position)), .text(row.data),
                .integer(row.createdAt), .integer(now),
            ]
        }
        let inserted = try connection.execute(sql.insertRuns(rows.count), values)
        counts.placed += Int64(inserted)
        guard inserted < rows.count else { return }
        // One by one it turns out which of them are there already.
        guard rows.count == 1 else { throw DatabaseError(.notStorable, "runs were there already") }
        let owner = try connection.value(sql.readOwner, [row.runID])
        guard owner == work.id else { return try refuse(work.id, row.position, .duplicateRunID, &counts) }
        counts.alreadyThere += 1
        if let marker = work.marker { try refresh(row, sessionID: work.id, movedAt: marker.movedAt) }
    }

    /// A 2.x program wrote the list again after it was moved: the row follows, unless a 3.x program wrote it since.
    private func refresh(_ row: SessionRuns.Row, sessionID: SQLValue, movedAt: Int64) throws {
        try connection.execute(
            sql.refreshRun,
            [
                .text(row.data), row.status, .integer(Int64(row.position)), .integer(now), row.runID, sessionID,
                .integer(movedAt),
            ])
    }

    private func mark(_ sessionID: SQLValue, _ fingerprint: String, replacing: Bool) throws {
        try connection.execute(
            replacing ? sql.updateMarker : sql.insertMarker,
            [.text(fingerprint), .integer(now), .text(sessions.name), sessionID])
    }

    private func refuse(
        _ sessionID: SQLValue, _ position: Int?, _ reason: SessionRuns.Reason, _ counts: inout Counts
    ) throws {
        counts.unplaced += 1
        try journal.quarantine(
            QuarantinedRow(key: sessionID.keyText, position: position, reason: reason.rawValue), type: .sessions,
            table: sessions.name, version: version, on: connection)
    }

    // MARK: Down

    /// Puts every session's list together again, in as many transactions as it takes.
    func mergeAll() throws -> Counts {
        var counts = Counts()
        let watch = Stopwatch()
        let total = try connection.value(sql.countSessions)?.int ?? 0
        var last: SQLValue?
        var isDone = false
        while !isDone {
            try checkpoint()
            let before = (last, counts)
            try patience.transaction(on: sessions.name) {
                (last, counts) = before
                isDone = try mergeBatch(after: &last, limit: batchBytes, changedSince: nil, counts: &counts) {
                    progress(.init(done: $0.sessions, total: total, bytes: $0.bytes, seconds: watch.seconds))
                }
            }
        }
        return counts
    }

    /// Merges what was written since the run began, inside the transaction that drops the runs table: nothing is lost.
    func mergeRemaining(since start: Int64) throws {
        var counts = Counts()
        var last: SQLValue?
        while try !mergeBatch(after: &last, limit: .max, changedSince: start, counts: &counts) {}
    }

    private func mergeBatch(
        after last: inout SQLValue?, limit: Int64, changedSince start: Int64?, counts: inout Counts,
        report: (Counts) -> Void = { _ in }
    ) throws -> Bool {
        let end = counts.bytes + min(limit, .max - counts.bytes)
        while counts.bytes < end {
            var bindings: [SQLValue] = [.text(sessions.name)]
            if let last { bindings.append(last) }
            if let start { bindings.append(.integer(start)) }
            let page = try connection.rows(
                SQLStatement(sql.mergePage(isFirst: last == nil, onlyChanged: start != nil), bindings))
            guard !page.isEmpty else { return true }
            for row in page {
                try merge(key: row[0], sessionID: row[1], wasMigrated: !row[2].isNull, counts: &counts)
                last = row[0]
                if counts.bytes >= end { break }
                if start == nil, isAskedToStop() { return false }
            }
            report(counts)
        }
        return false
    }

    private func merge(key: SQLValue, sessionID: SQLValue, wasMigrated: Bool, counts: inout Counts) throws {
        // Ordered by keys alone: sorting the payloads as well can exceed a server's sort memory.
        let order = try connection.rows(SQLStatement(sql.runOrder, [sessionID])).map { $0[0] }
        let stored = try connection.value(sql.readList, [key]) ?? .null
        var data: [SQLValue: String] = [:]
        try connection.forEachRow(SQLStatement(sql.readRuns, [sessionID])) { row in
            if case .text(let text) = row[1] { data[row[0]] = text }
            return true
        }
        let found = order.compactMap { id in
            data.removeValue(forKey: id).map { SessionRunsMerge.Run(id: id.keyText, data: $0) }
        }
        counts.sessions += 1
        counts.placed += Int64(found.count)
        counts.bytes += stored.byteCount + found.reduce(0) { $0 + Int64($1.data.utf8.count) }
        guard let list = try merged(stored, sessionID: sessionID, with: found, wasMigrated: wasMigrated) else { return }
        // No 2.x release can read an empty list (they take its first element); all read NULL as one.
        let isEmpty = list.count == 2
        let value: SQLValue
        if isEmpty {
            value = .null
        } else if let text = String(validating: list, as: UTF8.self) {
            let isEncodedTwice = connection.dialect.traits.has(.doublyEncodedSessions)
            value = .text(isEncodedTwice ? SessionRunsMerge.encodedTwice(list) : text)
        } else {
            // Bytes that are no UTF-8 stay what they were, a text or a blob.
            if case .blob = stored { value = .blob(list) } else { value = .malformedText(list) }
        }
        if value != stored { try write(value, list, to: key) }
        // The list is whole again: whoever merges once more must take nothing in it for deleted.
        if wasMigrated { try connection.execute(sql.forgetMarker, [.text(sessions.name), sessionID]) }
    }

    private func write(_ value: SQLValue, _ list: [UInt8], to key: SQLValue) throws {
        do {
            _ = try connection.savepoint { try connection.execute(sql.writeList, [value, key]) }
        } catch let error as DatabaseError where error.condition == .notStorable {
            // What the server refuses as a list, it holds as a text inside of one JSON string, and it came as such.
            try connection.execute(sql.writeList, [.text(SessionRunsMerge.encodedTwice(list)), key])
        }
    }

    /// The session's list from what is stored and from its rows; nil where the stored text is to stay as it is.
    private func merged(
        _ stored: SQLValue, sessionID: SQLValue, with runs: [SessionRunsMerge.Run], wasMigrated: Bool
    ) throws -> [UInt8]? {
        let merge = SessionRunsMerge()
        switch SessionRuns.content(of: stored) {
        case .nothing: return try merge.merge(nil, with: runs, wasMigrated: wasMigrated)
        case .list(let old):
            do {
                return try merge.merge(old, with: runs, wasMigrated: wasMigrated) { position, id in
                    try wasNeverPlaced(sessionID, position, id)
                }
            } catch is JSONError {}
        case .unusable: break
        }
        guard !runs.isEmpty else { return nil }
        // What cannot be read cannot be merged: the text goes into the journal, the runs take its place.
        try journal.append(
            .init(
                event: "archive", outcome: "kept", type: .sessions, table: sessions.name, version: version, rows: 1,
                key: sessionID.keyText, code: "unreadable_runs", payload: Self.archived(stored)), to: connection)
        return try merge.merge(nil, with: runs, wasMigrated: wasMigrated)
    }

    /// A text as it is; bytes that are no text as a hexadecimal literal.
    private static func archived(_ stored: SQLValue) -> String? {
        switch stored {
        case .blob(let bytes), .malformedText(let bytes):
            "x'\(bytes.hexadecimal)'"
        case .null, .integer, .real, .text: stored.string
        }
    }

    /// Whether an element without a row is one that could not be placed, not one that was deleted since.
    private func wasNeverPlaced(_ sessionID: SQLValue, _ position: Int, _ id: String) throws -> Bool {
        if try Journal.isQuarantined(sessionID.keyText, at: position, table: sessions.name, on: connection) {
            return true
        }
        return try connection.value(sql.findElsewhere, [.text(id), sessionID]) != nil
    }

    /// Forgets what was moved, after the runs table is gone.
    func forgetMarkers() throws {
        try connection.execute(sql.forgetMarkers, [.text(sessions.name)])
    }
}

extension SQLValue {
    /// The value's size on the wire, for sizing batches.
    var byteCount: Int64 {
        switch self {
        case .text(let text): Int64(text.utf8.count)
        case .blob(let bytes), .malformedText(let bytes): Int64(bytes.count)
        case .null, .integer, .real: 8
        }
    }

    /// A key as text, for reports.
    var keyText: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): text
        case .blob(let bytes), .malformedText(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }
}
