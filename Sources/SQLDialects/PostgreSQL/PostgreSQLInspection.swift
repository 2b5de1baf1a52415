package import AgnoSchema
import LosslessJSON

// Reads tables from PostgreSQL's catalogue.
extension PostgreSQLDialect {
    package func columns(ofTable name: String, using runner: any StatementRunner) throws -> [String]? {
        let rows = try runner.rows(
            SQLStatement(
                """
                SELECT a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname::text = $1 AND c.relname::text = $2 \
                AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
                """, [.text(schema), .text(name)]))
        let names = rows.compactMap { $0.first?.string }
        return names.isEmpty ? nil : names
    }

    package func columnsOfTables(using runner: any StatementRunner) throws -> [ExactText: [String]]? {
        let rows = try runner.rows(
            SQLStatement(
                """
                SELECT c.relname::text, a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname::text = $1 \
                AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum
                """, [.text(schema)]))
        return Dictionary(grouping: rows) { ExactText($0[0].string ?? "") }.mapValues { $0.compactMap { $0[1].string } }
    }

    /// Reads the catalogue in one statement, so that all facts are of one moment, and in a second one where something hangs on
    /// the tables.
    package func read(
        _ names: [TableType: String], and others: [String], using runner: any StatementRunner
    ) throws -> CatalogueReading {
        let wanted = Set(exact: Array(names.values) + others).sorted().map(\.text)
        func ask(_ sql: String) throws -> [PostgreSQLCatalogueRow] {
            try runner.rows(SQLStatement(sql, [.text(schema), .text(Self.array(wanted))]))
                .compactMap(PostgreSQLCatalogueRow.init)
        }
        var rows = try ask(catalogueQuery)
        if rows.contains(where: { $0.part == .hanging }) { rows += try ask(dependentsQuery) }
        let taken = Set(rows.filter { $0.part == .relation }.map(\.name))
        var tables: [Int64: TableSnapshot] = [:]
        for row in rows where row.part == .table {
            var table = TableSnapshot(name: row.name, shape: TableShape(), namesInUse: taken)
            table.attributes = row.attributes
            tables[row.table] = table
        }
        for row in rows {
            switch row.part {
            case .relation, .table, .hanging: break
            case .column: addColumn(row, to: &tables[row.table])
            case .constraint: addConstraint(row, to: &tables)
            case .index: addIndex(row, to: &tables[row.table])
            case .dependent: addDependent(row, to: &tables[row.table])
            }
        }
        for table in tables.keys { separateShadows(in: &tables[table]) }
        let byName = Dictionary(uniqueKeysWithValues: tables.values.map { (ExactText($0.name), $0) })
        var reading = CatalogueReading(snapshots: names.compactMapValues { byName[$0] })
        for name in others { reading.columns[name] = byName[name]?.shape.columns.map(\.name) }
        return reading
    }

    // MARK: Dependent objects

    private func addDependent(_ row: PostgreSQLCatalogueRow, to table: inout TableSnapshot?) {
        guard let object = row.dependent, let owner = table else { return }
        // An index is known already, but not all that it needs.
        table?.dependents.removeAll { $0.kind == .index && $0.name == object.name && object.kind == .index }
        table?.dependents.append(object)
        guard !row.firesAt.isEmpty else { return }
        let kind = object.kind == .rule ? "RULE" : "TRIGGER"
        // What is created in another state than the usual one has a statement for it.
        let state = object.restoration.first { $0.sql.hasPrefix("ALTER TABLE") }
        let alter = "ALTER TABLE \(self.table(owner.name))"
        table?.attributes?.hooks.append(
            TableAttributes.Hook(
                name: row.name, firesAt: row.firesAt,
                disable: SQLStatement("\(alter) DISABLE \(kind) \(quote(row.name))"),
                enable: state ?? SQLStatement("\(alter) ENABLE \(kind) \(quote(row.name))")))
    }

    // MARK: Columns

    private func addColumn(_ row: PostgreSQLCatalogueRow, to table: inout TableSnapshot?) {
        let isGenerated = row.flag(3)
        if isGenerated { table?.generatedColumns.insert(ExactText(row.name)) }
        table?.attributes?.collations[row.name] = row.text(4)
        table?.attributes?.storage[row.name] = [row.text(5), row.text(6)].compactMap(\.self)
        table?.shape.columns.append(
            TableShape.Column(
                row.name, type: Self.spelling(row.text(0) ?? ""), isNullable: !row.flag(1),
                defaultValue: isGenerated ? nil : row.text(2)))
    }

    /// The server's long names as Agno's adapter spells them.
    private static func spelling(_ type: String) -> String {
        // What is quoted is a name as it is.
        let parts = type.replacing("character varying", with: "varchar").split(
            separator: "\"", omittingEmptySubsequences: false)
        return parts.enumerated().map { $0.offset.isMultiple(of: 2) ? $0.element.uppercased() : String($0.element) }
            .joined(separator: "\"")
    }

    // MARK: Constraints

