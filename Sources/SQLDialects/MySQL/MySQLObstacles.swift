package import AgnoSchema

// Finds what changes of a table have to deal with.
extension MySQLFamilyDialect {
    package func obstacles(
        to changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext
    ) -> [Obstacle] {
        guard hasForeignKeys else { return [] }
        let finder = MySQLObstacles(dialect: self, changes: changes, snapshot: snapshot, all: all, context: context)
        return finder.found
    }
}

/// What depends on a table and is in the way of a group of changes. Nothing can be dropped and recreated within the
/// transaction of a step, since each change of structure commits: the table is refused, except for foreign keys, which are
/// recreated right after the key that they need.
private struct MySQLObstacles {
    let dialect: any MySQLFamilyDialect
    let changes: [SchemaChange]
    let snapshot: TableSnapshot
    let all: [TableType: TableSnapshot]
    let context: SchemaContext

    var found: [Obstacle] {
        var result: [Obstacle] = storage
        for change in changes {
            switch change {
            case .dropColumn(let column): result += users(ofColumn: column.name)
            case .dropTable(let type): result += users(ofTable: type)
            case .createTable(let type): result += takenNames(type)
            case .addColumn(let column, let fill): result += fillTriggers(column.name, fill)
            case .addPrimaryKey, .dropPrimaryKey: result += movedKeys(snapshot.shape.primaryKey, isReplaced: true)
            case .replaceUniqueKey(let old, _): result += movedKeys(old?.columns ?? [], isReplaced: false)
            case .retireColumn, .restoreColumn, .changeType, .addIndex, .dropIndex, .repair: break
            }
        }
        return result
    }

    private func dependents(_ kind: DependentObject.Kind) -> [DependentObject] {
        snapshot.dependents.filter { $0.kind == kind }
    }

    /// Engines, partitions and histories that a change cannot deal with.
    private var storage: [Obstacle] {
        let makesTable = changes.contains { if case .createTable = $0 { true } else { false } }
        let changesKeys = changes.contains {
            switch $0 {
            case .addPrimaryKey, .dropPrimaryKey, .replaceUniqueKey: true
            case .createTable, .dropTable, .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType,
                .addIndex, .dropIndex, .repair:
                false
            }
        }
        let changesTable = changes.contains { !$0.isAboutAnotherTable }
        return (dependents(.storage) + dependents(.partition)).compactMap { object in
            if object.kind == .partition {
                guard makesTable || changesKeys else { return nil }
                return Obstacle(
                    object,
                    .blocks(
                        because: "no foreign key can refer to a partitioned table, and every unique key of it "
                            + "has to contain the columns that it is partitioned by"))
            }
            if object.name.hasPrefix("engine") {
                // Columns are added and filled without a transaction as well: what was filled is not filled again.
                guard makesTable || changesKeys else { return nil }
                return Obstacle(
                    object,
                    .blocks(because: "the engine has neither transactions nor foreign keys, which the step needs"))
            }
            guard changesTable else { return nil }
            return Obstacle(
                object,
                .blocks(
                    because: "the server does not change a table that keeps its history; dropping the "
                        + "versioning deletes the history, so save it before"))
        }
    }

    /// What needs a column that goes.
    private func users(ofColumn column: String) -> [Obstacle] {
        let kinds: [DependentObject.Kind] = [.view, .trigger, .generatedColumn, .check, .index]
        let objects = snapshot.dependents.filter { kinds.contains($0.kind) && $0.columns.contains(column) }
        let keys = snapshot.incomingKeys.filter { $0.parentColumns.contains(column) }.map(object)
        return (objects + keys + indexes(on: column) + outgoingKeys(on: column)).map {
            Obstacle($0, .blocks(because: "it needs the column \(column), which the step drops"))
        }
    }

