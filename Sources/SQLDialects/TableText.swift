package import AgnoSchema

// The text of tables and indexes that the dialects share.
extension SQLSyntax {
    /// A column with its type and nullability.
    func columnText(_ name: String, _ type: String, isNullable: Bool = true) -> String {
        "\(quote(name)) \(type)\(isNullable ? "" : " NOT NULL")"
    }

    /// A column of a shape.
    func columnText(_ column: TableShape.Column) -> String {
        columnText(column.name, column.type, isNullable: column.isNullable)
    }

    func primaryKeyText(_ columns: [String]) -> String { "PRIMARY KEY (\(list(columns)))" }

    /// A unique key as the standard spells it.
    func constraintText(_ columns: [String], named name: String?) -> String {
        (name.map { "CONSTRAINT \(quote($0)) " } ?? "") + "UNIQUE (\(list(columns)))"
    }

    /// A reference without the words before its columns.
    func referenceText(_ reference: TableShape.Reference) -> String {
        "(\(list(reference.columns))) REFERENCES \(table(reference.parent)) (\(list(reference.parentColumns)))"
            + (reference.deletesChildren ? " ON DELETE CASCADE" : "")
    }

    /// `CREATE TABLE` with a line for each column, key and reference.
    ///
    /// - Parameter options: the clause after the columns.
    func createTable(
        _ table: String, _ parts: [String], options: String = "", isUnlogged: Bool = false
    ) -> SQLStatement {
        SQLStatement(
            "CREATE \(isUnlogged ? "UNLOGGED " : "")TABLE \(self.table(table)) (\n\t\(parts.joined(separator: ", \n\t"))\n)\(options)"
        )
    }

    /// `CREATE INDEX` as the standard has it, for servers with partial indexes.
    func createIndex(
        _ index: Index, named name: String, on table: String, concurrently: Bool = false
    ) -> SQLStatement {
        let predicate =
            switch index.predicate {
            case .isNull(let column): " WHERE \(quote(column)) IS NULL"
            case .isNotNull(let column): " WHERE \(quote(column)) IS NOT NULL"
            // Unquoted: the catalogue's own text of an existing index, which no user of this program supplies.
            case .other(let text): " WHERE \(text)"
            case nil: ""
            }
        let kind = (index.isUnique ? "UNIQUE INDEX" : "INDEX") + (concurrently ? " CONCURRENTLY" : "")
        return SQLStatement(
            "CREATE \(kind) \(quote(name)) ON \(self.table(table)) (\(list(index.columns)))\(predicate)")
    }
}

extension Dialect {
    /// A declared column as the server spells it, with its nullability.
    package func columnText(_ column: Column) -> String {
        let declared = column.resolved(for: traits)
        return columnText(declared.name, traits.typeName(declared.type), isNullable: declared.isNullable)
    }

    /// Creates or drops the other table that a change is about; nil for a change of the table itself.
    func statements(
        forOtherTable change: SchemaChange, beside parent: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext
    ) -> [SQLStatement]? {
        switch change {
        case .createTable(let type): complete(type, existing: all[type], beside: parent, in: context)
        case .dropTable(let type):
            // What else refers to the table has refused the step.
            (all[type]?.incomingKeys ?? []).filter { $0.bindsRuns != nil }.map(\.drop)
                + [SQLStatement("DROP TABLE \(table(all[type]?.name ?? context.names[type]))")]
        case .addColumn, .dropColumn, .retireColumn, .restoreColumn, .changeType, .addIndex, .dropIndex,
            .replaceUniqueKey, .addPrimaryKey, .dropPrimaryKey, .repair:
            nil
        }
    }

    /// Creates a table, or adds the columns and indexes that an existing one lacks.
    private func complete(
        _ type: TableType, existing: TableSnapshot?, beside parent: TableSnapshot, in context: SchemaContext
    ) -> [SQLStatement] {
        let definition = TableDefinition.baseline(type, for: traits)
        guard let existing else {
            let name = context.names[type]
            return create(definition.shape(in: context, named: name), named: name, beside: parent)
        }
        let columns = definition.columns.filter { existing.shape.column($0.name) == nil }.map { column in
            let declared = column.resolved(for: traits)
            return SchemaChange.addColumn(.optional(declared.name, declared.type))
        }
        let indexes = definition.indexes.filter { !existing.shape.hasIndex(covering: $0) }
        let lowering = lower(
            columns + indexes.map { .addIndex($0) }, of: existing, among: [type: existing], in: context, now: 0)
        guard case .statements(let statements) = lowering else { return [] }
        return statements
    }
}
