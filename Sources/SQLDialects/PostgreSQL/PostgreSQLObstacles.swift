package import AgnoSchema

// What hangs on a table, and what a step does with it.
extension PostgreSQLDialect {
    /// The server refuses to change a column that a view, a rule, a policy, a trigger, a publication, a function or a generated
    /// column reads, keeps what it can keep of indexes, checks and statistics, and drops the rest of these in silence.
    package func obstacles(
        to changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext
    ) -> [Obstacle] {
        PostgreSQLObstacles(dialect: self, changes: changes, snapshot: snapshot, all: all, context: context).found
    }

    /// The dependent objects that these changes drop and recreate, in the order of recreation.
    func restored(
        by changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext
    ) -> [DependentObject] {
        obstacles(to: changes, of: snapshot, among: all, in: context).filter {
            $0.handling == .restored && $0.object.kind != .foreignKey
        }.map(\.object)
    }
}

private struct PostgreSQLObstacles {
    let dialect: PostgreSQLDialect
    let changes: [SchemaChange]
    let snapshot: TableSnapshot
    let all: [TableType: TableSnapshot]
    let context: SchemaContext

    /// The columns whose type changes, with the new type.
    private var retyped: [String: String] {
        var result: [String: String] = [:]
        for change in changes {
            switch change {
            case .changeType(let name, _, let type), .repair(.retype(let name, let type)):
                result[name] = dialect.traits.typeName(type)
            case .addColumn(let column, _):
                let declared = column.resolved(for: dialect.traits)
                guard let found = snapshot.shape.column(declared.name),
                    !dialect.traits.isEquivalent(found.type, to: declared.type)
                else { continue }
                result[declared.name] = dialect.traits.typeName(declared.type)
            case .createTable, .dropTable, .dropColumn, .retireColumn, .restoreColumn, .addIndex, .dropIndex,
                .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair(.requireValue), .repair(.addForeignKey),
                .repair(.bindToRuns), .repair(.dropLeftovers):
                continue
            }
        }
        return result.filter { snapshot.shape.column($0.key) != nil }
    }

    private var dropped: Set<String> {
        Set(changes.compactMap { if case .dropColumn(let column) = $0 { column.name } else { nil } })
    }

    /// Generated columns that have to be dropped and added again.
    private var renewed: Set<String> {
        let needing = snapshot.dependents.filter {
            $0.kind == .generatedColumn && !$0.columns.isDisjoint(with: retyped.keys)
        }
        return Set(needing.map(\.name)).subtracting(dropped)
    }

    var found: [Obstacle] {
        guard !changes.isEmpty else { return [] }
        let objects = snapshot.dependents.compactMap { object in handling(of: object) }
        // A column comes back before what needs it, and a view comes last.
        let order: [DependentObject.Kind] = [
            .generatedColumn, .check, .index, .statistics, .publication, .policy, .trigger, .rule, .function,
        ]
        let sorted = objects.enumerated().sorted { left, right in
            let ranks = [left, right].map { order.firstIndex(of: $0.element.object.kind) ?? order.count }
            return (ranks[0], left.offset) < (ranks[1], right.offset)
        }
        return rowsElsewhere + sorted.map(\.element) + referrers + changes.flatMap(otherTable)
            + changes.compactMap(unlikeTypes)
    }

    // MARK: Objects of the table

    private func handling(of object: DependentObject) -> Obstacle? {
        let gone = object.columns.intersection(dropped)
        let changed = object.columns.intersection(retyped.keys)
        let again = object.columns.intersection(renewed)
        switch object.kind {
        case .view, .materializedView, .rule, .policy, .trigger, .publication, .function, .generatedColumn:
            if let column = gone.sorted().first {
                return blocked(object, by: column)
            }
            return changed.isEmpty && again.isEmpty ? nil : restored(object, changed)
        case .index, .check, .statistics:
            if let column = gone.sorted().first {
                return isDroppedAnyway(object) ? nil : blocked(object, by: column)
            }
            // What the server keeps by itself stays in its hands.
            guard !changed.isEmpty || !again.isEmpty else { return nil }
            let obstacle = restored(object, changed)
            let isKept =
                again.isEmpty && obstacle.object.restoration == object.restoration
                && !object.restoration.contains { $0.sql.contains(" SET STATISTICS ") }
            return isKept && obstacle.handling == .restored ? nil : obstacle
        case .column:
            return retyped.isEmpty ? nil : Obstacle(object, .blocks(because: object.reason ?? ""))
        case .foreignKey, .uniqueKey:
            return gone.sorted().first.flatMap { isReplaced(object.columns) ? nil : blocked(object, by: $0) }
        case .inheritance, .partition, .virtualTable, .storage, .relation:
            return nil
        }
    }

