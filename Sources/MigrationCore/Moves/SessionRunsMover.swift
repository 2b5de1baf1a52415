package import AgnoSchema
import DatabaseAccess
import LosslessJSON
import SQLDialects

/// Moves the sessions' run lists into the runs table, and back.
///
/// Sessions are taken in batches that are bounded by bytes; each batch commits with its markers, so a run that was
/// killed goes on where it was. One session is in memory at a time.
struct SessionRunsMover {
    /// What is moved, and how; the same for every connection that takes part.
    struct Work: Sendable {
        var sessions: TableSnapshot
        var runs: TableSnapshot
        var journal: Journal
        var version: SchemaVersion
        var now: Int64
        var options: EngineOptions
        /// Whether a session may take a run from one that comes later in key order: where several connections move,
        /// the later session may have been the first to be looked at.
        var mayTakeOver = false
    }

    private let connection: any DatabaseConnection
    private let work: Work
    private let sql: SessionRunsSQL
    private let pace = Pace()
    private let converter = SessionRuns()

    init(_ work: Work, connection: any DatabaseConnection) {
        self.work = work
        self.connection = connection
        sql = SessionRunsSQL(dialect: connection.dialect, sessions: work.sessions, runs: work.runs)
    }

    private var sessions: TableSnapshot { work.sessions }
    private var lockRetry: LockRetry { LockRetry(connection: connection, options: work.options) }

    /// What a move did. Elements read = placed + already there + unplaced.
    struct Counts {
        var sessions: Int64 = 0
        var bytes: Int64 = 0
        var placed: Int64 = 0
        var alreadyThere: Int64 = 0
        var unplaced: Int64 = 0

        static func + (left: Counts, right: Counts) -> Counts {
            Counts(
                sessions: left.sessions + right.sessions, bytes: left.bytes + right.bytes,
                placed: left.placed + right.placed, alreadyThere: left.alreadyThere + right.alreadyThere,
                unplaced: left.unplaced + right.unplaced)
        }
    }

    // MARK: Up

    /// Sessions between two keys, the second included.
    struct KeyRange: Sendable {
        var after: SQLValue?
        var through: SQLValue?

        static let all = KeyRange(after: nil, through: nil)
    }

    /// Moves the sessions of a range, in as many transactions as it takes; reports after each page what it did so far.
    func move(_ range: KeyRange, report: (Counts) -> Void) throws -> Counts {
        try inBatches(after: range.after, beginning: connection.dialect.beginBatch) { last, counts in
            try moveBatch(
                after: &last, through: range.through, limit: work.options.batchBytes, changedSince: nil,
                counts: &counts, report: report)
        }
    }

    /// Runs a batch in a transaction of its own, again and again until it says that there is nothing left.
    private func inBatches(
        after first: SQLValue?, beginning: [String]? = nil, _ batch: (inout SQLValue?, inout Counts) throws -> Bool
    ) throws -> Counts {
        var (last, counts, isDone) = (first, Counts(), false)
        while !isDone {
            try work.options.interruption.checkpoint()
            let before = (last, counts)
            try lockRetry.transaction(on: sessions.name, beginning: beginning) {
                (last, counts) = before
                isDone = try batch(&last, &counts)
            }
        }
        return counts
    }

    /// How many sessions there are, with a list or without.
    func allSessions() throws -> Int64 {
        try connection.value(sql.countSessions)?.int ?? 0
    }

    /// All sessions, in ranges of so many.
    func ranges(of size: Int64) throws -> [KeyRange] {
        let ends = try connection.rows(sql.rangeEnds(of: size)).map { $0[0] }
        return zip([nil] + ends, ends + [nil]).map { KeyRange(after: $0, through: $1) }
    }

    /// Moves what came in since the run began; called inside the transaction that stamps, so that nothing slips through
    /// between the last batch and the stamp.
    func catchUp(since start: Int64) throws -> Counts {
        var counts = Counts()
        var last: SQLValue?
        while try !moveBatch(after: &last, through: nil, limit: .max, changedSince: start, counts: &counts) {}
        return counts
    }

    /// How many sessions have something in their `runs` column.
    func pendingSessions() throws -> Int64 {
        try connection.value(sql.countLists)?.int ?? 0
    }

    /// Moves sessions until the byte limit is reached; true when there are no more.
    private func moveBatch(
        after last: inout SQLValue?, through: SQLValue?, limit: Int64, changedSince start: Int64?,
        counts: inout Counts, report: (Counts) -> Void = { _ in }
    ) throws -> Bool {
        let end = counts.bytes + min(limit, .max - counts.bytes)
        while counts.bytes < end {
            let page = try connection.rows(sql.listPage(after: last, through: through, changedSince: start))
            guard !page.isEmpty else { return true }
            let moved = try moveOnServer(page, inBatch: start == nil, &counts)
            for row in page {
                last = row[0]
                if let id = row[1].string, moved.contains(id) { continue }
                try move(key: row[0], sessionID: row[1], marker: row[2].string, counts: &counts)
                // A page that the server had a part in is finished: what it moved must not be looked at again.
                if counts.bytes >= end, moved.isEmpty { break }
                if start == nil, work.options.interruption.isRequested { return false }
            }
            report(counts)
        }
        return false
    }

