import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Values or rows of a table that an older schema has no place for, and how they are known again.
package struct Displacement {
    /// The column whose values are displaced, while the rows stay; nil: whole rows.
    var column: String?
    /// The table, under the name that it has now.
    var snapshot: TableSnapshot
    /// The name by which the table is known.
    var table: String
    /// What is displaced, in words: `values of feedback`.
    var what: String
    /// The column whose value tells a row from all others.
    var key: String
    /// The condition that selects them, on the table as `t`.
    var condition: String

    /// The columns whose values are parked.
    var columns: [String] { column.map { [$0] } ?? snapshot.writableColumns }

    /// How many rows each is about.
    static func counts(_ displaced: [Displacement], on connection: any DatabaseConnection) throws -> [Int64] {
        let dialect = connection.dialect
        let isOneTable = Set(displaced.map(\.snapshot.name)).count == 1
        guard dialect.asksRowByRow, isOneTable, displaced.count > 1 else {
            return try displaced.map {
                try connection.value("SELECT COUNT(*) FROM \(dialect.table($0.snapshot.name)) t WHERE \($0.condition)")?
                    .int ?? 0
            }
        }
        let counts = displaced.map { "COUNT(CASE WHEN \($0.condition) THEN 1 END)" }.joined(separator: ", ")
        let row = try connection.rows(
            SQLStatement("SELECT \(counts) FROM \(dialect.table(displaced[0].snapshot.name)) t"))
        return row.first?.map { $0.int ?? 0 } ?? displaced.map { _ in 0 }
    }

    /// Why the values cannot be parked; nil if they can.
    func obstacle(_ connection: any DatabaseConnection) throws -> String? {
        let dialect = connection.dialect
        for name in columns + [key] {
            guard let column = snapshot.shape.column(name) else { return "the table has no column \(name)" }
            guard dialect.parkedText(of: dialect.quote(name), type: column.type) != nil else {
                return "no text holds a value of \(name), which is \(column.type)"
            }
        }
        let (name, quotedKey) = (dialect.quote(key), "t.\(dialect.quote(key))")
        let keyText = dialect.parkedText(of: quotedKey, type: snapshot.shape.column(key)?.type ?? "") ?? quotedKey
        let isOther = try connection.value(
            "SELECT 1 FROM \(dialect.table(snapshot.name)) t WHERE (\(condition)) AND \(quotedKey) IS NOT NULL "
                + "AND NOT (\(dialect.isParked(keyText, of: quotedKey))) LIMIT 1")
        guard isOther == nil else { return "values of \(key) are not texts" }
        if snapshot.shape.primaryKey == [key], snapshot.shape.column(key)?.isNullable == false { return nil }
        let (quoted, table) = (quotedKey, dialect.table(snapshot.name))
        let shared = "SELECT o.\(name) FROM \(table) o GROUP BY o.\(name) HAVING COUNT(*) > 1"
        let isKnown = try connection.value(
            "SELECT 1 FROM \(table) t WHERE (\(condition)) AND (\(quoted) IS NULL OR \(quoted) IN (\(shared))) LIMIT 1")
        return isKnown == nil ? nil : "no value of \(key) tells these rows apart"
    }
}

/// A place that parked values of a column go back to.
package struct Vacancy {
    /// The table, under the name that it has now.
    var snapshot: TableSnapshot
    /// The name by which the table is known.
    var table: String
    var column: String
    /// The column by which the table's rows are known.
    var key: String
    /// The condition that a row has nothing there but what a migration put there, on the table as `t`.
    var condition: String
}

extension TableSnapshot {
    /// The columns that can be written.
    var writableColumns: [String] { shape.columns.map(\.name).filter { !generatedColumns.contains($0) } }

    /// The column by which rows of a type's table are known: its primary key, or the one that Agno declares.
    func rowKey(of type: TableType, _ traits: DatabaseTraits) -> String? {
        if shape.primaryKey.count == 1 { return shape.primaryKey[0] }
        return TableDefinition.baseline(type, for: traits).primaryKey.first { shape.column($0) != nil }
    }
}

/// What a step down has no place for.
struct StepDisplacements {
    let context: SchemaContext
    let movers: RowMovers
    let snapshots: [TableType: TableSnapshot]

    /// The values that the step drops with their columns, and what its moves have no place for.
    func displaced(by step: StepWork, type: TableType, _ connection: any DatabaseConnection) throws -> [Displacement] {
        guard step.direction == .down else { return [] }
        let scope = MoveScope(
            connection: connection, snapshots: snapshots, names: context.names, direction: step.direction)
        let values = values(droppedBy: step.pendingChanges, at: step.version, type: type, connection.dialect)
        let moved = try step.moves.flatMap { try movers[$0].displaced(scope, since: nil) }
        // Rows that go as a whole take their values along.
        return values.filter { value in !moved.contains { $0.column == nil && $0.table == value.table } } + moved
    }

    /// The values of columns that changes drop.
    func values(
        droppedBy changes: [SchemaChange], at version: SchemaVersion, type: TableType, _ dialect: any Dialect
    ) -> [Displacement] {
        guard let snapshot = snapshots[type], let key = snapshot.rowKey(of: type, context.traits) else { return [] }
        let steps = context.history.migration(to: version)?.steps(for: type, traits: context.traits) ?? []
        return changes.compactMap { change in
            guard case .dropColumn(let column) = change, snapshot.shape.column(column.name) != nil else { return nil }
            let quoted = "t.\(dialect.quote(column.name))"
            var condition = "\(quoted) IS NOT NULL"
            // What is copied from another column may be another value by the time of the next way up.
            for case .change(.addColumn(column, .constant(let text))) in steps {
                condition += " AND \(quoted) <> \(dialect.literal(text))"
            }
            return Displacement(
                column: column.name, snapshot: snapshot, table: context.names[type],
                what: "values of \(column.name)", key: key, condition: condition)
        }
    }
}
