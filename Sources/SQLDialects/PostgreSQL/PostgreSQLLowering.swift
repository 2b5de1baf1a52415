package import AgnoSchema

// Lowers neutral schema changes to PostgreSQL statements.
extension PostgreSQLDialect {
    package func create(_ shape: TableShape, named table: String) -> [SQLStatement] {
        create(shape, named: table, collations: [:])
    }

    /// - Parameter collations: those of columns that have another one than the database's.
    func create(
        _ shape: TableShape, named table: String, collations: [String: String], isUnlogged: Bool = false
    ) -> [SQLStatement] {
        var parts = shape.columns.map { column in
            let collation = collations[column.name].map { " COLLATE \($0)" } ?? ""
            return columnText(column.name, column.type + collation, isNullable: column.isNullable)
        }
        if !shape.primaryKey.isEmpty { parts.append(primaryKeyText(shape.primaryKey)) }
        parts += shape.uniqueKeys.map { key in
            constraintText(key.columns, named: key.name.map { Self.fitted($0, table: table) })
        }
        parts += shape.references.map { "FOREIGN KEY \(referenceText($0))" }
        return [createTable(table, parts, isUnlogged: isUnlogged)]
            + shape.indexes.map { createIndex($0.index, named: Self.fitted($0.name, table: table), on: table) }
    }

    package func lower(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext, now: Int64
    ) -> Lowering {
        guard !changes.isEmpty else { return .skipped(because: "nothing to change") }
        let conversion = columnConversion(for: changes, of: snapshot)
        var alteration = AlterTable(
            dialect: self, snapshot: snapshot, context: context, now: now,
            restored: restored(by: changes, of: snapshot, among: all, in: context),
            proven: Set(conversion.map { $0.stage == .proven ? $0.columns : [] } ?? []))
        for change in changes {
            if let other = statements(forOtherTable: change, beside: snapshot, among: all, in: context) {
                alteration.after += other
            } else {
                alteration.add(change)
            }
        }
        return .statements(alteration.statements)
    }

    /// Finds JSON that the parsed form refuses: NUL, half a surrogate pair, a number with too many digits, and in a database
    /// that does not keep Unicode every escape of a character beyond ASCII.
    package func conversionProbe(_ change: SchemaChange, of snapshot: TableSnapshot) -> ConversionProbe? {
        guard case .changeType(let name, _, .parsedJSON) = change, let column = snapshot.shape.column(name) else {
            return nil
        }
        let key =
            snapshot.shape.primaryKey.first ?? snapshot.shape.uniqueKeys.first?.columns.first
            ?? snapshot.shape.columns.first { $0.name.hasSuffix("id") }?.name ?? column.name
        let (table, value) = (table(snapshot.name), quote(name))
        return ConversionProbe(
            key: key,
            candidates: SQLStatement(
                "SELECT \(quote(key)) FROM \(table) WHERE \(value)::text ~ '\(doubtfulJSON)' ORDER BY 1"),
            attempt: "SELECT COUNT(\(value)::jsonb) FROM \(table) WHERE \(quote(key)) = $1",
            cause: keepsUnicode
                ? "" : "the encoding of the database is \(encoding), which has no place for some of their characters")
    }

    private var keepsUnicode: Bool { encoding == "UTF8" }

    private var doubtfulJSON: String { keepsUnicode ? Self.doubtfulJSON : Self.doubtfulJSON + #"|\\u(?!00[0-7])"# }

    /// NUL; half a surrogate pair without its other half before or after it; an exponent of four digits. Python writes whole
    /// pairs for every emoji, so they must not match.
    private static let doubtfulJSON = [
        #"\\u0000"#, #"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"#,
        #"(?<!(^|[^\\])\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"#, "[0-9][eE][+-]?[0-9]{4}",
    ].joined(separator: "|")
}
