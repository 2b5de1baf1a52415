import AgnoSchema
import DatabaseAccess
import LosslessJSON
import SQLDialects

/// Whether everything in the sessions' backup column is in the runs table as well, element by element.
struct RunsCoverage {
    let connection: any DatabaseConnection
    let sessions: TableSnapshot
    /// nil before the move: then every element is still to be moved.
    let runs: TableSnapshot?

    struct Result {
        var sessions: Int64 = 0
        var covered: Int64 = 0
        var deletedSince: Int64 = 0
        /// Elements or whole lists that are nowhere else.
        var uncovered = 0
        /// Those among them that should have been moved.
        var unmoved = 0
        /// Those whose row has lost what it was moved with, although no application has written it since.
        var damaged = 0
        var examples: [QuarantinedRow] = []

        fileprivate mutating func note(_ fate: Fate, at position: Int, of sessionID: SQLValue) {
            switch fate {
            case .moved: covered += 1
            case .deleted: deletedSince += 1
            case .kept(let reason):
                if reason == RunsCoverage.notMoved { unmoved += 1 }
                if reason == RunsCoverage.notAsMoved { damaged += 1 }
                note(sessionID, position, reason)
            }
        }

        fileprivate mutating func note(_ sessionID: SQLValue, _ position: Int?, _ reason: String) {
            uncovered += 1
            guard examples.count < 100 else { return }
            examples.append(QuarantinedRow(key: sessionID.keyText, position: position, reason: reason))
        }
    }

    /// The reason of an element whose row is damaged.
    static let notAsMoved = "not_as_moved"
    /// The reason of an element that is still to be moved.
    static let notMoved = "not_moved"

    /// What became of an element.
    enum Fate {
        /// It has its row.
        case moved
        /// The application has deleted its row since.
        case deleted
        /// It is nowhere else.
        case kept(String)
    }

    /// A list that was measured.
    struct MeasuredList {
        var sessionID: SQLValue
        /// As it is stored.
        var value: SQLValue
        /// The list itself; nil if the value is no list.
        var bytes: [UInt8]?
        /// What became of the elements, by position.
        var fates: [Int: Fate] = [:]
    }

    private var dialect: any Dialect { connection.dialect }
    private var storedRuns: StoredRuns? { runs.map { StoredRuns(connection, of: $0) } }

    /// Whether the runs table has the columns that are asked for.
    var canMeasure: Bool {
        ["run_id", "session_id", "run_data", "updated_at"].allSatisfy { runs?.shape.column($0) != nil }
    }

    func measure() throws -> Result {
        var result = Result()
        try forEachList(
            where: nil, { _ in true },
            whole: {
                result.sessions += 1
                result.covered += $0
            }
        ) {
            _ = try measure($0, $1, into: &result)
            return true
        }
        return result
    }

    /// Hands over every list with what became of each of its elements.
    func measure(_ body: (MeasuredList) throws -> Void) throws {
        var result = Result()
        try forEachList(where: nil, { _ in true }) {
            try body(measure($0, $1, into: &result))
            return true
        }
    }

    /// Whether a list that the move has not seen yet, or not as it is now, has a run without a row.
    ///
    /// Requires the table of markers.
    func hasUnmovedLists() throws -> Bool {
        guard let runs, try !Markers(connection, of: sessions.name).isEmpty() || isEmpty(runs) else { return false }
        let movedAt = Markers.value("moved_at", ofRow: "session_id", of: dialect.placeholder(1), dialect)
        let isLater =
            sessions.shape.column("updated_at") == nil
            ? "" : " OR updated_at >= \(movedAt) - \(RunsMover.clockMargin)"
        var result = Result()
        do {
            try forEachList(where: "(\(movedAt) IS NULL\(isLater))", { $0.isUnchanged != true }) {
                _ = try measure($0, $1, into: &result)
                return result.unmoved == 0
            }
        } catch let error as MigrationError where error.code == .tooLarge {
            return true
        }
        return result.unmoved > 0
    }

    private func isEmpty(_ table: TableSnapshot) throws -> Bool {
        try connection.value("SELECT 1 FROM \(dialect.table(table.name)) LIMIT 1") == nil
    }

    /// A session's list, and what is known of its move.
    private struct List {
        var sessionID: SQLValue
        var value: SQLValue
        /// When the session's list was moved; nil if none was.
        var movedAt: SQLValue?
        /// Whether the list is the one that was moved; nil if none was.
        var isUnchanged: Bool?
    }

