package import AgnoSchema

// What depends on a table and is in the way of a change.
extension SQLiteDialect {
    package func obstacles(
        to changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext
    ) -> [Obstacle] {
        let isOwn = { (child: String) in
            TableType.allCases.contains { context.names[$0].foldingASCII == child.foldingASCII }
        }
        var found: [Obstacle] = []
        for change in changes {
            switch change {
            case .dropColumn(let column):
                found += needing(column.name, of: snapshot, besides: changes, in: context)
            case .dropTable(let type):
                if let dropped = all[type] { found += needing(dropped, type, isOwn: isOwn) }
            case .replaceUniqueKey(let old?, _):
                let keys = snapshot.incomingKeys.filter { Set($0.parentColumns) == Set(old.columns) }
                found += keys.map { blocked(by: $0, "the step drops the key that it refers to") }
            case .createTable, .addColumn, .retireColumn, .restoreColumn, .changeType, .addIndex, .dropIndex,
                .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair:
                break
            }
        }
        guard changes.contains(where: { needsRebuild($0, of: snapshot) }) else { return found }
        let blocking = Set(found.map(\.object))
        return found
            + snapshot.dependents.filter { $0.kind == .trigger && isOn(snapshot, $0) && !blocking.contains($0) }
            .map { Obstacle($0, .restored) }
    }

    /// What needs a column that goes.
    private func needing(
        _ column: String, of snapshot: TableSnapshot, besides changes: [SchemaChange], in context: SchemaContext
    ) -> [Obstacle] {
        let reason = "it needs the column \(column), which the step removes"
        let objects = snapshot.dependents.filter { object in
            guard object.columns.contains(column) else { return false }
            switch object.kind {
            case .index: return !isDropped(object.name, of: snapshot, by: changes)
            case .uniqueKey: return !isReplaced(object.columns, by: changes)
            default: return true
            }
        }
        let keys = snapshot.incomingKeys.filter { $0.parentColumns.contains(column) }
        return objects.map { Obstacle($0, .blocks(because: reason)) } + keys.map { blocked(by: $0, reason) }
    }

    /// What needs a table that goes; the columns and constraints of its own go with it.
    private func needing(_ dropped: TableSnapshot, _ type: TableType, isOwn: (String) -> Bool) -> [Obstacle] {
        let declared = TableDefinition.baseline(type, for: traits).indexes
        let objects = dropped.dependents.filter { object in
            switch object.kind {
            case .trigger, .view, .virtualTable: return true
            case .index:
                let index = dropped.shape.indexes.first { $0.name == object.name }?.index
                return !declared.contains { index?.covers($0) ?? false }
            default: return false
            }
        }
        let keys = dropped.incomingKeys.filter { !isOwn($0.child) }
        let reason = "it needs the table \(dropped.name), which the step drops"
        return objects.map { Obstacle($0, .blocks(because: reason)) } + keys.map { blocked(by: $0, reason) }
    }

    private func blocked(by key: IncomingKey, _ reason: String) -> Obstacle {
        let object = DependentObject(
            kind: .foreignKey, name: "\(key.child) (\(key.columns.joined(separator: ", ")))", sql: "",
            columns: Set(key.parentColumns))
        return Obstacle(object, .blocks(because: reason))
    }

    /// Whether an index is one of Agno's that the same step drops.
    private func isDropped(_ name: String, of snapshot: TableSnapshot, by changes: [SchemaChange]) -> Bool {
        guard let index = snapshot.shape.indexes.first(where: { $0.name == name })?.index else { return false }
        return changes.contains { if case .dropIndex(let dropped) = $0 { index.covers(dropped) } else { false } }
    }

    private func isReplaced(_ columns: Set<String>, by changes: [SchemaChange]) -> Bool {
        changes.contains { if case .replaceUniqueKey(let old?, _) = $0 { Set(old.columns) == columns } else { false } }
    }

    private func isOn(_ snapshot: TableSnapshot, _ object: DependentObject) -> Bool {
        SQLiteTrigger(name: object.name, sql: object.sql)?.table == snapshot.name.foldingASCII
    }

    // MARK: Triggers that must not fire

    package func suspendedTriggers(of snapshot: TableSnapshot, during write: RowWrite) -> [DependentObject] {
        snapshot.dependents.filter { object in
            guard object.kind == .trigger, let trigger = SQLiteTrigger(name: object.name, sql: object.sql),
                trigger.table == snapshot.name.foldingASCII
            else { return false }
            switch write {
            case .filling(let columns): return trigger.isFired(byUpdateOf: columns)
            // SQLite has to know what a trigger that fires refers to.
            case .moving: return snapshot.unusableTriggers.contains(object.name)
            }
        }
    }
}
