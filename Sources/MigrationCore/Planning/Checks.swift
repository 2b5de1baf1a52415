import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Questions to the rows that decide whether a step may run, and what it would destroy.
struct Checks {
    let connection: any DatabaseConnection
    let context: SchemaContext
    let snapshots: [TableType: TableSnapshot]

    private var dialect: any Dialect { connection.dialect }

    // MARK: Preconditions

    /// Why a step cannot run on these rows; nil if it can.
    func refusal(of condition: Precondition, type: TableType) throws -> MigrationError? {
        guard let snapshot = snapshots[type] else { return nil }
        switch condition {
        case .unique(let columns, let predicate):
            return try duplicates(of: columns, where: predicate, in: snapshot)
        case .oneOwnerPerMetricsDay:
            return try ownedRows(in: snapshot)
        }
    }

    private func duplicates(
        of columns: [String], where predicate: IndexPredicate?, in snapshot: TableSnapshot
    ) throws -> MigrationError? {
        var columns = columns
        var filter: [String] = []
        switch predicate {
        case .isNull(let column):
            if snapshot.shape.column(column) != nil { filter.append("\(dialect.quote(column)) IS NULL") }
        case .isNotNull(let column):
            // Without the column there is no such row yet.
            guard snapshot.shape.column(column) != nil else { return nil }
            filter.append("\(dialect.quote(column)) IS NOT NULL")
        case .other, nil: break
        }
        columns.removeAll { snapshot.shape.column($0) == nil }
        guard !columns.isEmpty else { return nil }
        let table = dialect.table(snapshot.name)
        let list = dialect.list(columns)
        let condition = filter.isEmpty ? "" : " WHERE \(filter.joined(separator: " AND "))"
        let groups = "SELECT \(list) FROM \(table)\(condition) GROUP BY \(list) HAVING COUNT(*) > 1"
        let count = try connection.value("SELECT COUNT(*) FROM (\(groups)) AS duplicates")?.int ?? 0
        var nulls: Int64 = 0
        if predicate == nil {
            let isNull = columns.map { "\(dialect.quote($0)) IS NULL" }.joined(separator: " OR ")
            nulls = try connection.value("SELECT COUNT(*) FROM \(table) WHERE \(isNull)")?.int ?? 0
        }
        guard count > 0 || nulls > 0 else { return nil }
        let key = snapshot.shape.primaryKey.first ?? columns[0]
        let match = columns.map { "t.\(dialect.quote($0)) = d.\(dialect.quote($0))" }.joined(separator: " AND ")
        let outer = filter.isEmpty ? "" : " WHERE " + filter.map { "t.\($0)" }.joined(separator: " AND ")
        let rows = try connection.rows(
            SQLStatement(
                "SELECT t.\(dialect.quote(key)) FROM \(table) t JOIN (\(groups)) d ON \(match)\(outer) "
                    + "ORDER BY \(columns.map { "t.\(dialect.quote($0))" }.joined(separator: ", ")), t.\(dialect.quote(key)) "
                    + "LIMIT 100"))
        let names = columns.joined(separator: ", ")
        let what =
            nulls > 0
            ? "\(count) duplicate and \(nulls) missing values of \(names)" : "\(count) duplicate values of \(names)"
        return MigrationError(
            .duplicateValues, "\(snapshot.name) has \(what), which must be unique",
            remedy: "rename or delete the rows listed (column \(key)), then run the same command again",
            rows: rows.compactMap { $0.first?.keyText })
    }

    private func ownedRows(in snapshot: TableSnapshot) throws -> MigrationError? {
        guard snapshot.shape.column("user_id") != nil else { return nil }
        let filter = "FROM \(dialect.table(snapshot.name)) WHERE user_id IS NOT NULL AND user_id <> ''"
        let count = try connection.value("SELECT COUNT(*) \(filter)")?.int ?? 0
        guard count > 0 else { return nil }
        let rows = try connection.rows(SQLStatement("SELECT id \(filter) ORDER BY id LIMIT 100"))
        return MigrationError(
            .ownedRows, "\(snapshot.name) has \(count) rows that belong to users; the older schema has one row per day",
            remedy: "delete the owned rows listed (Agno recalculates metrics), then run the same command again",
            rows: rows.compactMap { $0.first?.keyText })
    }

    /// Why a change of type cannot run on these rows: values that the new type does not take; nil if it takes all.
    ///
    /// The server itself is asked, row by row, for those that look doubtful.
    func unstorable(_ changes: [SchemaChange], type: TableType) throws -> MigrationError? {
        guard let snapshot = snapshots[type] else { return nil }
        var columns: [String] = []
        var rows: [String] = []
        var key = ""
        var count = 0
        for change in changes {
            guard case .changeType(let column, _, _) = change,
                let probe = dialect.conversionProbe(change, of: snapshot)
            else { continue }
            key = probe.key
            for candidate in try connection.rows(probe.candidates).compactMap(\.first) {
                guard try isRefused(SQLStatement(probe.attempt, [candidate])) else { continue }
                count += 1
                if !columns.contains(column) { columns.append(column) }
                if rows.count < 100, !rows.contains(candidate.keyText) { rows.append(candidate.keyText) }
            }
        }
        guard count > 0 else { return nil }
        return MigrationError(
            .notStorable,
            "\(snapshot.name) has \(count) values in \(columns.joined(separator: ", ")) that the server's JSON type refuses, "
                + "such as \\u0000 or half a surrogate pair",
            remedy: "take those characters out of the rows listed (column \(key)), then run the same command again",
            rows: rows)
    }

