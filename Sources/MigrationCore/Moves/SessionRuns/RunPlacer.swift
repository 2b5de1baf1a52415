import AgnoSchema
import DatabaseAccess
import LosslessJSON
import SQLDialects

/// Places one session's list: rows for its runs, journal entries for what cannot be placed, a marker in the end.
struct RunPlacer {
    private let context: RunsMoveContext
    private let connection: any DatabaseConnection
    private let statements: RunsStatements
    private let markers: Markers
    private let insertIfAbsent: BulkInsert
    private let reader = RunListReader()

    init(_ context: RunsMoveContext, connection: any DatabaseConnection) {
        self.context = context
        self.connection = connection
        statements = RunsStatements(connection.dialect, context)
        markers = Markers(connection, of: context.sessions.name)
        insertIfAbsent = BulkInsert(
            connection, table: context.runs.name, columns: RunRow.columns,
            unlessThere: context.runs.shape.primaryKey)
    }

    /// One session's list on its way into rows.
    struct List {
        var session: RunRow.Session
        var bytes: [UInt8]
        var fingerprint: String
        /// Whether a list of the session was moved before.
        var isMarked: Bool
    }

    /// An element of a list: a row, or why it cannot be one.
    private enum Element {
        case row(RunRow)
        case unplaced(Int, RunListReader.Reason)
    }

    /// The elements of a list up to this size are in memory together.
    private static let smallBytes = 1 << 20

    func place(_ list: List, _ counts: inout RunsMoveCounts) throws {
        let elements: [Element]?
        do { elements = try readable(list) } catch is JSONError {
            return try refuse(list.session.id, nil, .notJSON, &counts)
        }
        try place(list, elements, &counts)
    }

    /// The elements of a small list; nil for a larger one, which is read a second time.
    ///
    /// - Throws: ``JSONError`` for a text that is broken somewhere: it must not leave the rows of its beginning behind.
    private func readable(_ list: List) throws -> [Element]? {
        guard list.bytes.count <= Self.smallBytes else {
            _ = try list.bytes.withUnsafeBufferPointer { try JSONText.validate($0) }
            return nil
        }
        var elements: [Element] = []
        try reader.walk(
            list.bytes, of: list.session, now: context.now, row: { elements.append(.row($0)) },
            unplaced: { elements.append(.unplaced($0, $1)) })
        return elements
    }

    private func place(_ list: List, _ elements: [Element]?, _ counts: inout RunsMoveCounts) throws {
        // Without savepoints a refused statement cannot be taken back, so every run goes alone from the start.
        guard connection.dialect.usesSavepoints else { return try insertOneByOne(list, elements, &counts) }
        let before = counts
        do {
            try connection.savepoint { try insertTogether(list, elements, &counts) }
        } catch let error as DatabaseError where error.condition == .notStorable {
            counts = before
            try insertOneByOne(list, elements, &counts)
        }
    }

    /// Records a list, or an element of it, that cannot become rows.
    func refuse(
        _ sessionID: SQLValue, _ position: Int?, _ reason: RunListReader.Reason, _ counts: inout RunsMoveCounts
    ) throws {
        counts.unplaced += 1
        try context.journal.quarantine(
            QuarantinedRow(key: sessionID.keyText, position: position, reason: reason.rawValue), of: context.subject,
            on: connection)
    }

    // MARK: Two ways to insert

    /// Inserts as many runs per statement as the server gains from; a run that exists or that the server refuses fails the
    /// list.
    private func insertTogether(_ list: List, _ elements: [Element]?, _ counts: inout RunsMoveCounts) throws {
        var waiting = WaitingRows<RunRow>(limit: insertIfAbsent.limit, bytes: insertIfAbsent.byteLimit)
        try walk(list, elements, &counts) { row, counts in
            let bytes = row.data.byteCount
            if waiting.isFull(for: bytes) { try insert(waiting.take(), of: list, &counts) }
            waiting.add(row, bytes: bytes)
        }
        try insert(waiting.take(), of: list, &counts)
        try mark(list)
    }