    /// Lets the server move what is well-formed of a page, and returns whose lists it moved.
    private func moveOnServer(_ page: [SQLRow], inBatch: Bool, _ counts: inout Counts) throws -> Set<String> {
        guard work.options.usesServerSideMoves else { return [] }
        func move(of keys: [String]) -> ServerSideMove? {
            keys.isEmpty
                ? nil
                : connection.dialect.moveRuns(
                    of: keys, sessions: sessions, runs: work.runs, markers: Journal.markers, now: work.now,
                    inBatch: inBatch)
        }
        let fresh = page.filter { $0[2].isNull }.compactMap { $0[1].string }
        guard let whole = move(of: fresh) else { return [] }
        if pace.isOptimistic, let moved = try attempt(whole, &counts) { return moved }
        let odd = Set(try connection.rows(whole.odd).compactMap { $0[0].string })
        // Where one page has something out of the ordinary, the next one often has too.
        let wasTried = pace.isOptimistic && odd.isEmpty
        pace.isOptimistic = odd.isEmpty
        guard !wasTried, let rest = move(of: fresh.filter { !odd.contains($0) }) else { return [] }
        return try attempt(rest, &counts) ?? []
    }

    /// The sessions that the server moved; nil where that was taken back.
    private func attempt(_ move: ServerSideMove, _ counts: inout Counts) throws -> Set<String>? {
        do {
            return try connection.savepoint {
                let written = try move.writing.map { statements in
                    (markers: try connection.execute(statements.markers), runs: try connection.execute(statements.runs))
                }
                let rows = try connection.rows(move.report)
                let expected = rows.reduce(Int64(0)) { $0 + ($1[2].int ?? 0) }
                let inserted = written.map { Int64($0.runs) } ?? rows.first?[3].int ?? 0
                // An element that is out of the ordinary, or a list or a run that somebody else wrote meanwhile.
                guard inserted == expected, written == nil || written?.markers == rows.count else {
                    throw DatabaseError(.notStorable, "not every element became a row")
                }
                counts.sessions += Int64(rows.count)
                counts.placed += expected
                counts.bytes += rows.reduce(0) { $0 + ($1[1].int ?? 0) }
                return Set(rows.compactMap { $0[0].string })
            }
        } catch let error as DatabaseError where error.condition == .notStorable || error.condition == .constraint {
            return nil
        }
    }

    /// What earlier pages teach about the next.
    private final class Pace {
        var isOptimistic = true
    }

    private func move(
        key: SQLValue, sessionID: SQLValue, marker: String?, counts: inout Counts
    ) throws {
        guard let found = try connection.rows(SQLStatement(sql.readSession, [key])).first else { return }
        let stored = found[2]
        counts.sessions += 1
        counts.bytes += stored.byteCount
        let fingerprint = found[3].string ?? Fingerprint.of(stored)
        if marker == fingerprint { return }
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
        let session = Session(
            id: sessionID, user: found[0], createdAt: found[1].int, list: list, fingerprint: fingerprint,
            isMarked: marker != nil)
        let before = counts
        // What cannot be taken back must not be done in part.
        guard connection.dialect.usesSavepoints else { return try place(session, isCareful: true, &counts) }
        do {
            try connection.savepoint { try place(session, isCareful: false, &counts) }
        } catch let error as DatabaseError where error.condition == .notStorable {
            // Some value has no place in a column; the others get theirs.
            counts = before
            try place(session, isCareful: true, &counts)
        }
    }

    /// One session's list on its way into rows.
    private struct Session {
        var id: SQLValue
        var user: SQLValue
        var createdAt: Int64?
        var list: [UInt8]
        var fingerprint: String
        /// Whether its list was moved before.
        var isMarked: Bool
    }

