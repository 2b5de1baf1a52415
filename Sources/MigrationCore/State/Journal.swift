package import AgnoSchema
package import DatabaseAccess
package import SQLDialects

/// The program's own record of what it did, in a table that Agno does not read.
///
/// The table is append-only: runs, steps, rows that could not be placed, rows that were removed. ``Markers`` is its
/// second table.
package struct Journal: Sendable {
    package static let table = "agno_migration_journal"

    /// The name of the run that writes.
    package let runID: String
    let command: String
    let toolVersion: String
    let clock: MigrationClock
    /// Which of several connections writes: each takes ids that the others never take.
    var lane = Lane(number: 0, count: 1)

    struct Lane {
        var number: Int
        var count: Int
    }

    package init(run: String, command: String, toolVersion: String, clock: MigrationClock) {
        runID = run
        self.command = command
        self.toolVersion = toolVersion
        self.clock = clock
    }

    static let columns: [(name: String, type: ColumnType)] = [
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

    /// Creates the program's two tables, or what they lack. Their keys are other tables' keys, which compare by bytes.
    ///
    /// - Parameter others: more tables whose rows are to be marked.
    package func prepare(
        _ connection: any DatabaseConnection, in context: SchemaContext, beside sessions: TableSnapshot? = nil,
        and others: [TableSnapshot] = []
    ) throws {
        let marked = others + (sessions.map { [$0] } ?? [])
        for (name, definition) in [(Self.table, Self.definition), (Markers.table, Markers.definition)] {
            var shape = definition.shape(in: context, named: name)
            let length = name == Markers.table ? Markers.widen(&shape, for: marked, connection.dialect) : nil
            try connection.makeTable(shape, named: name) {
                $0.createComparingBytes(shape, named: name, beside: sessions)
            }
            if let length { try Markers.widen(to: length, connection, in: context, now: clock.now) }
        }
    }

    /// Writes an entry, in the transaction that is open.
    package func append(_ entry: Entry, to connection: any DatabaseConnection) throws {
        let dialect = connection.dialect
        let names = ["id"] + Self.columns.map(\.name)
        let placeholders = (1...Self.columns.count).map(dialect.placeholder).joined(separator: ", ")
        let newest = "COALESCE(MAX(\(dialect.quote("id"))), 0)"
        let step = "\(newest) - \(newest) % \(lane.count) + \(lane.count + lane.number)"
        let query = "SELECT \(lane.count == 1 ? "\(newest) + 1" : step) FROM \(dialect.table(Self.table))"
        // Where one program writes at a time, the query may run on its own before the insert.
        let source =
            dialect.takesQueriesInInserts
            ? "SELECT (\(query)), \(placeholders)"
            : "VALUES (\(try connection.value(query)?.int ?? 1), \(placeholders))"
        try connection.execute(
            "INSERT INTO \(dialect.table(Self.table)) (\(dialect.list(names))) \(source)",
            [
                .text(runID), .text(clock.utc), .text(toolVersion), .text(command), .text(entry.event.rawValue),
                .text(entry.outcome.rawValue), SQLValue(entry.type?.name), .text(entry.table),
                SQLValue(entry.version?.description), .integer(entry.rows),
                .integer(Int64((entry.seconds * 1000).rounded())), SQLValue(entry.key),
                SQLValue(entry.position.map(Int64.init)), SQLValue(entry.code), SQLValue(entry.payload),
            ])
    }

    /// Records a row that could not be placed, unless it is recorded already.
    func quarantine(
        _ row: QuarantinedRow, of subject: JournalSubject, on connection: any DatabaseConnection
    ) throws {
        let isKnown = try Self.isQuarantined(
            row.key, at: row.position, because: row.reason, table: subject.table, on: connection)
        if !isKnown { try append(.quarantined(row, of: subject), to: connection) }
    }
}

extension Journal {
    /// One recorded event; each kind has its own factory.
    package struct Entry {
        var event: JournalEvent
        var outcome: JournalOutcome
        var type: TableType?
        var table = ""
        var version: SchemaVersion?
        var rows: Int64 = 0
        var seconds: Double = 0
        var key: String?
        var position: Int?
        var code: String?
        /// Machine-readable extra, such as a removed row; never part of a report.
        var payload: String?
    }
}

extension Journal.Entry {
    private init(
        _ event: JournalEvent, _ outcome: JournalOutcome, of subject: JournalSubject, rows: Int64 = 0,
        seconds: Double = 0, row: QuarantinedRow? = nil, key: String? = nil, code: String? = nil,
        payload: String? = nil
    ) {
        self.init(
            event: event, outcome: outcome, type: subject.type, table: subject.table, version: subject.version,
            rows: rows, seconds: seconds, key: row?.key ?? key, position: row?.position, code: row?.reason ?? code,
            payload: payload)
    }

    /// The whole run begins or ends.
    package static func run(_ outcome: JournalOutcome, target: SchemaVersion) -> Self {
        Self(event: .run, outcome: outcome, version: target)
    }

    /// A step is about to change its table permanently, part by part.
    static func started(_ step: UnfinishedStep, type: TableType, table: String) -> Self {
        Self(
            .step, .started, of: JournalSubject(type, table: table, version: step.version),
            code: step.direction.rawValue, payload: step.moves.map(\.rawValue).joined(separator: ","))
    }

    /// A step ended as reported.
    static func step(_ report: StepReport, type: TableType, table: String) -> Self {
        Self(
            .step, JournalOutcome(report.outcome), of: JournalSubject(type, table: table, version: report.version),
            rows: report.rows, seconds: report.seconds, code: report.error?.code.rawValue)
    }

    /// A table went down by one step.
    static func reverted(_ subject: JournalSubject) -> Self { Self(.reverted, .done, of: subject) }

    /// The sessions' backup column was dropped.
    static func cleanedUp(_ table: String, sessions: Int64) -> Self {
        Self(event: .reverted, outcome: .cleanup, type: .sessions, table: table, rows: sessions)
    }

    /// The runs table is about to be renamed out of reach.
    static func parking(_ table: String) -> Self { Self(event: .aside, outcome: .begun, type: .runs, table: table) }

    /// All rows of the renamed runs table are back in their sessions; it can be dropped.
    static func emptied(_ table: String) -> Self { Self(event: .aside, outcome: .merged, type: .runs, table: table) }

    /// A row or a text was removed; the payload keeps it.
    static func archived(
        _ key: String?, because reason: ArchiveReason, of subject: JournalSubject, payload: String?
    ) -> Self {
        Self(.archive, .kept, of: subject, rows: 1, key: key, code: reason.rawValue, payload: payload)
    }

    /// A row, or a part of it, could not be placed.
    package static func quarantined(_ row: QuarantinedRow, part: String? = nil, of subject: JournalSubject) -> Self {
        Self(.quarantine, .kept, of: subject, row: row, payload: part)
    }

    /// An import gave a run an id of its own.
    package static func renamed(_ run: QuarantinedRow, of subject: JournalSubject) -> Self {
        Self(.renamed, .written, of: subject, row: run)
    }

    /// An import of one 1.x table ended.
    package static func imported(_ rows: Int64, seconds: Double, of subject: JournalSubject) -> Self {
        Self(.imported, .finished, of: subject, rows: rows, seconds: seconds)
    }

    /// The copy of one table ended.
    static func copied(
        _ rows: Int64, seconds: Double, of table: String, type: TableType?, version: SchemaVersion
    ) -> Self {
        Self(
            event: .copied, outcome: .finished, type: type, table: table, version: version, rows: rows,
            seconds: seconds)
    }

    /// A row of another database was not copied.
    static func notCopied(
        _ key: String, because reason: String, of table: String, type: TableType?, version: SchemaVersion
    ) -> Self {
        Self(
            event: .quarantine, outcome: .kept, type: type, table: table, version: version, key: key, code: reason)
    }

    /// An import's batch is committed, up to and including a key.
    package static func checkpoint(_ rows: Int64, through key: SQLValue, of subject: JournalSubject) -> Self {
        Self(.checkpoint, .written, of: subject, rows: rows, key: key.keyText)
    }
}