    /// Inserts one run at a time, and records a run that the server refuses.
    private func insertOneByOne(_ list: List, _ elements: [Element]?, _ counts: inout RunsMoveCounts) throws {
        try walk(list, elements, &counts) { row, counts in
            let before = counts
            do {
                try connection.savepoint { try insert([row], of: list, &counts) }
            } catch let error as DatabaseError where error.condition == .notStorable {
                counts = before
                try refuse(list.session.id, row.position, .notStorable, &counts)
            }
        }
        try mark(list)
    }

    /// Hands over the list's rows, the first of each id, and records the elements that cannot be rows.
    private func walk(
        _ list: List, _ elements: [Element]?, _ counts: inout RunsMoveCounts,
        _ body: (RunRow, inout RunsMoveCounts) throws -> Void
    ) throws {
        var seen: Set<SQLValue> = []
        func place(_ element: Element) throws {
            switch element {
            case .row(let row) where seen.insert(row.runID).inserted: try body(row, &counts)
            case .row(let row): try refuse(list.session.id, row.position, .duplicateRunID, &counts)
            case .unplaced(let position, let reason): try refuse(list.session.id, position, reason, &counts)
            }
        }
        if let elements { return try elements.forEach(place) }
        try reader.walk(
            list.bytes, of: list.session, now: context.now, row: { try place(.row($0)) },
            unplaced: { try place(.unplaced($0, $1)) })
    }

    private func mark(_ list: List) throws {
        if list.isMarked {
            // What is as it was moved stays so: the next list of the session is newer than all of its rows.
            try connection.execute(
                statements.keepUntouched, [.integer(context.now), list.session.id, .text(context.sessions.name)])
        }
        try markers.mark(list.session.id, list.fingerprint, at: context.now, replacing: list.isMarked)
    }

    // MARK: Rows

    private func insert(_ rows: [RunRow], of list: List, _ counts: inout RunsMoveCounts) throws {
        guard let row = rows.first else { return }
        let inserted = try insertIfAbsent(rows.map(\.values))
        counts.placed += Int64(inserted)
        guard inserted < rows.count else { return }
        // Which of them exist already shows when they go one by one.
        guard rows.count == 1 else { throw DatabaseError(.notStorable, "some runs exist already") }
        let found = try connection.rows(SQLStatement(statements.readOwner, [row.runID])).first
        guard let found else {
            throw MigrationError(
                .notVerified, "\(context.runs.name) did not take a run of session \(row.sessionID.keyText)",
                remedy: "look for a trigger or rule on the table that drops inserts, then run the same command again")
        }
        let owner = found[0]
        // Where the server takes two spellings for one id, the second is another run all the same.
        guard owner == row.sessionID, found[1] == row.runID else {
            if context.mayTakeOver, try takeOver(row, from: owner, for: list, &counts) { return }
            return try refuse(row.sessionID, row.position, .duplicateRunID, &counts)
        }
        counts.alreadyThere += 1
        if list.isMarked { try refresh(row) }
    }

    /// Of two sessions with one run id the first in key order gets the row, also if another connection moved the second
    /// one before: the result does not depend on timing.
    private func takeOver(
        _ row: RunRow, from owner: SQLValue, for list: List, _ counts: inout RunsMoveCounts
    ) throws -> Bool {
        guard
            let found = try connection.rows(
                SQLStatement(statements.readRival, [row.runID, owner, row.sessionID, .text(context.sessions.name)])
            ).first
        else {
            return false
        }
        try connection.execute(statements.removeRun, [row.runID, owner])
        try insert([row], of: list, &counts)
        // The rival's element counts as placed already; it is recorded as a duplicate now.
        counts.placed -= 1
        try refuse(owner, found[0].int.map { Int($0) }, .duplicateRunID, &counts)
        return true
    }

    /// Updates the row of a list that a 2.x program wrote after it was moved, unless a 3.x program wrote the row since.
    private func refresh(_ row: RunRow) throws {
        try connection.execute(
            statements.refreshRun,
            [
                row.data, row.status, .integer(Int64(row.position)), .integer(context.now), row.runID, row.sessionID,
                .text(context.sessions.name),
            ])
    }
}