    private func blocked(_ object: DependentObject, by column: String) -> Obstacle {
        Obstacle(object, .blocks(because: "it needs the column \(column), which the step drops"))
    }

    /// Whether the changes drop the key on these columns by themselves.
    private func isReplaced(_ columns: Set<String>) -> Bool {
        changes.contains {
            switch $0 {
            case .replaceUniqueKey(let key?, _), .addPrimaryKey(_, let key?): Set(key.columns) == columns
            case .dropPrimaryKey(let key, _): Set(key) == columns
            case .createTable, .dropTable, .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType,
                .addIndex, .dropIndex, .replaceUniqueKey(nil, _), .addPrimaryKey(_, nil), .repair:
                false
            }
        }
    }

    /// The object dropped and recreated, with the functions of the new types; or what is in the way of that.
    private func restored(_ object: DependentObject, _ changed: Set<String>) -> Obstacle {
        if let reason = object.reason { return Obstacle(object, .blocks(because: reason)) }
        if object.kind == .generatedColumn, isKeyed(object.name) {
            return Obstacle(object, .blocks(because: "a key needs it"))
        }
        let translation = JSONFunctions(
            retyped: retyped.filter { changed.contains($0.key) },
            kept: Set(snapshot.shape.columns.map(\.name)).subtracting(retyped.keys))
        var result = object
        for (position, statement) in object.restoration.enumerated() where !statement.sql.hasPrefix("COMMENT") {
            guard let sql = translation.translate(statement.sql) else {
                return Obstacle(
                    object, .blocks(because: "it uses functions or operators that the new type of its columns lacks"))
            }
            result.restoration[position].sql = sql
        }
        for column in changed where retyped[column] == "JSON" && isOrdered(column, by: object) {
            return Obstacle(object, .blocks(because: "it orders or compares \(column), which becomes JSON"))
        }
        return Obstacle(result, .restored)
    }

    /// Whether a key or a foreign key contains the column.
    private func isKeyed(_ column: String) -> Bool {
        let shape = snapshot.shape
        return shape.primaryKey.contains(column) || shape.uniqueKeys.contains { $0.columns.contains(column) }
            || shape.references.contains { $0.columns.contains(column) }
    }

    /// An index that the changes drop by themselves.
    private func isDroppedAnyway(_ object: DependentObject) -> Bool {
        let indexes = snapshot.shape.indexes + snapshot.invalidIndexes
        guard let named = indexes.first(where: { $0.name == object.name }) else { return false }
        return changes.contains { if case .dropIndex(let index) = $0 { named.index.covers(index) } else { false } }
    }

