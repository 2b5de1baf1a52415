import AgnoSchema
import DatabaseAccess
import LosslessJSON
import SQLDialects

/// Archives the newest unfinished metrics day, so that Agno recalculates it per user; down: puts it back.
struct UnfinishedMetricsDayMover: RowMover {
    func title(in context: SchemaContext) -> String {
        "remove the newest unfinished metrics day; Agno recalculates it"
    }

    func canRun(on shape: TableShape?) -> Bool {
        ["id", "date", "completed"].allSatisfy { shape?.column($0) != nil }
    }

    /// The day is in the way of a new key only; a stamp alone is no reason to recalculate it.
    func isDue(_ situation: MoveSituation) -> Bool { situation.hasPendingChange }

    func isDueBack(_ situation: MoveSituation, in shapes: [TableType: TableShape]) -> Bool {
        situation.hasPendingChange
    }

    func estimate(_ scope: MoveScope) throws -> MoveEstimate? {
        guard let metrics = scope.snapshots[.metrics] else { return nil }
        guard scope.direction == .up else {
            return MoveEstimate(title: "put back the unfinished metrics day, if one was archived", rows: 0)
        }
        let count = try MetricsDayRows(connection: scope.connection, metrics: metrics).count()
        return count == 0
            ? nil
            : MoveEstimate(
                title: "archive \(count) rows of the unfinished metrics day in the journal; Agno recalculates it",
                rows: count)
    }

    func uprootedRows(_ scope: MoveScope) -> String? {
        guard scope.direction == .up, let metrics = scope.snapshots[.metrics] else { return nil }
        return MetricsDayRows(connection: scope.connection, metrics: metrics).filter
    }

    func finish(_ move: MoveContext) throws -> MoveResult {
        guard let metrics = move.scope.snapshots[.metrics] else { return MoveResult() }
        let archive = MetricsDayArchive(
            connection: move.connection, metrics: metrics, journal: move.journal, version: move.version,
            proof: move.options.proof)
        let isUp = move.scope.direction == .up
        let count = try move.connection.suspendingTriggers(of: metrics, during: .moving) {
            isUp ? try archive.archive() : try archive.restore()
        }
        let rows = "\(count) rows of the unfinished metrics day"
        let change = isUp ? "archived \(rows) in the journal; Agno recalculates it" : "put back \(rows)"
        return MoveResult(rows: count, changes: count == 0 ? [] : [change])
    }
}

/// The rows of the newest unfinished, unowned metrics day.
struct MetricsDayRows {
    let connection: any DatabaseConnection
    let metrics: TableSnapshot

    /// The condition that selects them.
    var filter: String {
        let dialect = connection.dialect
        let table = dialect.table(metrics.name)
        let date = dialect.quote("date")
        let isUnowned = metrics.shape.column("user_id") == nil ? "" : " AND (user_id IS NULL OR user_id = '')"
        let lastDone = "(SELECT MAX(\(date)) FROM \(table) WHERE completed)"
        return "\(date) = (SELECT MAX(\(date)) FROM \(table)) AND NOT completed\(isUnowned) "
            + "AND (\(lastDone) IS NULL OR \(date) > \(lastDone))"
    }

    func count() throws -> Int64 {
        try connection.value("SELECT COUNT(*) FROM \(connection.dialect.table(metrics.name)) WHERE \(filter)")?.int ?? 0
    }
}

/// Keeps the rows of the unfinished day in the journal.
///
/// Agno recalculates that day per user from the sessions on its own once the row is gone. `down` puts the row back
/// unless the day was recalculated.
struct MetricsDayArchive {
    let connection: any DatabaseConnection
    let metrics: TableSnapshot
    let journal: Journal
    let version: SchemaVersion
    var proof: ProofRecorder?

    private var dialect: any Dialect { connection.dialect }