    /// Hands over lists with the rows of their sessions.
    ///
    /// - Parameters:
    ///   - condition: may use the table's name as parameter 1; nil: all lists.
    ///   - isWanted: whether a list is handed over; the rows of other sessions are not read.
    ///   - whole: is told how many rows a list has of which the server itself tells that it holds what they hold, instead of
    ///     handing it over; nil: all lists are handed over.
    ///   - body: returns whether it wants the next list.
    private func forEachList(
        where condition: String?, _ isWanted: (List) -> Bool, whole: ((Int64) -> Void)? = nil,
        _ body: (List, [SQLValue: StoredRuns.Row]) throws -> Bool
    ) throws {
        let key = dialect.scanKey(of: sessions)
        let markers = try Markers.exist(connection) ? Markers(connection, of: sessions.name) : nil
        let storedLists = StoredLists(connection, of: sessions)
        var last: SQLValue?
        while true {
            var values: [SQLValue] = condition == nil ? [] : [.text(sessions.name)]
            var conditions = ["\(dialect.quote("runs")) IS NOT NULL"] + (condition.map { [$0] } ?? [])
            if let last {
                values.append(last)
                conditions.append("\(key) > \(dialect.placeholder(values.count))")
            }
            let page = try connection.rows(
                SQLStatement(
                    "SELECT \(key), session_id FROM \(dialect.table(sessions.name)) WHERE "
                        + "\(conditions.joined(separator: " AND ")) ORDER BY \(key) LIMIT 256", values))
            guard !page.isEmpty else { return }
            let marks = try markers?.marks(of: page.map { $0[1] }) ?? [:]
            let heads = page.map { SessionHead(key: $0[0], id: $0[1], marker: marks[$0[1]]?.fingerprint) }
            var isNextWanted = true
            let storedRuns = storedRuns
            let known = try whole == nil ? [:] : storedRuns?.wholeLists(of: heads, in: sessions) ?? [:]
            for list in known.values { whole?(list.rows) }
            try storedLists.forEachGroup(of: heads.filter { known[$0.id] == nil }) { group in
                let lists = group.map { head, list in
                    List(
                        sessionID: head.id, value: list?.value ?? .null, movedAt: marks[head.id]?.movedAt,
                        isUnchanged: head.marker.map { $0 == list?.fingerprint })
                }.filter(isWanted)
                let rows = try storedRuns?.rows(of: lists.map(\.sessionID)) ?? [:]
                isNextWanted = try lists.allSatisfy { try body($0, rows[$0.sessionID] ?? [:]) }
                return isNextWanted
            }
            guard isNextWanted else { return }
            last = heads.last?.key
        }
    }

    private func measure(
        _ stored: List, _ rows: [SQLValue: StoredRuns.Row], into result: inout Result
    ) throws -> MeasuredList {
        var list = MeasuredList(sessionID: stored.sessionID, value: stored.value)
        switch RunListReader.content(of: stored.value) {
        case .nothing: return list
        case .unusable(let reason):
            result.note(stored.sessionID, nil, reason.rawValue)
            return list
        case .list(let bytes):
            guard (try? bytes.withUnsafeBufferPointer { try JSONText.validate($0) }) != nil else {
                result.note(stored.sessionID, nil, RunListReader.Reason.notJSON.rawValue)
                return list
            }
            list.bytes = bytes
        }
        result.sessions += 1
        guard runs != nil, let bytes = list.bytes else { return list }
        var seen: Set<SQLValue> = []
        try RunListReader().walk(
            bytes, of: RunRow.Session(id: stored.sessionID), now: 0,
            row: { run in
                let isFirst = seen.insert(run.runID).inserted
                let fate =
                    isFirst
                    ? try fate(of: run, rows[run.runID], in: stored)
                    : .kept(RunListReader.Reason.duplicateRunID.rawValue)
                result.note(fate, at: run.position, of: stored.sessionID)
                list.fates[run.position] = fate
            },
            unplaced: { position, reason in
                result.note(.kept(reason.rawValue), at: position, of: stored.sessionID)
                list.fates[position] = .kept(reason.rawValue)
            })
        return list
    }

    /// - Parameter row: the row of the session under the run's id as it is written.
    private func fate(of run: RunRow, _ row: StoredRuns.Row?, in stored: List) throws -> Fate {
        guard let row else { return try place(of: run, in: stored.sessionID, isUnchanged: stored.isUnchanged ?? false) }
        // A server that stores something else without a word makes rows that differ and are not damaged.
        let isComparable = stored.isUnchanged == false || !dialect.forgetsInvalidJSON
        guard row.updatedAt == stored.movedAt, isComparable, row.content != run.data.contentHash, try differs(run)
        else { return .moved }
        // An element that was written after the move is newer than its row.
        return .kept(stored.isUnchanged == false ? Self.notMoved : Self.notAsMoved)
    }

    private func differs(_ run: RunRow) throws -> Bool {
        try storedRuns?.differs(run.runID, of: run.sessionID, from: run.data) == true
    }

    /// Where an element of a list is that has no row of its session by the id as it is written.
    private func place(of run: RunRow, in sessionID: SQLValue, isUnchanged: Bool) throws -> Fate {
        guard let runs else { return .kept(Self.notMoved) }
        let owner: SQLValue?
        do {
            owner = try connection.value(
                "SELECT session_id FROM \(dialect.table(runs.name)) WHERE run_id = \(dialect.placeholder(1))",
                [run.runID])
        } catch let error as DatabaseError where error.condition == .notStorable {
            // An id that the server cannot even be asked for.
            return .kept(RunListReader.Reason.notStorable.rawValue)
        }
        let isQuarantined =
            try Journal.exists(connection)
            && Journal.isQuarantined(sessionID.keyText, at: run.position, table: sessions.name, on: connection)
        if let owner {
            // A server that takes two spellings for one id has a row that may be another element's.
            let isIts = try owner == sessionID && !isQuarantined && !differs(run)
            return isIts ? .moved : .kept(RunListReader.Reason.duplicateRunID.rawValue)
        }
        guard isUnchanged else { return .kept(Self.notMoved) }
        // No row: deleted by the application, unless the run never had one.
        return isQuarantined ? .kept(RunListReader.Reason.duplicateRunID.rawValue) : .deleted
    }
}
