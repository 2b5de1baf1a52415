package import AgnoSchema
package import DatabaseAccess
import SQLDialects

/// What the journal answers; a database without a journal has no entries.
extension Journal {
    package static func exists(_ connection: any DatabaseConnection) throws -> Bool {
        try connection.dialect.columns(ofTable: table, using: connection) != nil
    }

    /// The names by which the queries use the table.
    static let uses = [TableUse(table), TableUse(table, as: "l"), TableUse(table, as: "j")]

    /// The condition on entries of one event, since the newest one of another. Parameter 1: the table.
    private static func condition(
        _ event: JournalEvent, since last: JournalEvent, _ dialect: any Dialect
    ) -> String {
        let isOfTable = "table_name = \(dialect.placeholder(1))"
        return "event = '\(event.rawValue)' AND \(isOfTable) AND id > (SELECT COALESCE(MAX(id), 0) "
            + "FROM \(dialect.table(table)) l WHERE event = '\(last.rawValue)' AND \(isOfTable))"
    }

    // MARK: Steps

    /// The steps of some tables that began and have not finished, by table, oldest first. A step that failed or was
    /// refused has not finished. The journal has to exist.
    static func unfinishedSteps(
        ofTables names: [String], on connection: any DatabaseConnection
    ) throws -> [ExactText: [UnfinishedStep]] {
        guard !names.isEmpty else { return [:] }
        let dialect = connection.dialect
        let journal = dialect.table(table)
        let placeholders = names.indices.map { dialect.placeholder($0 + 1) }.joined(separator: ", ")
        // By the index on table and row: the entries of steps are those without a row, few beside those of rows.
        let newest =
            "SELECT MAX(id) AS id FROM \(journal) WHERE table_name IN (\(placeholders)) AND row_key IS NULL "
            + "AND event = '\(JournalEvent.step.rawValue)' AND outcome NOT IN "
            + "('\(JournalOutcome.refused.rawValue)', '\(JournalOutcome.failed.rawValue)') GROUP BY table_name, version"
        let rows = try connection.rows(
            SQLStatement(
                "SELECT j.table_name, j.version, j.code, j.payload FROM (\(newest)) n JOIN \(journal) j ON j.id = n.id "
                    + "WHERE j.outcome = '\(JournalOutcome.started.rawValue)' ORDER BY j.id", names.map(SQLValue.text)))
        var steps: [ExactText: [UnfinishedStep]] = [:]
        for row in rows {
            guard let name = row[0].string, let version = row[1].string.flatMap({ SchemaVersion($0) }),
                let direction = row[2].string.flatMap({ MigrationDirection(rawValue: $0) })
            else { continue }
            let moves = row[3].string?.split(separator: ",").map { RowMove(rawValue: String($0)) } ?? []
            steps[ExactText(name), default: []].append(
                UnfinishedStep(version: version, direction: direction, moves: moves))
        }
        return steps
    }

    /// Whether all rows of the table that was renamed out of reach last are elsewhere.
    static func isMerged(asideOf name: String, on connection: any DatabaseConnection) throws -> Bool {
        guard try exists(connection) else { return false }
        let dialect = connection.dialect
        let newest = try connection.value(
            "SELECT outcome FROM \(dialect.table(table)) WHERE event = '\(JournalEvent.aside.rawValue)' "
                + "AND table_name = \(dialect.placeholder(1)) ORDER BY id DESC LIMIT 1", [.text(name)])
        return newest?.string == JournalOutcome.merged.rawValue
    }

    // MARK: Rows

    /// What was archived of one table since it was last reverted, oldest first.
    static func archived(
        _ reason: ArchiveReason, inTable name: String, on connection: any DatabaseConnection
    ) throws -> [String] {
        guard try exists(connection) else { return [] }
        let dialect = connection.dialect
        return try connection.rows(
            SQLStatement(
                "SELECT payload FROM \(dialect.table(table)) WHERE \(condition(.archive, since: .reverted, dialect)) "
                    + "AND code = \(dialect.placeholder(2)) ORDER BY id", [.text(name), .text(reason.rawValue)])
        ).compactMap { $0[0].string }
    }

