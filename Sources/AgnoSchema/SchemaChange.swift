/// The value of existing rows in a new column.
package enum ColumnFill: Hashable, Sendable {
    /// NULL.
    case none
    /// The same text for every row.
    case constant(String)
    /// Another column's value; where that is NULL, the time of the migration in epoch seconds.
    case copied(from: String)
}

/// One neutral change of one table.
///
/// A change knows when it is done (`isSatisfied`), its effect on a shape (`apply`) and its undoing (`inverse`).
/// It holds no SQL; a dialect lowers it.
package enum SchemaChange: Hashable, Sendable {
    /// A table that belongs to this one; an existing one gets the columns and indexes it lacks.
    case createTable(TableType)
    case dropTable(TableType)
    case addColumn(Column, fill: ColumnFill = .none)
    case dropColumn(Column)
    /// The column is no longer declared; it remains as a backup until cleanup, and is restored on the way down.
    case retireColumn(Column)
    case restoreColumn(Column)
    case changeType(String, from: ColumnType, to: ColumnType)
    case addIndex(Index)
    case dropIndex(Index)
    /// The new key is added before the old one is dropped; either may be absent.
    case replaceUniqueKey(UniqueKey?, with: UniqueKey?)
    case addPrimaryKey([String], replacing: UniqueKey?)
    case dropPrimaryKey([String], restoring: UniqueKey?)
    /// What no version does: a table that has drifted from its version gets back what it lacks.
    case repair(Repair)
}

extension SchemaChange {
    /// The change that undoes this one.
    package var inverse: SchemaChange {
        switch self {
        case .createTable(let type): .dropTable(type)
        case .dropTable(let type): .createTable(type)
        case .addColumn(let column, _): .dropColumn(column)
        case .dropColumn(let column): .addColumn(column)
        case .retireColumn(let column): .restoreColumn(column)
        case .restoreColumn(let column): .retireColumn(column)
        case .changeType(let name, let old, let new): .changeType(name, from: new, to: old)
        case .addIndex(let index): .dropIndex(index)
        case .dropIndex(let index): .addIndex(index)
        case .replaceUniqueKey(let old, let new): .replaceUniqueKey(new, with: old)
        case .addPrimaryKey(let columns, let key): .dropPrimaryKey(columns, restoring: key)
        case .dropPrimaryKey(let columns, let key): .addPrimaryKey(columns, replacing: key)
        // Drift is not restored.
        case .repair: self
        }
    }

    /// The columns that the change needs; it does not apply to a table without them.
    package var requiredColumns: [String] {
        switch self {
        case .addIndex(let index): index.columns
        case .replaceUniqueKey(_, let new): new?.columns ?? []
        case .addPrimaryKey(let columns, _): columns
        case .dropPrimaryKey(_, let key): key?.columns ?? []
        case .repair(.requireValue(let column)): [column.name]
        case .repair(.addForeignKey(let key)): key.columns
        case .createTable, .dropTable, .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType, .dropIndex,
            .repair(.bindToRuns), .repair(.retype), .repair(.dropLeftovers):
            []
        }
    }

    /// The column that the table has afterwards and may not have had before; nil for any other change.
    package var addedColumn: String? {
        switch self {
        case .addColumn(let column, _), .restoreColumn(let column): column.name
        case .createTable, .dropTable, .dropColumn, .retireColumn, .changeType, .addIndex, .dropIndex,
            .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair:
            nil
        }
    }

    /// Whether the change creates or drops another table.
    package var isAboutAnotherTable: Bool {
        switch self {
        case .createTable, .dropTable: true
        case .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType, .addIndex, .dropIndex,
            .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair:
            false
        }
    }

