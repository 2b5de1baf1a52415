import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Asks the rows of a table whether a step may run on them.
struct Preconditions {
    let connection: any DatabaseConnection
    let context: SchemaContext
    let snapshots: [TableType: TableSnapshot]
    /// Whether the table of parked values exists.
    var hasParkedValues = false

    private var dialect: any Dialect { connection.dialect }

    /// Why a step cannot run on these rows; nil if it can.
    func refusal(of condition: Precondition, type: TableType) throws -> MigrationError? {
        guard let snapshot = snapshots[type] else { return nil }
        switch condition {
        case .unique(let columns, let predicate):
            return try duplicates(of: columns, where: predicate, in: snapshot, type: type)
        }
    }

    /// Why the rows do not allow the keys that these changes add, or refer to; nil if they do.
    ///
    /// - Parameters:
    ///   - conditions: what the step asks of the rows by itself.
    ///   - displaced: what is parked before the keys are added.
    func keyRefusal(
        of changes: [SchemaChange], beside conditions: [Precondition], type: TableType,
        without displaced: [Displacement] = []
    ) throws -> MigrationError? {
        guard let snapshot = snapshots[type] else { return nil }
        for key in changes.flatMap({ uniqueKeys(neededBy: $0, of: type) }) {
            let isAsked = conditions.contains { if case .unique(key.columns, _) = $0 { true } else { false } }
            let isKept =
                snapshot.shape.primaryKey == key.columns
                && key.columns.allSatisfy { snapshot.shape.column($0)?.isNullable == false }
            if isAsked || isKept { continue }
            if let reason = try duplicates(
                of: key.columns, where: key.predicate, in: snapshot, type: type, without: displaced)
            {
                return reason
            }
        }
        return nil
    }

    /// The columns that have to be unique, and among which rows.
    private func uniqueKeys(
        neededBy change: SchemaChange, of type: TableType
    ) -> [(columns: [String], predicate: IndexPredicate?)] {
        switch change {
        case .replaceUniqueKey(_, let key?), .dropPrimaryKey(_, let key?): [(key.columns, nil)]
        case .addPrimaryKey(let columns, _): [(columns, nil)]
        case .addIndex(let index): index.isUnique ? [(index.columns, index.predicate)] : []
        case .createTable(let other):
            TableDefinition.baseline(other, for: context.traits).foreignKeys.filter { $0.parent == type }.map {
                ($0.parentColumns, nil)
            }
        case .dropTable, .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType, .dropIndex,
            .replaceUniqueKey(_, nil), .dropPrimaryKey(_, nil), .repair:
            []
        }
    }

    /// Why the rows do not allow a repair; nil if they do.
    func reason(against repair: SchemaChange, type: TableType) throws -> String? {
        guard let snapshot = snapshots[type] else { return nil }
        switch repair {
        case .repair(.requireValue(let column)):
            let filter = "\(dialect.quote(column.name)) IS NULL"
            return try rows(of: snapshot.name, where: filter).map { "\($0) rows have no \(column.name)" }
        case .repair(.addForeignKey(let key)):
            guard let parent = snapshots[key.parent] else { return "\(context.names[key.parent]) does not exist" }
            let match = zip(key.columns, key.parentColumns).map {
                "p.\(dialect.quote($1)) = \(dialect.table(snapshot.name)).\(dialect.quote($0))"
            }.joined(separator: " AND ")
            let filter =
                "\(dialect.quote(key.columns[0])) IS NOT NULL AND NOT EXISTS "
                + "(SELECT 1 FROM \(dialect.table(parent.name)) p WHERE \(match))"
            return try rows(of: snapshot.name, where: filter).map { "\($0) rows refer to no row of \(parent.name)" }
        case .repair(.bindToRuns(let table)):
            // The step that creates the runs table fills it as well.
            guard let runs = snapshots[.runs] else { return nil }
            let filter =
                "run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM \(dialect.table(runs.name)) r "
                + "WHERE r.run_id = \(dialect.table(table)).run_id)"
            return try rows(of: table, where: filter).map { "\($0) rows of \(table) refer to no row of \(runs.name)" }
        case .repair(.retype):
            // It is no reason to refuse the table.
            return dialect.obstacles(to: [repair], of: snapshot, among: snapshots, in: context).lazy.compactMap {
                if case .blocks(let why) = $0.handling {
                    "\($0.object.kind.rawValue) \($0.object.name): \(why)"
                } else {
                    nil
                }
            }.first
        case .addPrimaryKey(let columns, _):
            let key = snapshot.shape.primaryKey
            guard key.isEmpty else { return "the table's primary key is (\(key.joined(separator: ", ")))" }
            return try duplicates(of: columns, where: nil, in: snapshot, type: type)?.message
        case .replaceUniqueKey(_, let key?):
            return try duplicates(of: key.columns, where: nil, in: snapshot, type: type)?.message
        case .addIndex(let index):
            guard index.isUnique else { return nil }
            return try duplicates(of: index.columns, where: index.predicate, in: snapshot, type: type)?.message
        case .createTable, .dropTable, .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType, .dropIndex,
            .replaceUniqueKey, .dropPrimaryKey, .repair(.dropLeftovers):
            return nil
        }
    }

    /// How many rows a condition selects; nil if none.
    private func rows(of table: String, where filter: String) throws -> Int64? {
        let count = try connection.value("SELECT COUNT(*) FROM \(dialect.table(table)) WHERE \(filter)")?.int
        return count == 0 ? nil : count
    }

