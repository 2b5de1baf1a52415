package import AgnoSchema
package import DatabaseAccess
package import SQLDialects

/// The program's own record of what it did, in two tables that Agno does not look at.
///
/// `agno_migration_journal` is append-only: runs, steps, rows that could not be placed, rows put aside.
/// `agno_migration_markers` says which rows a move has dealt with, so that a run that was killed goes on where it was
/// and a row that the application deleted afterwards does not come back.
package struct Journal {
    package static let table = "agno_migration_journal"
    package static let markers = "agno_migration_markers"

    let run: String
    let command: String
    let toolVersion: String
    let clock: MigrationClock
    /// Which of several connections writes, that write at the same time: each takes ids that the others never take.
    var lane = Lane(number: 0, count: 1)

    struct Lane {
        var number: Int
        var count: Int
    }

    /// The name of the run that writes.
    package var runID: String { run }

    package init(run: String, command: String, toolVersion: String, clock: MigrationClock) {
        self.run = run
        self.command = command
        self.toolVersion = toolVersion
        self.clock = clock
    }

    /// One thing that happened.
    package struct Entry {
        var event: String
        var outcome: String
        var type: TableType?
        var table: String
        var version: SchemaVersion?
        var rows: Int64
        var seconds: Double
        var key: String?
        var position: Int?
        var code: String?
        /// Machine-readable extra, such as the row that was put aside.
        var payload: String?

        package init(
            event: String, outcome: String, type: TableType? = nil, table: String = "", version: SchemaVersion? = nil,
            rows: Int64 = 0, seconds: Double = 0, key: String? = nil, position: Int? = nil, code: String? = nil,
            payload: String? = nil
        ) {
            self.event = event
            self.outcome = outcome
            self.type = type
            self.table = table
            self.version = version
            self.rows = rows
            self.seconds = seconds
            self.key = key
            self.position = position
            self.code = code
            self.payload = payload
        }
    }

    private static let columns: [(name: String, type: ColumnType)] = [
        ("run_id", .identifier), ("recorded_at", .identifier), ("tool_version", .identifier), ("command", .identifier),
        ("event", .identifier), ("outcome", .identifier), ("table_type", .identifier), ("table_name", .identifier),
        ("version", .identifier), ("row_count", .bigInteger), ("milliseconds", .bigInteger),
        ("row_key", .document), ("position", .bigInteger), ("code", .identifier), ("payload", .unlimited),
    ]

    private static var definition: TableDefinition {
        TableDefinition(
            nil,
            columns: [.required("id", .bigInteger)]
                + columns.map { $0.name == "run_id" ? .required($0.name, $0.type) : .optional($0.name, $0.type) },
            primaryKey: ["id"], indexes: [Index(on: ["table_name", "row_key"])])
    }

    private static let markerDefinition = TableDefinition(
        nil,
        columns: [
            .required("table_name", .identifier), .required("row_key", .identifier),
            .required("fingerprint", .identifier),
            .required("moved_at", .bigInteger),
        ],
        primaryKey: ["table_name", "row_key"], shardKey: ["row_key"])

    /// Makes the two tables, or what they lack. Their keys are other tables' keys, which are equal only to themselves.
    package func prepare(
        _ connection: any DatabaseConnection, in context: SchemaContext, beside sessions: TableSnapshot? = nil
    ) throws {
        for (name, definition) in [(Self.table, Self.definition), (Self.markers, Self.markerDefinition)] {
            let shape = definition.shape(in: context, named: name)
            try connection.makeTable(shape, named: name) {
                $0.createComparingBytes(shape, named: name, beside: sessions)
            }
        }
    }

    package func append(_ entry: Entry, to connection: any DatabaseConnection) throws {
        let dialect = connection.dialect
        let names = ["id"] + Self.columns.map(\.name)
        let places = (1...Self.columns.count).map(dialect.placeholder).joined(separator: ", ")
        let newest = "COALESCE(MAX(\(dialect.quote("id"))), 0)"
        let step = "\(newest) - \(newest) % \(lane.count) + \(lane.count + lane.number)"
        let query = "SELECT \(lane.count == 1 ? "\(newest) + 1" : step) FROM \(dialect.table(Self.table))"
        // Where one program writes at a time, it makes no difference when it asks.
        let source =
            dialect.takesQueriesInInserts
            ? "SELECT (\(query)), \(places)" : "VALUES (\(try connection.value(query)?.int ?? 1), \(places))"
        try connection.execute(
            "INSERT INTO \(dialect.table(Self.table)) (\(dialect.list(names))) \(source)",
            [
                .text(run), .text(clock.utc), .text(toolVersion), .text(command), .text(entry.event),
                .text(entry.outcome), SQLValue(entry.type?.name), .text(entry.table),
                SQLValue(entry.version?.description), .integer(entry.rows),
                .integer(Int64((entry.seconds * 1000).rounded())), SQLValue(entry.key),
                SQLValue(entry.position.map(Int64.init)), SQLValue(entry.code), SQLValue(entry.payload),
            ])
    }

    // MARK: Steps that commit in parts

    /// A step that began, and that no run has finished yet.
    struct Unfinished: Hashable {
        var version: SchemaVersion
        var direction: MigrationDirection
        /// The moves that were due when it began.
        var moves: [RowMove]
    }

    /// Notes that a step is about to change its table for good, part by part.
    func begin(_ step: Unfinished, type: TableType, table: String, on connection: any DatabaseConnection) throws {
        try append(
            Entry(
                event: "step", outcome: "started", type: type, table: table, version: step.version,
                code: step.direction.rawValue, payload: step.moves.map(\.rawValue).joined(separator: ",")),
            to: connection)
    }

    /// The steps that were begun and not finished, by table; a step that failed was not finished either.
    static func unfinished(_ connection: any DatabaseConnection) throws -> [String: [Unfinished]] {
        guard try exists(connection) else { return [:] }
        let rows = try connection.rows(
            SQLStatement(
                "SELECT table_name, version, outcome, code, payload FROM \(connection.dialect.table(table)) "
                    + "WHERE event = 'step' ORDER BY id"))
        var result: [String: [Unfinished]] = [:]
        for row in rows {
            guard let name = row[0].string, let version = row[1].string.flatMap({ SchemaVersion($0) }) else { continue }
            switch row[2].string {
            case "refused", "failed": continue
            case "started":
                guard let direction = row[3].string.flatMap({ MigrationDirection(rawValue: $0) }) else { continue }
                let moves = row[4].string?.split(separator: ",").compactMap { RowMove(rawValue: String($0)) } ?? []
                result[name, default: []].removeAll { $0.version == version }
                result[name, default: []].append(Unfinished(version: version, direction: direction, moves: moves))
            default: result[name]?.removeAll { $0.version == version }
            }
        }
        return result
    }

    /// Notes how far the end of a table is whose rows went elsewhere.
    func note(_ stage: AsideStage, ofTable name: String, on connection: any DatabaseConnection) throws {
        try append(.init(event: "aside", outcome: stage.rawValue, type: .runs, table: name), to: connection)
    }

    /// What happened to a table that was put aside.
    enum AsideStage: String {
        /// It is about to be given another name.
        case begun
        /// Everything in it is elsewhere; it can be dropped.
        case merged
    }

    /// Whether everything in the table that was put aside last is elsewhere by now.
    static func isMerged(asideOf name: String, on connection: any DatabaseConnection) throws -> Bool {
        guard try exists(connection) else { return false }
        let dialect = connection.dialect
        let newest = try connection.value(
            "SELECT outcome FROM \(dialect.table(table)) WHERE event = 'aside' "
                + "AND table_name = \(dialect.placeholder(1)) ORDER BY id DESC LIMIT 1", [.text(name)])
        return newest?.string == AsideStage.merged.rawValue
    }

    // MARK: Reading

    /// The query for the id of a table's last revert, or 0; what is above it counts. Parameter 1: the table.
    static func lastRevert(_ dialect: any Dialect) -> String {
        "SELECT COALESCE(MAX(id), 0) FROM \(dialect.table(table)) WHERE event = 'reverted' "
            + "AND table_name = \(dialect.placeholder(1))"
    }

    package static func exists(_ connection: any DatabaseConnection) throws -> Bool {
        try connection.dialect.columns(ofTable: table, using: connection) != nil
    }

    package static func hasMarkers(_ connection: any DatabaseConnection) throws -> Bool {
        try connection.dialect.columns(ofTable: markers, using: connection) != nil
    }

    /// What happened, oldest first: in one run or in all, the newest entries or all; no row contents.
    static func history(
        _ connection: any DatabaseConnection, run: String? = nil, limit: Int? = nil, details: Bool = true
    ) throws -> [HistoryEntry] {
        guard try exists(connection) else { return [] }
        let dialect = connection.dialect
        let names = columns.map(\.name).filter { $0 != "payload" && $0 != "table_type" }
        let conditions = [
            run.map { _ in "\(dialect.quote("run_id")) = \(dialect.placeholder(1))" },
            details ? nil : "event NOT IN (\(HistoryEntry.detailEvents.map { "'\($0)'" }.joined(separator: ", ")))",
        ].compactMap { $0 }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let newest = limit.map { " DESC LIMIT \(max(0, $0))" } ?? ""
        let sql =
            "SELECT \(dialect.list(names)) FROM \(dialect.table(table))\(filter) ORDER BY \(dialect.quote("id"))\(newest)"
        let rows = try connection.rows(SQLStatement(sql, run.map { [.text($0)] } ?? []))
        return (limit == nil ? rows : rows.reversed()).map { row in
            let values = Dictionary(uniqueKeysWithValues: zip(names, row))
            func text(_ name: String) -> String? { values[name]?.string }
            return HistoryEntry(
                run: text("run_id") ?? "", recordedAt: text("recorded_at") ?? "", tool: text("tool_version") ?? "",
                command: text("command") ?? "", table: text("table_name") ?? "", version: text("version"),
                event: text("event") ?? "", outcome: text("outcome") ?? "", rows: values["row_count"]?.int ?? 0,
                seconds: Double(values["milliseconds"]?.int ?? 0) / 1000, key: text("row_key"),
                position: values["position"]?.int.map { Int($0) }, code: text("code"))
        }
    }

    /// What could not be placed in one table since it was last reverted.
    static func quarantined(
        inTable name: String, on connection: any DatabaseConnection, limit: Int
    ) throws -> (count: Int, rows: [QuarantinedRow]) {
        guard try exists(connection) else { return (0, []) }
        let dialect = connection.dialect
        let (table, id) = (dialect.table(table), dialect.quote("id"))
        let reverted = lastRevert(dialect)
        let filter = "event = 'quarantine' AND table_name = \(dialect.placeholder(1)) AND \(id) > (\(reverted))"
        let count = try connection.value("SELECT COUNT(*) FROM \(table) WHERE \(filter)", [.text(name)])?.int ?? 0
        let sql =
            "SELECT row_key, \(dialect.quote("position")), code FROM \(table) WHERE \(filter) ORDER BY \(id) LIMIT \(limit)"
        let rows = try connection.rows(SQLStatement(sql, [.text(name)])).map {
            QuarantinedRow(key: $0[0].string ?? "", position: $0[1].int.map { Int($0) }, reason: $0[2].string ?? "")
        }
        return (Int(count), rows)
    }

    /// Whether an element of a row's list could not be placed, since the table was last reverted.
    static func isQuarantined(
        _ key: String, at position: Int, table: String, on connection: any DatabaseConnection
    ) throws -> Bool {
        let dialect = connection.dialect
        let quoted = dialect.table(Self.table)
        let reverted = Self.lastRevert(dialect)
        return try connection.value(
            "SELECT 1 FROM \(quoted) WHERE event = 'quarantine' AND table_name = \(dialect.placeholder(1)) "
                + "AND row_key = \(dialect.placeholder(2)) AND \(dialect.quote("position")) = \(dialect.placeholder(3)) "
                + "AND id > (\(reverted)) LIMIT 1",
            [.text(table), .text(key), .integer(Int64(position))]) != nil
    }

    /// Notes a row that could not be placed, unless it is noted already.
    func quarantine(
        _ row: QuarantinedRow, type: TableType, table: String, version: SchemaVersion,
        on connection: any DatabaseConnection
    ) throws {
        let dialect = connection.dialect
        let quoted = dialect.table(Self.table)
        let reverted = Self.lastRevert(dialect)
        let known = try connection.value(
            "SELECT 1 FROM \(quoted) WHERE event = 'quarantine' AND table_name = \(dialect.placeholder(1)) "
                + "AND row_key = \(dialect.placeholder(2)) AND COALESCE(\(dialect.quote("position")), -1) = \(dialect.placeholder(3)) "
                + "AND code = \(dialect.placeholder(4)) AND id > (\(reverted)) LIMIT 1",
            [.text(table), .text(row.key), .integer(Int64(row.position ?? -1)), .text(row.reason)])
        guard known == nil else { return }
        try append(
            Entry(
                event: "quarantine", outcome: "kept", type: type, table: table, version: version, key: row.key,
                position: row.position, code: row.reason), to: connection)
    }
}