    private func addConstraint(_ row: PostgreSQLCatalogueRow, to tables: inout [Int64: TableSnapshot]) {
        let columns = row.names(1)
        addKey(row, columns, to: &tables)
        switch row.text(0) {
        case "p":
            tables[row.table]?.shape.primaryKey = columns
            tables[row.table]?.primaryKeyName = row.name
        case "u":
            tables[row.table]?.shape.uniqueKeys.append(TableShape.Key(name: row.name, columns: columns))
        default:
            let (parentColumns, parentSchema, parentName) = (row.names(2), row.text(6) ?? "", row.text(7) ?? "")
            let parent = parentSchema == schema ? parentName : "\(parentSchema).\(parentName)"
            tables[row.table]?.shape.references.append(
                TableShape.Reference(columns: columns, parent: parent, parentColumns: parentColumns))
            let (childSchema, childName) = (row.text(4) ?? "", row.text(5) ?? "")
            let child = "\(quote(childSchema)).\(quote(childName))"
            var key = IncomingKey(
                child: childSchema == schema ? childName : "\(childSchema).\(childName)", table: child,
                name: row.name, columns: columns, parentColumns: parentColumns,
                drop: SQLStatement("ALTER TABLE \(child) DROP CONSTRAINT \(quote(row.name))"),
                create: SQLStatement("ALTER TABLE \(child) ADD CONSTRAINT \(quote(row.name)) \(row.text(3) ?? "")"))
            key.reason = row.text(9)
            key.comment = row.text(11).map { SQLStatement(comment($0, onConstraint: row.name, of: child)) }
            if childSchema == schema { key.bindsRuns = row.optionalFlag(10) }
            tables[row.number(8) ?? 0]?.incomingKeys.append(key)
            if key.bindsRuns == false, columns == ["session_id"] {
                tables[row.number(8) ?? 0]?.shape.unboundTables.append(childName)
            }
        }
    }

    /// A key as an object that a column which is dropped would take along.
    private func addKey(_ row: PostgreSQLCatalogueRow, _ columns: [String], to tables: inout [Int64: TableSnapshot]) {
        guard let owner = tables[row.table]?.name else { return }
        let table = self.table(owner)
        let create = "ALTER TABLE \(table) ADD CONSTRAINT \(quote(row.name)) \(row.text(3) ?? "")"
        let restoration = [create] + (row.text(11).map { [comment($0, onConstraint: row.name, of: table)] } ?? [])
        tables[row.table]?.dependents.append(
            DependentObject(
                kind: row.text(0) == "f" ? .foreignKey : .uniqueKey, name: row.name, sql: row.text(3) ?? "",
                columns: Set(columns),
                removal: [SQLStatement("ALTER TABLE \(table) DROP CONSTRAINT \(quote(row.name))")],
                restoration: restoration.map { SQLStatement($0) }))
    }

    private func comment(_ text: String, onConstraint name: String, of table: String) -> String {
        "COMMENT ON CONSTRAINT \(quote(name)) ON \(table) IS \(literal(text))"
    }

    // MARK: Indexes

    private func addIndex(_ row: PostgreSQLCatalogueRow, to table: inout TableSnapshot?) {
        let index = Index(on: row.names(2), isUnique: row.flag(0), where: row.text(3).map(Self.predicate))
        let named = TableShape.NamedIndex(name: row.name, index: index)
        guard row.flag(1) else {
            table?.invalidIndexes.append(named)
            return
        }
        table?.shape.indexes.append(named)
        var columns = Set(index.columns)
        switch index.predicate {
        case .isNull(let column), .isNotNull(let column): columns.insert(column)
        case .other, nil: break
        }
        let definition = SQLStatement(row.text(4) ?? "")
        table?.dependents.append(
            DependentObject(
                kind: .index, name: row.name, sql: definition.sql, columns: columns,
                removal: [SQLStatement("DROP INDEX \(self.table(row.name))")], restoration: [definition]))
    }

    /// Reads `(user_id IS NULL)`, as the server writes a condition out.
    static func predicate(_ text: String) -> IndexPredicate {
        var inner = text[...]
        if inner.hasPrefix("("), inner.hasSuffix(")") { inner = inner.dropFirst().dropLast() }
        for (suffix, isNull) in [(" IS NOT NULL", false), (" IS NULL", true)] where inner.hasSuffix(suffix) {
            guard let column = identifier(inner.dropLast(suffix.count)) else { break }
            return isNull ? .isNull(column) : .isNotNull(column)
        }
        return .other(text)
    }

    /// A single identifier, quoted or not; nil for anything else.
    private static func identifier(_ text: Substring) -> String? {
        if text.hasPrefix("\""), text.hasSuffix("\""), text.count > 2 {
            let inner = text.dropFirst().dropLast().replacing("\"\"", with: "\u{0}")
            return inner.contains("\"") ? nil : String(inner.replacing("\u{0}", with: "\""))
        }
        let isPlain = text.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == 95 || $0 == 36 || $0 >= 128
        }
        return isPlain && !text.isEmpty ? String(text) : nil
    }
}

extension IncomingKey {
    /// The foreign key as a dependent object.
    var object: DependentObject {
        DependentObject(
            kind: .foreignKey, name: "\(name) of \(child)", sql: create.sql, columns: Set(parentColumns),
            removal: [drop],
            restoration: restoration)
    }
}