    /// Moves the rows into the journal; returns how many.
    func archive() throws -> Int64 {
        let names = metrics.shape.columns.map(\.name).filter { !metrics.generatedColumns.contains($0) }
        let rows = try connection.rows(
            SQLStatement(
                "SELECT \(dialect.list(names)) FROM \(dialect.table(metrics.name)) WHERE \(MetricsDayRows(connection: connection, metrics: metrics).filter)"
            ))
        let id = names.firstIndex(of: "id")
        for row in rows {
            let payload = JSONValue.object(
                JSONObject(
                    members: zip(names, row).map {
                        JSONMember(key: JSONString(decoding: $0), value: .init(archived: $1))
                    }))
            try journal.append(
                .archived(
                    id.map { row[$0].keyText }, because: .unfinishedMetricsDay,
                    of: JournalSubject(.metrics, table: metrics.name, version: version),
                    payload: payload.serializedText()),
                to: connection)
        }
        // By key: what is deleted is what was archived, and not every server reads a table that it deletes from.
        guard let id else { return 0 }
        for row in rows {
            try connection.execute(
                "DELETE FROM \(dialect.table(metrics.name)) WHERE \(dialect.quote("id")) = \(dialect.placeholder(1))",
                [row[id]])
        }
        proof?.note("archived", .gone, .metrics, metrics, dialect.traits, columns: names, rows)
        return Int64(rows.count)
    }

    /// Puts back what the last `up` put aside, where no row of that day and period is there by now.
    func restore() throws -> Int64 {
        var count: Int64 = 0
        for payload in try Journal.archived(.unfinishedMetricsDay, inTable: metrics.name, on: connection) {
            guard let members = (try? JSONValue(parsing: payload))?.objectValue?.members else { continue }
            let values = members.compactMap { member -> (String, SQLValue)? in
                guard let name = member.key.value, metrics.shape.column(name) != nil else { return nil }
                return (name, SQLValue(archived: member.value))
            }
            let byName = Dictionary(values) { _, last in last }
            guard let date = byName["date"], let period = byName["aggregation_period"], let id = byName["id"] else {
                continue
            }
            let taken = try connection.value(
                "SELECT 1 FROM \(dialect.table(metrics.name)) WHERE (\(dialect.quote("date")) = \(dialect.placeholder(1)) "
                    + "AND aggregation_period = \(dialect.placeholder(2))) OR id = \(dialect.placeholder(3))",
                [date, period, id])
            guard taken == nil else { continue }
            let places = (1...values.count).map(dialect.placeholder).joined(separator: ", ")
            try connection.execute(
                "INSERT INTO \(dialect.table(metrics.name)) (\(dialect.list(values.map(\.0)))) "
                    + "\(dialect.numberedColumnsClause)VALUES (\(places))",
                values.map(\.1))
            proof?.note(
                "put_back", .made, .metrics, metrics, dialect.traits, columns: values.map(\.0), [values.map(\.1)])
            count += 1
        }
        return count
    }
}

extension JSONValue {
    /// A stored value as JSON; bytes and texts stay distinguishable.
    fileprivate init(archived value: SQLValue) {
        switch value {
        case .null: self = .null
        case .integer(let number): self = JSONValue(number)
        case .real(let number): self = JSONValue(number)
        case .text(let text): self = JSONValue(text)
        case .blob(let bytes): self = .array(bytes.map { JSONValue($0) })
        case .malformedText(let bytes):
            let list = JSONValue.array(bytes.map { JSONValue($0) })
            self = .object(JSONObject(members: [JSONMember(key: "text", value: list)]))
        }
    }
}

extension SQLValue {
    fileprivate init(archived value: JSONValue) {
        switch value {
        case .null: self = .null
        case .object(let object): self = .malformedText(Self.bytes(object["text"]?.arrayValue ?? []))
        case .bool(let flag): self = .integer(flag ? 1 : 0)
        case .number(let number):
            self = number.int64.map(SQLValue.integer) ?? number.double.map(SQLValue.real) ?? .null
        case .string(let text): self = SQLValue(text.value)
        case .array(let list): self = .blob(Self.bytes(list))
        }
    }

    private static func bytes(_ list: [JSONValue]) -> [UInt8] {
        list.compactMap { $0.int64Value.map { UInt8(truncatingIfNeeded: $0) } }
    }
}