    /// Whether an index or statistics orders or compares the column itself, which the server cannot do with JSON.
    private func isOrdered(_ column: String, by object: DependentObject) -> Bool {
        let start: Range<String.Index>?
        switch object.kind {
        case .index: start = object.sql.firstRange(of: /USING [a-z_]+ \(/)
        case .statistics: start = object.sql.firstRange(of: " ON ")
        default: return false
        }
        guard let start else { return false }
        let name = dialect.quote(column)
        return JSONFunctions.arguments(in: object.sql[start.upperBound...]).contains { item in
            let key = item.drop { $0 == " " }.prefix { $0 != " " }
            return key == column || key == name
        }
    }

    // MARK: Rows, keys and other tables

    /// Tables that inherit share rows but no keys, and partitions need their key in every other key.
    private var rowsElsewhere: [Obstacle] {
        let changesKeys = changes.contains {
            switch $0 {
            case .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey: true
            case .createTable, .dropTable, .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType,
                .addIndex, .dropIndex, .repair:
                false
            }
        }
        return snapshot.dependents.filter {
            $0.kind == .inheritance || $0.kind == .partition && changesKeys
        }.map { Obstacle($0, .blocks(because: $0.reason ?? "")) }
    }

    /// Foreign keys of other tables to a key that the step drops: they come back if a key of the same columns takes its place.
    private var referrers: [Obstacle] {
        changes.flatMap { change -> [Obstacle] in
            switch change {
            case .dropColumn(let column):
                snapshot.incomingKeys.filter {
                    $0.parentColumns.contains(column.name) && !isReplaced(Set($0.parentColumns))
                }.map { blocked($0.object, by: column.name) }
            case .addPrimaryKey(let columns, let key): incoming(to: key?.columns, becoming: columns)
            case .dropPrimaryKey(let columns, let key): incoming(to: columns, becoming: key?.columns)
            case .replaceUniqueKey(let old, let new): incoming(to: old?.columns, becoming: new?.columns)
            case .createTable, .dropTable, .addColumn, .retireColumn, .restoreColumn, .changeType, .addIndex,
                .dropIndex, .repair:
                []
            }
        }
    }

    private func incoming(to columns: [String]?, becoming new: [String]?) -> [Obstacle] {
        guard let columns else { return [] }
        return snapshot.incomingKeys.filter {
            Set($0.parentColumns) == Set(columns) && $0.child != context.names[.runs]
        }.map { key in
            if let reason = key.reason { return Obstacle(key.object, .blocks(because: reason)) }
            let isKept = new.map { Set($0) == Set(columns) } ?? false
            return Obstacle(
                key.object,
                isKept
                    ? .restored : .blocks(because: "the key on \(columns.joined(separator: ", ")) that it needs goes"))
        }
    }

    private func otherTable(_ change: SchemaChange) -> [Obstacle] {
        switch change {
        case .createTable(let type):
            let name = context.names[type]
            guard all[type] == nil, snapshot.namesInUse.contains(name) else { return [] }
            let object = DependentObject(kind: .relation, name: name, sql: "")
            return [
                Obstacle(object, .blocks(because: "a view, type or other object has the name of a table to create"))
            ]
        case .dropTable(let type):
            guard let other = all[type] else { return [] }
            let reason = "the step drops the table \(other.name)"
            let objects = other.dependents.filter { object in
                switch object.kind {
                case .view, .materializedView, .rule, .trigger, .publication, .function, .inheritance, .column,
                    .partition:
                    true
                case .policy: !(other.attributes?.policies.contains { $0.name == object.name } ?? false)
                case .index, .statistics, .check, .generatedColumn, .foreignKey, .uniqueKey, .virtualTable, .storage,
                    .relation:
                    false
                }
            }
            return objects.map { Obstacle($0, .blocks(because: reason)) }
                + other.incomingKeys.map { key in
                    Obstacle(
                        key.object,
                        dialect.isCreatedByUp(key, beside: snapshot)
                            ? .dropped(because: "\(reason); up creates it again") : .blocks(because: reason))
                }
        case .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType, .addIndex, .dropIndex,
            .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair:
            return []
        }
    }

    // MARK: Types

    /// Columns that a step compares or copies, and that are of another kind than Agno's.
    private func unlikeTypes(_ change: SchemaChange) -> Obstacle? {
        switch change {
        case .createTable(.runs):
            let wanted = [
                ("session_id", ColumnType.identifier), ("created_at", .bigInteger), ("updated_at", .bigInteger),
            ]
            return wanted.lazy.compactMap { unlike($0, $1) }.first
        case .dropTable(.runs):
            return ["session_id", "user_id"].lazy.compactMap { unlike($0, .identifier) }.first
        case .addColumn(let column, .copied(let source)): return unlike(source, column.type)
        case .createTable, .dropTable, .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType, .addIndex,
            .dropIndex, .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair:
            return nil
        }
    }

    private func unlike(_ name: String, _ type: ColumnType) -> Obstacle? {
        let declared = dialect.traits.typeName(type)
        guard let found = snapshot.shape.column(name)?.type, !PostgreSQLDialect.compares(found, with: declared) else {
            return nil
        }
        let alter = "ALTER TABLE \(dialect.table(snapshot.name)) ALTER COLUMN \(dialect.quote(name)) TYPE"
        let text = declared == "VARCHAR" ? "\(alter) VARCHAR" : "\(alter) \(declared) USING …"
        let object = DependentObject(
            kind: .column, name: name, sql: "", columns: [name], removal: [SQLStatement(text)],
            restoration: [SQLStatement("\(alter) \(found)")])
        return Obstacle(object, .blocks(because: "its type is \(found), and Agno declares \(declared)"))
    }
}