    /// Why the rows of a type's tables cannot be counted; nil if the role sees all of them.
    func hiddenRows(of type: TableType) -> MigrationError? {
        let tables = type == .sessions ? [snapshots[type], snapshots[.runs]] : [snapshots[type]]
        guard let hidden = tables.compactMap({ $0 }).first(where: \.hidesRows) else { return nil }
        let policies = (hidden.attributes?.policies ?? []).map(\.name).joined(separator: ", ")
        return MigrationError(
            .rowSecurity,
            "row level security of \(hidden.name) hides rows from the role"
                + (policies.isEmpty ? " (it has no policy)" : " (policies: \(policies))"),
            remedy: (hidden.attributes?.hiddenRowsRemedy ?? "") + ". Nothing was changed")
    }

    private func duplicates(
        of declared: [String], where predicate: IndexPredicate?, in snapshot: TableSnapshot, type: TableType,
        without displaced: [Displacement] = []
    ) throws -> MigrationError? {
        let columns = declared.filter { snapshot.shape.column($0) != nil }
        guard !columns.isEmpty, let limits = filter(for: predicate, in: snapshot, of: type) else { return nil }
        let stays = displaced.filter { $0.column == nil && $0.snapshot.name == snapshot.name }
            .map { "NOT (\($0.condition))" }
        let filter = ([limits] + stays).filter { !$0.isEmpty }.joined(separator: " AND ")
        let table = dialect.table(snapshot.name)
        let list = dialect.list(columns)
        let condition = filter.isEmpty ? "" : " WHERE \(filter)"
        let groups = "SELECT \(list) FROM \(table) t\(condition) GROUP BY \(list) HAVING COUNT(*) > 1"
        let count = try connection.value("SELECT COUNT(*) FROM (\(groups)) AS duplicates")?.int ?? 0
        var nulls: Int64 = 0
        // Only of columns that may be NULL: some servers take a date of zeros for NULL where it must not be.
        let nullable = columns.filter { snapshot.shape.column($0)?.isNullable ?? false }
        if predicate == nil, !nullable.isEmpty {
            let isNull = nullable.map { "\(dialect.quote($0)) IS NULL" }.joined(separator: " OR ")
            nulls = try connection.value("SELECT COUNT(*) FROM \(table) WHERE \(isNull)")?.int ?? 0
        }
        guard count > 0 || nulls > 0 else { return nil }
        let key = snapshot.shape.primaryKey.first ?? columns[0]
        let match = columns.map { "t.\(dialect.quote($0)) = d.\(dialect.quote($0))" }.joined(separator: " AND ")
        let outer = filter.isEmpty ? "" : " WHERE \(filter)"
        let order = (columns + [key]).map { "t.\(dialect.quote($0))" }.joined(separator: ", ")
        let rows = try connection.rows(
            SQLStatement(
                "SELECT t.\(dialect.quote(key)) FROM \(table) t JOIN (\(groups)) d ON \(match)\(outer) "
                    + "ORDER BY \(order) LIMIT 100"))
        let names = columns.joined(separator: ", ")
        let missing = nulls > 0 ? " and \(nulls) missing" : ""
        return MigrationError(
            .duplicateValues,
            "\(snapshot.name) has \(count) duplicate\(missing) values of \(names), which must be unique",
            remedy: "rename or delete the rows listed (column \(key)), then run the same command again",
            rows: rows.compactMap { $0.first?.keyText })
    }

    /// The condition of a partial index on the table as `t`, empty for all rows; nil if its column does not exist, so that no
    /// row can match.
    private func filter(for predicate: IndexPredicate?, in snapshot: TableSnapshot, of type: TableType) -> String? {
        switch predicate {
        case .isNull(let column):
            snapshot.shape.column(column) == nil
                ? hasNoParkedValue(of: column, in: snapshot, of: type) : "t.\(dialect.quote(column)) IS NULL"
        case .isNotNull(let column):
            snapshot.shape.column(column) == nil ? nil : "t.\(dialect.quote(column)) IS NOT NULL"
        case .other, nil: ""
        }
    }

    /// The condition that a row gets no value when the column is there; empty for all rows.
    private func hasNoParkedValue(of column: String, in snapshot: TableSnapshot, of type: TableType) -> String {
        guard hasParkedValues, let key = snapshot.rowKey(of: type, context.traits) else { return "" }
        return
            "NOT EXISTS (SELECT 1 FROM \(ParkedValues(connection).entry(of: context.names[type], column, .value, "t.\(dialect.quote(key))")))"
    }

    /// Why a change of type cannot run on these rows: values that the new type does not take; nil if it takes all.
    ///
    /// The server itself is asked, row by row, for those that look doubtful.
    func unstorable(_ changes: [SchemaChange], type: TableType) throws -> MigrationError? {
        guard let snapshot = snapshots[type] else { return nil }
        var columns: [String] = []
        var rows: [String] = []
        var key = ""
        var cause = ""
        var count = 0
        for change in changes {
            guard case .changeType(let column, _, _) = change,
                let probe = dialect.conversionProbe(change, of: snapshot)
            else { continue }
            (key, cause) = (probe.key, probe.cause)
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
            "\(snapshot.name) has \(count) values in \(columns.joined(separator: ", ")) that the server's JSON type refuses"
                + (cause.isEmpty
                    ? ", such as \\u0000, half a surrogate pair or a number with too many digits" : ": \(cause)"),
            remedy: (cause.isEmpty ? "" : "copy the tables to a database with the encoding UTF8, or ")
                + "take those characters and numbers out of the rows listed (column \(key)), then run the same command again",
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
}