    /// - Parameter isCareful: takes one run at a time and lists one that the server refuses, instead of failing.
    private func place(_ session: Session, isCareful: Bool, _ counts: inout Counts) throws {
        var seen: Set<SQLValue> = []
        var waiting = Waiting(limit: isCareful ? 1 : connection.dialect.rowsPerInsert)
        try converter.walk(
            session.list, sessionCreatedAt: session.createdAt, now: work.now,
            row: { row in
                guard seen.insert(row.runID).inserted else {
                    return try refuse(session.id, row.position, .duplicateRunID, &counts)
                }
                if waiting.isFull(with: row) { try insert(waiting.take(), of: session, &counts) }
                waiting.add(row)
                guard isCareful else { return }
                let before = counts
                do {
                    try connection.savepoint { try insert(waiting.take(), of: session, &counts) }
                } catch let error as DatabaseError where error.condition == .notStorable {
                    counts = before
                    try refuse(session.id, row.position, .notStorable, &counts)
                }
            },
            unplaced: { try refuse(session.id, $0, $1, &counts) })
        try insert(waiting.take(), of: session, &counts)
        try mark(session.id, session.fingerprint, replacing: session.isMarked)
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

    private func insert(_ rows: [SessionRuns.Row], of session: Session, _ counts: inout Counts) throws {
        guard let row = rows.first else { return }
        let values = rows.flatMap { row -> [SQLValue] in
            [
                row.runID, session.id, .text(row.runType), row.agentID, row.teamID, row.workflowID, session.user,
                row.parentRunID, row.status, .integer(Int64(row.position)), .text(row.data),
                .integer(row.createdAt), .integer(work.now),
            ]
        }
        let inserted = try connection.execute(sql.insertRuns(rows.count), values)
        counts.placed += Int64(inserted)
        guard inserted < rows.count else { return }
        // One by one it turns out which of them are there already.
        guard rows.count == 1 else { throw DatabaseError(.notStorable, "runs were there already") }
        let there = try connection.rows(SQLStatement(sql.readOwner, [row.runID])).first
        let owner = there?[0]
        // Where the server takes two spellings for one id, the second is another run all the same.
        guard owner == session.id, there?[1] == row.runID else {
            if let owner, work.mayTakeOver, try takeOver(row, from: owner, for: session, &counts) { return }
            return try refuse(session.id, row.position, .duplicateRunID, &counts)
        }
        counts.alreadyThere += 1
        if session.isMarked { try refresh(row, sessionID: session.id) }
    }

    /// Of two sessions with one run id the first in key order gets the row, also where another connection was at the
    /// second before; so the result does not hang on who was faster.
    private func takeOver(
        _ row: SessionRuns.Row, from owner: SQLValue, for session: Session, _ counts: inout Counts
    ) throws -> Bool {
        guard
            let found = try connection.rows(
                SQLStatement(sql.readRival, [row.runID, owner, session.id, .text(sessions.name)])
            ).first
        else {
            return false
        }
        try connection.execute(sql.removeRun, [row.runID, owner])
        try insert([row], of: session, &counts)
        // The rival's element counts as placed already; it is listed now.
        counts.placed -= 1
        try refuse(owner, found[0].int.map { Int($0) }, .duplicateRunID, &counts)
        return true
    }

    /// A 2.x program wrote the list again after it was moved: the row follows, unless a 3.x program wrote it since.
    private func refresh(_ row: SessionRuns.Row, sessionID: SQLValue) throws {
        try connection.execute(
            sql.refreshRun,
            [
                .text(row.data), row.status, .integer(Int64(row.position)), .integer(work.now), row.runID, sessionID,
                .text(sessions.name),
            ])
    }

    private func mark(_ sessionID: SQLValue, _ fingerprint: String, replacing: Bool) throws {
        try connection.execute(
            replacing ? sql.updateMarker : sql.insertMarker,
            [.text(fingerprint), .integer(work.now), .text(sessions.name), sessionID])
    }

    private func refuse(
        _ sessionID: SQLValue, _ position: Int?, _ reason: SessionRuns.Reason, _ counts: inout Counts
    ) throws {
        counts.unplaced += 1
        try work.journal.quarantine(
            QuarantinedRow(key: sessionID.keyText, position: position, reason: reason.rawValue), type: .sessions,
            table: sessions.name, version: work.version, on: connection)
    }

    // MARK: Down

    /// Puts every session's list together again, in as many transactions as it takes.
    func mergeAll() throws -> Counts {
        let watch = Stopwatch()
        let total = try allSessions()
        return try inBatches(after: nil) { last, counts in
            try mergeBatch(after: &last, limit: work.options.batchBytes, changedSince: nil, counts: &counts) {
                work.report($0, of: total, since: watch)
            }
        }
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
            let page = try connection.rows(sql.mergePage(after: last, changedSince: start))
            guard !page.isEmpty else { return true }
            for row in page {
                try merge(key: row[0], sessionID: row[1], wasMigrated: !row[2].isNull, counts: &counts)
                last = row[0]
                if counts.bytes >= end { break }
                if start == nil, work.options.interruption.isRequested { return false }
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
            if connection.dialect.forgetsInvalidJSON, !value.isNull,
                try connection.value(sql.readList, [key])?.isNull ?? true
            {
                throw DatabaseError(.notStorable, "a list was not kept")
            }
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
        try work.journal.append(
            .init(
                event: "archive", outcome: "kept", type: .sessions, table: sessions.name, version: work.version,
                rows: 1,
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
    package var byteCount: Int64 {
        switch self {
        case .text(let text): Int64(text.utf8.count)
        case .blob(let bytes), .malformedText(let bytes): Int64(bytes.count)
        case .null, .integer, .real: 8
        }
    }

    /// A key as text, for reports.
    package var keyText: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): text
        case .blob(let bytes), .malformedText(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }
}
