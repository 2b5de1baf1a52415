// What a version declares of one table, with its types.
extension SchemaContext {
    /// A column as a version declares it, and the value that existing rows get when a version adds it; nil if the version
    /// has no such column.
    package func declaration(
        of name: String, in type: TableType, at version: SchemaVersion
    ) -> (column: Column, fill: ColumnFill)? {
        var found = TableDefinition.baseline(type, for: traits).columns.first { $0.name == name }.map {
            (column: $0.resolved(for: traits), fill: ColumnFill.none)
        }
        for change in changes(of: type) where change.version <= version {
            switch change.change {
            case .addColumn(let column, let fill) where column.name == name:
                found = (column.resolved(for: traits), fill)
            case .changeType(name, _, let new): found?.column.type = new
            case .createTable, .dropTable, .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType,
                .addIndex,
                .dropIndex, .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair:
                break
            }
        }
        return found
    }

    /// Whether a version up to this one changes the type of a column.
    package func changesType(of name: String, in type: TableType, before version: SchemaVersion) -> Bool {
        changes(of: type).contains { entry in
            if case .changeType(name, _, _) = entry.change { entry.version <= version } else { false }
        }
    }

    /// The version that adds a column to a type's table; nil if none does.
    package func version(adding name: String, to type: TableType) -> SchemaVersion? {
        changes(of: type).first { $0.change.addedColumn == name }?.version
    }

    /// Agno's unique key over these columns, of any version.
    package func uniqueKey(covering columns: [String], of type: TableType) -> UniqueKey? {
        let added = changes(of: type).compactMap { entry -> UniqueKey? in
            if case .replaceUniqueKey(_, let new) = entry.change { new } else { nil }
        }
        return (TableDefinition.baseline(type, for: traits).uniqueKeys + added).first {
            Set($0.columns) == Set(columns)
        }
    }

    private func changes(of type: TableType) -> [(version: SchemaVersion, change: SchemaChange)] {
        history.migrations.flatMap { migration in
            migration.steps(for: type, traits: traits).compactMap { step in
                if case .change(let change) = step { (migration.version, change) } else { nil }
            }
        }
    }
}