    /// Whether the server has no place for what a query computes. To be asked outside of a transaction, which a refusal
    /// would make unusable.
    private func isRefused(_ statement: SQLStatement) throws -> Bool {
        do {
            _ = try connection.rows(statement)
            return false
        } catch let error as DatabaseError where error.condition == .notStorable {
            return true
        }
    }

    // MARK: Losses

    /// What a step down would destroy.
    func losses(of step: Planner.StepWork, type: TableType) throws -> [DataLoss] {
        guard step.direction == .down, let migration = Migration.all.first(where: { $0.version == step.version }) else {
            return []
        }
        let ups = migration.steps(for: type, traits: context.traits).compactMap(\.change)
        var losses: [DataLoss] = []
        for change in step.pendingChanges {
            switch change {
            case .dropColumn(let column):
                var fill = ColumnFill.none
                for case .addColumn(column, let declared) in ups { fill = declared }
                if let loss = try loss(of: column.name, fill: fill, type: type) { losses.append(loss) }
            case .dropTable(let other): losses += try runsLosses(other)
            default: break
            }
        }
        return losses
    }

    /// Values that the way up would not make again.
    private func loss(of column: String, fill: ColumnFill, type: TableType) throws -> DataLoss? {
        guard let snapshot = snapshots[type], snapshot.shape.column(column) != nil else { return nil }
        let quoted = dialect.quote(column)
        var filter = "\(quoted) IS NOT NULL"
        var bindings: [SQLValue] = []
        switch fill {
        case .none: break
        case .constant(let text):
            filter += " AND \(quoted) <> \(dialect.placeholder(1))"
            bindings = [.text(text)]
        case .copied(let source) where snapshot.shape.column(source) != nil:
            let other = dialect.quote(source)
            filter += " AND (\(other) IS NULL OR \(quoted) <> \(other))"
        case .copied: break
        }
        let sql = "SELECT COUNT(*) FROM \(dialect.table(snapshot.name)) WHERE \(filter)"
        let count = try connection.value(sql, bindings)?.int ?? 0
        return count == 0 ? nil : DataLoss(table: snapshot.name, what: "values of \(column)", rows: count)
    }

    /// What the sessions' run lists have no place for.
    private func runsLosses(_ type: TableType) throws -> [DataLoss] {
        guard type == .runs, let runs = snapshots[.runs], let sessions = snapshots[.sessions] else { return [] }
        let (r, s) = (dialect.table(runs.name), dialect.table(sessions.name))
        var losses: [DataLoss] = []
        let orphans =
            try connection.value(
                "SELECT COUNT(*) FROM \(r) r WHERE NOT EXISTS (SELECT 1 FROM \(s) s WHERE s.session_id = r.session_id)")?
            .int ?? 0
        if orphans > 0 { losses.append(DataLoss(table: runs.name, what: "runs without a session", rows: orphans)) }
        if sessions.shape.column("user_id") != nil {
            let owners =
                try connection.value(
                    "SELECT COUNT(*) FROM \(r) r JOIN \(s) s ON s.session_id = r.session_id "
                        + "WHERE r.user_id IS NOT NULL AND (s.user_id IS NULL OR r.user_id <> s.user_id)")?.int ?? 0
            if owners > 0 {
                losses.append(DataLoss(table: runs.name, what: "owners of runs unlike their session's", rows: owners))
            }
        }
        if let loss = try runTimesLoss(runs, sessions) { losses.append(loss) }
        let declared = Set(TableDefinition.baseline(.runs, for: context.traits).columns.map(\.name))
        for column in runs.shape.columns where !declared.contains(column.name) {
            let count =
                try connection.value("SELECT COUNT(*) FROM \(r) WHERE \(dialect.quote(column.name)) IS NOT NULL")?.int
                ?? 0
            if count > 0 { losses.append(DataLoss(table: runs.name, what: "values of \(column.name)", rows: count)) }
        }
        return losses
    }

    /// When runs were changed last, unless that is only the time of the move.
    private func runTimesLoss(_ runs: TableSnapshot, _ sessions: TableSnapshot) throws -> DataLoss? {
        guard runs.shape.column("updated_at") != nil else { return nil }
        var filter = "r.updated_at IS NOT NULL"
        var bindings: [SQLValue] = []
        if try Markers.exist(connection) {
            filter +=
                " AND NOT EXISTS (SELECT 1 FROM \(dialect.table(Markers.table)) m WHERE m.table_name = "
                + "\(dialect.placeholder(1)) AND m.row_key = r.session_id AND m.moved_at = r.updated_at)"
            bindings = [.text(sessions.name)]
        }
        let sql = "SELECT COUNT(*) FROM \(dialect.table(runs.name)) r WHERE \(filter)"
        let count = try connection.value(sql, bindings)?.int ?? 0
        return count == 0 ? nil : DataLoss(table: runs.name, what: "times of the last change of runs", rows: count)
    }
}
