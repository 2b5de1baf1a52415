import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Places sessions' lists: rows for their runs, journal entries for what cannot be placed, a marker in the end.
struct RunPlacer {
    private let context: RunsMoveContext
    private let connection: any DatabaseConnection
    private let statements: RunsStatements
    private let markers: Markers
    private let insertIfAbsent: BulkInsert

    init(_ context: RunsMoveContext, connection: any DatabaseConnection) {
        self.context = context
        self.connection = connection
        statements = RunsStatements(connection.dialect, context)
        markers = Markers(connection, of: context.sessions.name)
        insertIfAbsent = BulkInsert(
            connection, table: context.runs.name, columns: RunRow.columns,
            unlessThere: context.runs.shape.primaryKey)
    }

    /// Places lists in their order: those that hold nothing out of the ordinary together, as many as follow each other.
    func place(_ lists: [PreparedList], _ counts: inout RunsMoveCounts) throws {
        var rest = lists[...]
        while !rest.isEmpty {
            let ordinary = rest.prefix(while: isOrdinary)
            let next = ordinary.isEmpty ? rest.prefix(1) : ordinary
            if try !placeTogether(next, &counts) {
                for list in next { try place(list, &counts) }
            }
            rest = rest.dropFirst(next.count)
        }
    }

    private func place(_ list: PreparedList, _ counts: inout RunsMoveCounts) throws {
        do {
            switch list.content {
            case .nothing: break
            case .unusable(let reason): try refuse(list.session.id, nil, reason, &counts)
            case .rows, .elements, .large: try placeElements(of: list, &counts)
            }
        } catch let error as DatabaseError {
            throw error.inSession(list.session.id, of: context.sessions.name)
        }
    }

    private func placeElements(of list: PreparedList, _ counts: inout RunsMoveCounts) throws {
        // Without savepoints a refused statement cannot be taken back, so every run goes alone from the start.
        guard connection.dialect.usesSavepoints else { return try insertOneByOne(list, &counts) }
        let before = counts
        do {
            try connection.savepoint { try insertTogether(list, &counts) }
        } catch let error as DatabaseError where error.condition == .notStorable {
            counts = before
            try insertOneByOne(list, &counts)
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

    /// Whether a list can share its statements with others: it is new, and no statement is too long for one of its runs.
    private func isOrdinary(_ list: PreparedList) -> Bool {
        guard case .rows = list.content else { return false }
        return !list.isMarked && list.byteCount <= insertIfAbsent.byteLimit
    }

    /// Inserts the runs of several new lists; false, and nothing is inserted, if one exists or the server refuses one.
    private func placeTogether(_ lists: ArraySlice<PreparedList>, _ counts: inout RunsMoveCounts) throws -> Bool {
        guard lists.count > 1, connection.dialect.usesSavepoints else { return false }
        let rows = lists.flatMap(\.content.rows)
        do {
            try connection.savepoint {
                guard try insertIfAbsent.insertAll(rows, row: \.values) == rows.count else { throw Self.someExist }
                try markers.mark(lists.map { ($0.session.id, $0.fingerprint) }, at: context.now)
            }
        } catch let error as DatabaseError where error.condition == .notStorable {
            return false
        }
        counts.placed += Int64(rows.count)
        return true
    }

    private static let someExist = DatabaseError(.notStorable, "some runs exist already")

    /// Inserts as many runs per statement as the server gains from; a run that exists or that the server refuses fails the
    /// list.
    private func insertTogether(_ list: PreparedList, _ counts: inout RunsMoveCounts) throws {
        var waiting = WaitingRows<RunRow>(limit: insertIfAbsent.limit, bytes: insertIfAbsent.byteLimit)
        try walk(list, &counts) { row, counts in
            let bytes = row.data.byteCount
            if waiting.isFull(for: bytes) { try insert(waiting.take(), of: list, &counts) }
            waiting.add(row, bytes: bytes)
        }
        try insert(waiting.take(), of: list, &counts)
        try mark(list)
    }

    /// Inserts one run at a time, and records a run that the server refuses.
    private func insertOneByOne(_ list: PreparedList, _ counts: inout RunsMoveCounts) throws {
        try walk(list, &counts) { row, counts in
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
        _ list: PreparedList, _ counts: inout RunsMoveCounts, _ body: (RunRow, inout RunsMoveCounts) throws -> Void
    ) throws {
        var seen: Set<SQLValue> = []
        try list.forEachElement(now: context.now) { element in
            switch element {
            case .row(let row) where seen.insert(row.runID).inserted: try body(row, &counts)
            case .row(let row): try refuse(list.session.id, row.position, .duplicateRunID, &counts)
            case .unplaced(let position, let reason): try refuse(list.session.id, position, reason, &counts)
            }
        }
    }

    private func mark(_ list: PreparedList) throws {
        if list.isMarked {
            // What is as it was moved stays so: the next list of the session is newer than all of its rows.
            try connection.execute(
                statements.keepUntouched, [.integer(context.now), list.session.id, .text(context.sessions.name)])
        }
        try markers.mark(list.session.id, list.fingerprint, at: context.now, replacing: list.isMarked)
    }

    // MARK: Rows

    private func insert(_ rows: [RunRow], of list: PreparedList, _ counts: inout RunsMoveCounts) throws {
        guard let row = rows.first else { return }
        let inserted = try insertIfAbsent(rows.map(\.values))
        counts.placed += Int64(inserted)
        guard inserted < rows.count else { return }
        // Which of them exist already shows when they go one by one.
        guard rows.count == 1 else { throw Self.someExist }
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
        _ row: RunRow, from owner: SQLValue, for list: PreparedList, _ counts: inout RunsMoveCounts
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