    /// Whether the table's real shape has the change already.
    ///
    /// The whole post-state counts: a column that is still nullable, or still has its transitional default, is not done.
    /// Keys and indexes are matched by what they cover, never by name.
    package func isSatisfied(by shapes: [TableType: TableShape], of type: TableType, in context: SchemaContext) -> Bool
    {
        guard let shape = shapes[type] else { return false }
        switch self {
        case .createTable(let other):
            guard let existing = shapes[other] else { return false }
            let wanted = TableDefinition.baseline(other, for: context.traits)
                .shape(in: context, named: context.names[other])
            return wanted.columns.allSatisfy { existing.column($0.name) != nil }
                && wanted.indexes.allSatisfy { existing.hasIndex(covering: $0.index) }
        case .dropTable(let other):
            return shapes[other] == nil
        case .addColumn(let column, let fill):
            let declared = column.resolved(for: context.traits)
            guard let found = shape.column(declared.name) else { return false }
            guard context.traits.isEquivalent(found.type, to: declared.type) else { return false }
            if fill == .none { return true }
            return found.defaultValue == nil && (declared.isNullable || !found.isNullable)
        case .dropColumn(let column):
            return shape.column(column.name) == nil
        case .retireColumn:
            return true
        case .restoreColumn(let column):
            return shape.column(column.name) != nil
        case .changeType(let name, _, let new):
            guard let found = shape.column(name) else { return true }
            // A type that was changed for free is changed back.
            return context.traits.isEquivalent(found.type, to: new)
                && found.formerType != context.traits.typeName(new)
        case .addIndex(let index):
            return shape.hasIndex(covering: index)
        case .dropIndex(let index):
            return !shape.hasIndex(covering: index)
        case .replaceUniqueKey(let old, let new):
            let hasNew = new.map { !shape.uniqueKeys(covering: $0.columns).isEmpty } ?? true
            let hasOld = old.map { !shape.uniqueKeys(covering: $0.columns).isEmpty } ?? false
            return hasNew && !hasOld
        case .addPrimaryKey(let columns, let key):
            let hasOld = key.map { !shape.uniqueKeys(covering: $0.columns).isEmpty } ?? false
            return shape.primaryKey == columns && !hasOld
        case .dropPrimaryKey(let columns, let key):
            let hasOld = key.map { !shape.uniqueKeys(covering: $0.columns).isEmpty } ?? true
            return shape.primaryKey != columns && hasOld
        case .repair(let repair):
            return repair.isSatisfied(by: shape, in: context)
        }
    }

    /// Changes a shape as the change does a table: so versions fold into the current schema, and a plan of several steps
    /// knows the shape between them.
    package func apply(to shapes: inout [TableType: TableShape], of type: TableType, in context: SchemaContext) {
        switch self {
        case .createTable(let other):
            let fresh = TableDefinition.baseline(other, for: context.traits)
                .shape(in: context, named: context.names[other])
            guard var existing = shapes[other] else {
                shapes[other] = fresh
                return
            }
            existing.columns += fresh.columns.filter { existing.column($0.name) == nil }
            existing.indexes += fresh.indexes.filter { !existing.hasIndex(covering: $0.index) }
            shapes[other] = existing
        case .dropTable(let other):
            shapes[other] = nil
        case .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType, .addIndex, .dropIndex,
            .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair:
            guard var shape = shapes[type] else { return }
            apply(to: &shape, of: type, in: context)
            shapes[type] = shape
        }
    }

    /// Changes a shape as a step does that leaves a type which holds the same values.
    package func carryOut(on shapes: inout [TableType: TableShape], of type: TableType, in context: SchemaContext) {
        if case .changeType = self, isSatisfied(by: shapes, of: type, in: context) { return }
        apply(to: &shapes, of: type, in: context)
    }

    private func apply(to shape: inout TableShape, of type: TableType, in context: SchemaContext) {
        let table = context.names[type]
        switch self {
        case .addColumn(let column, _), .restoreColumn(let column):
            let declared = column.resolved(for: context.traits)
            let added = TableShape.Column(
                declared.name, type: context.traits.typeName(declared.type), isNullable: declared.isNullable)
            if let position = shape.columns.firstIndex(where: { $0.name == declared.name }) {
                shape.columns[position] = added
            } else {
                shape.columns.append(added)
            }
        case .dropColumn(let column), .retireColumn(let column):
            shape.columns.removeAll { $0.name == column.name }
            shape.indexes.removeAll { $0.index.needs(column.name) }
        case .changeType(let name, _, let new), .repair(.retype(let name, let new)):
            guard let position = shape.columns.firstIndex(where: { $0.name == name }) else { return }
            shape.columns[position].type = context.traits.typeName(new)
            shape.columns[position].formerType = nil
            shape.shadowedColumns[name] = nil
        case .addIndex(let index):
            guard !shape.hasIndex(covering: index) else { return }
            shape.indexes.append(
                TableShape.NamedIndex(name: index.name(onTable: table, traits: context.traits), index: index))
        case .dropIndex(let index):
            shape.indexes.removeAll { $0.index.covers(index) }
        case .replaceUniqueKey(let old, let new):
            if let old { shape.removeUniqueKeys(covering: old.columns) }
            if let new { shape.addUniqueKey(new, onTable: table) }
        case .addPrimaryKey(let columns, let key):
            shape.primaryKey = columns
            if let key { shape.removeUniqueKeys(covering: key.columns) }
        case .dropPrimaryKey(let columns, let key):
            if shape.primaryKey == columns { shape.primaryKey = [] }
            if let key { shape.addUniqueKey(key, onTable: table) }
        case .repair(.requireValue(let column)):
            guard let position = shape.columns.firstIndex(where: { $0.name == column.name }) else { return }
            shape.columns[position].isNullable = false
        case .repair(.addForeignKey(let key)):
            shape.references.append(key.reference(in: context))
        case .repair(.bindToRuns(let table)):
            shape.unboundTables.removeAll { $0 == table }
        case .repair(.dropLeftovers):
            shape.shadowedColumns = [:]
            shape.hasChangeLog = false
        case .createTable, .dropTable:
            break
        }
    }
}