    /// Indexes of the owner: the server would take the column out of them, or take them away.
    private func indexes(on column: String) -> [DependentObject] {
        let gone = changes.compactMap { change -> Index? in
            if case .dropIndex(let index) = change { index } else { nil }
        }
        let oldKeys = changes.compactMap { change -> Set<String>? in
            if case .replaceUniqueKey(let old, _) = change { old.map { Set($0.columns) } } else { nil }
        }
        // Of a full-text index or a key over beginnings, too.
        func need(_ columns: [String]) -> Bool { columns.contains { $0 == column || $0.hasSuffix(" of \(column)>") } }
        let indexes = snapshot.shape.indexes.filter { named in
            need(named.index.columns) && !gone.contains { named.index.covers($0) }
        }
        let keys = snapshot.shape.uniqueKeys.filter { need($0.columns) && !oldKeys.contains(Set($0.columns)) }
        let primary = isPrimaryKeyReplaced || !need(snapshot.shape.primaryKey) ? [] : ["PRIMARY"]
        let table = dialect.table(snapshot.name)
        return (indexes.map(\.name) + keys.compactMap(\.name) + primary).map { name in
            DependentObject(
                kind: .index, name: name, sql: "", columns: [column],
                removal: [SQLStatement("DROP INDEX \(dialect.quote(name)) ON \(table)")],
                restoration: [snapshot.indexTexts[name]].compactMap { $0.map { SQLStatement($0) } })
        }
    }

    private var isPrimaryKeyReplaced: Bool {
        changes.contains {
            switch $0 {
            case .addPrimaryKey, .dropPrimaryKey: true
            case .createTable, .dropTable, .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType,
                .addIndex, .dropIndex, .replaceUniqueKey, .repair:
                false
            }
        }
    }

    /// Foreign keys of the table itself, which Agno does not declare for such a column.
    private func outgoingKeys(on column: String) -> [DependentObject] {
        snapshot.shape.references.filter { $0.columns.contains(column) }.map {
            DependentObject(
                kind: .foreignKey, name: "\(snapshot.name) (\($0.columns.joined(separator: ", "))) to \($0.parent)",
                sql: "",
                columns: Set($0.columns))
        }
    }

    private func object(_ key: IncomingKey) -> DependentObject {
        DependentObject(
            kind: .foreignKey, name: "\(key.child).\(key.name)", sql: key.create.sql, columns: Set(key.parentColumns),
            removal: [key.drop], restoration: [key.create])
    }

    /// What goes with a table that is dropped, and the triggers that writing its rows back would fire.
    private func users(ofTable type: TableType) -> [Obstacle] {
        guard let table = all[type] else { return [] }
        let keys = table.incomingKeys.map {
            Obstacle(object($0), .blocks(because: "it refers to \(table.name), which the step drops"))
        }
        let kinds: [DependentObject.Kind] = [.view, .trigger, .generatedColumn, .check]
        let objects = table.dependents.filter { kinds.contains($0.kind) }.map {
            Obstacle($0, .blocks(because: "it depends on \(table.name), which the step drops"))
        }
        return keys + objects
            + updateTriggers.map {
                Obstacle(
                    $0, .blocks(because: "the step writes run lists back into \(snapshot.name), which would fire it"))
            }
    }

    private var updateTriggers: [DependentObject] { dependents(.trigger).filter { $0.sql.uppercased() == "UPDATE" } }

    /// A column that exists without values is filled by an update; a new one is filled by its default.
    private func fillTriggers(_ column: String, _ fill: ColumnFill) -> [Obstacle] {
        guard fill != .none else { return [] }
        if let found = snapshot.shape.column(column) {
            guard found.isNullable else { return [] }
        } else if case .constant = fill {
            return []
        } else if dialect.server.hasExpressionDefaults {
            return []
        }
        return updateTriggers.map {
            Obstacle($0, .blocks(because: "the step fills the column \(column) of existing rows, which would fire it"))
        }
    }

    /// Foreign keys that refer to a key that is dropped. They are recreated where the next key begins with the same columns.
    private func movedKeys(_ columns: [String], isReplaced: Bool) -> [Obstacle] {
        let runs = dialect.folded(context.names[.runs])
        return snapshot.incomingKeys.filter {
            !columns.isEmpty && Set($0.parentColumns) == Set(columns) && dialect.folded($0.child) != runs
        }.map {
            isReplaced
                ? Obstacle(object($0), .restored)
                : Obstacle(
                    object($0),
                    .blocks(because: "it refers to the key on \(columns.joined(separator: ", ")), which the step drops")
                )
        }
    }

    private func takenNames(_ type: TableType) -> [Obstacle] {
        let name = context.names[type]
        return dependents(.view).filter { dialect.folded($0.name) == dialect.folded(name) && $0.sql.isEmpty }.map {
            Obstacle($0, .blocks(because: "it has the name of the table that the step creates"))
        }
    }
}