    /// How many rows of one table are archived, with their contents, since it was last reverted.
    static func archivedRows(inTable name: String, on connection: any DatabaseConnection) throws -> Int64 {
        guard try exists(connection) else { return 0 }
        let dialect = connection.dialect
        return try connection.value(
            "SELECT COUNT(payload) FROM \(dialect.table(table)) WHERE \(condition(.archive, since: .reverted, dialect))",
            [.text(name)])?.int ?? 0
    }

    /// What could not be placed in one table since it was last reverted: how many rows or elements, and the first ones.
    ///
    /// - Parameter exists: whether the journal exists; nil: the catalogue is asked.
    static func quarantined(
        inTable name: String, on connection: any DatabaseConnection, limit: Int, exists: Bool? = nil
    ) throws -> (count: Int, rows: [QuarantinedRow]) {
        guard try exists ?? Self.exists(connection) else { return (0, []) }
        let dialect = connection.dialect
        let source = "FROM \(dialect.table(table)) WHERE \(condition(.quarantine, since: .reverted, dialect))"
        let count = try connection.value("SELECT COUNT(*) \(source)", [.text(name)])?.int ?? 0
        let rows = try connection.rows(
            SQLStatement(
                "SELECT row_key, \(dialect.quote("position")), code \(source) ORDER BY id LIMIT \(limit)",
                [.text(name)]))
        return (
            Int(count),
            rows.map {
                QuarantinedRow(
                    key: $0[0].string ?? "", position: $0[1].int.map { Int($0) }, reason: $0[2].string ?? "")
            }
        )
    }

    /// Whether a row, or an element of its list, is recorded as one that could not be placed, since the table was last
    /// reverted.
    ///
    /// - Parameter reason: nil: for any reason.
    static func isQuarantined(
        _ key: String, at position: Int?, because reason: String? = nil, table name: String,
        on connection: any DatabaseConnection
    ) throws -> Bool {
        let dialect = connection.dialect
        let isReason = reason == nil ? "" : " AND code = \(dialect.placeholder(4))"
        return try connection.value(
            "SELECT 1 FROM \(dialect.table(table)) WHERE \(condition(.quarantine, since: .reverted, dialect)) "
                + "AND row_key = \(dialect.placeholder(2)) AND COALESCE(\(dialect.quote("position")), -1) = "
                + "\(dialect.placeholder(3))\(isReason) LIMIT 1",
            [.text(name), .text(key), .integer(Int64(position ?? -1))] + (reason.map { [.text($0)] } ?? [])) != nil
    }

    /// The key of the last committed batch of an import that has not finished; nil if there is nothing to resume.
    package static func resumePoint(
        ofTable name: String, on connection: any DatabaseConnection
    ) throws -> SQLValue? {
        let dialect = connection.dialect
        return try connection.value(
            "SELECT row_key FROM \(dialect.table(table)) WHERE \(condition(.checkpoint, since: .imported, dialect)) "
                + "ORDER BY id DESC LIMIT 1", [.text(name)])
    }

    // MARK: History

    /// The entries, oldest first, without row contents.
    ///
    /// - Parameters:
    ///   - run: nil: of all runs.
    ///   - limit: how many of the newest entries; nil: all.
    ///   - details: includes the entries about single rows and batches.
    static func history(
        _ connection: any DatabaseConnection, run: String? = nil, limit: Int? = nil, details: Bool = true
    ) throws -> [HistoryEntry] {
        guard try exists(connection) else { return [] }
        let dialect = connection.dialect
        let names = columns.map(\.name).filter { $0 != "payload" && $0 != "table_type" }
        let hidden = JournalEvent.allCases.filter(\.isDetail).map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let conditions = [
            run.map { _ in "\(dialect.quote("run_id")) = \(dialect.placeholder(1))" },
            details ? nil : "event NOT IN (\(hidden))",
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
}