extension TableShape {
    fileprivate mutating func removeUniqueKeys(covering columns: [String]) {
        let wanted = Set(columns)
        uniqueKeys.removeAll { Set($0.columns) == wanted }
        indexes.removeAll {
            $0.index.isUnique && $0.index.predicate == nil && Set($0.index.columns) == wanted
        }
    }

    fileprivate mutating func addUniqueKey(_ key: UniqueKey, onTable table: String) {
        guard uniqueKeys(covering: key.columns).isEmpty else { return }
        uniqueKeys.append(Key(name: key.name(onTable: table), columns: key.columns))
    }
}

extension SchemaChange {
    /// The change as an order, for plans: `add column created_at`.
    package func title(in context: SchemaContext) -> String { sentence(in: context, tense: .imperative) }

    /// The change as a result, for reports: `added column created_at`.
    package func pastTitle(in context: SchemaContext) -> String { sentence(in: context, tense: .past) }

    private enum Tense {
        case imperative, past
        func callAsFunction(_ verb: (String, String)) -> String { self == .imperative ? verb.0 : verb.1 }
    }

    private func sentence(in context: SchemaContext, tense: Tense) -> String {
        let add = tense(("add", "added"))
        let drop = tense(("drop", "dropped"))
        func list(_ columns: [String]) -> String { columns.joined(separator: ", ") }
        switch self {
        case .createTable(let type): return "\(tense(("create", "created"))) table \(context.names[type])"
        case .dropTable(let type): return "\(drop) table \(context.names[type])"
        case .addColumn(let column, _): return "\(add) column \(column.name)"
        case .dropColumn(let column): return "\(drop) column \(column.name)"
        case .retireColumn(let column): return "\(tense(("keep", "kept"))) column \(column.name) as a backup"
        case .restoreColumn(let column): return "\(tense(("restore", "restored"))) column \(column.name)"
        case .changeType(let name, _, let new), .repair(.retype(let name, let new)):
            return "\(tense(("change", "changed"))) the type of \(name) to \(context.traits.typeName(new))"
        case .addIndex(let index):
            return "\(add) \(index.isUnique ? "unique index" : "index") on \(list(index.columns))"
        case .dropIndex(let index):
            return "\(drop) \(index.isUnique ? "unique index" : "index") on \(list(index.columns))"
        case .replaceUniqueKey(let old?, let new?):
            return
                "\(tense(("replace", "replaced"))) the unique key on \(list(old.columns)) by one on \(list(new.columns))"
        case .replaceUniqueKey(nil, let new?): return "\(add) a unique key on \(list(new.columns))"
        case .replaceUniqueKey(let old, nil): return "\(drop) the unique key on \(list(old?.columns ?? []))"
        case .addPrimaryKey(let columns, _): return "\(tense(("make", "made"))) \(list(columns)) the primary key"
        case .dropPrimaryKey(let columns, _): return "\(drop) the primary key on \(list(columns))"
        case .repair(.requireValue(let column)):
            return "\(tense(("declare", "declared"))) column \(column.name) NOT NULL"
        case .repair(.addForeignKey(let key)): return "\(add) a foreign key on \(list(key.columns))"
        case .repair(.bindToRuns(let table)):
            return "\(add) the foreign key of \(table) to \(context.names[.runs])"
        case .repair(.dropLeftovers): return "\(drop) what an interrupted operation left"
        }
    }
}
