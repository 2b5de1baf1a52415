import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Counts the values that a step down would destroy.
struct Losses {
    let connection: any DatabaseConnection
    let context: SchemaContext
    let snapshots: [TableType: TableSnapshot]

    private var dialect: any Dialect { connection.dialect }

    /// The losses of one step.
    func losses(of step: StepWork, type: TableType) throws -> [DataLoss] {
        guard step.direction == .down, let migration = context.history.migration(to: step.version) else {
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
            case .createTable, .addColumn, .retireColumn, .restoreColumn, .changeType, .addIndex, .dropIndex,
                .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair:
                break
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
