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

    package func columnsOfTables(using runner: any StatementRunner) throws -> [String: [String]]? {
        let rows = try runner.rows(
            SQLStatement(
                """
                SELECT c.relname::text, a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname::text = $1 \
                AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum
                """, [.text(schema)]))
        return Dictionary(grouping: rows) { $0[0].string ?? "" }.mapValues { $0.compactMap { $0[1].string } }
    }

    /// Reads the catalogue in one statement, so that all facts are of one moment.
    package func read(
        _ names: [TableType: String], and others: [String], using runner: any StatementRunner
    ) throws -> CatalogueReading {
        let wanted = Set(names.values).union(others).sorted()
        let rows = try runner.rows(
            SQLStatement(Self.catalogueQuery, [.text(schema), .text(Self.array(wanted))])
        ).compactMap(CatalogueRow.init)
        let taken = Set(rows.filter { $0.part == .relation }.map(\.name))
        var tables: [Int64: TableSnapshot] = [:]
        for row in rows where row.part == .table {
            tables[row.table] = TableSnapshot(name: row.name, shape: TableShape(), namesInUse: taken)
        }
        for row in rows {
            switch row.part {
            case .relation, .table: break
            case .column: addColumn(row, to: &tables[row.table])
            case .constraint: addConstraint(row, to: &tables)
            case .index: addIndex(row, to: &tables[row.table])
            case .trigger, .view:
                let kind: DependentObject.Kind = row.part == .view ? .view : .trigger
                tables[row.table]?.dependents.append(DependentObject(kind: kind, name: row.name, sql: ""))
            }
        }
        let byName = Dictionary(uniqueKeysWithValues: tables.values.map { ($0.name, $0) })
        var reading = CatalogueReading(snapshots: names.compactMapValues { byName[$0] })
        for name in others { reading.columns[name] = byName[name]?.shape.columns.map(\.name) }
        return reading
    }

    /// Every relation of the schema by name, and every fact about the wanted tables. Parameters: schema, tables.
    ///
    /// The tables' numbers are arrays, not joins, so that the server looks them up in its indexes however many tables
    /// there are. The facts of a row are a JSON array. Of an index, column number zero is an expression, and only a
    /// B-tree without special ordering equals one of Agno's.
    private static let catalogueQuery = """
        WITH relation AS (SELECT c.oid, c.relname::text AS name, c.relkind IN ('r', 'p') AS is_table FROM pg_class c \
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname::text = $1), \
        wanted AS (SELECT oid, name FROM relation WHERE is_table AND name = ANY ($2::text[])) \
        SELECT * FROM (SELECT 'relation', 0::bigint, 0, name, NULL::text FROM relation \
        UNION ALL SELECT 'table', oid::bigint, 0, name, NULL FROM wanted \
        UNION ALL SELECT 'column', a.attrelid::bigint, a.attnum, a.attname::text, json_build_array(\
        format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), \
        a.attgenerated <> '')::text FROM pg_attribute a \
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
        WHERE a.attrelid = ANY (ARRAY(SELECT oid FROM wanted)) AND a.attnum > 0 AND NOT a.attisdropped \
        UNION ALL SELECT 'constraint', k.conrelid::bigint, 0, k.conname::text, json_build_array(\
        k.contype::text, ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, i) \
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i), \
        ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, i) \
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i), \
        pg_get_constraintdef(k.oid), n.nspname::text, c.relname::text, pn.nspname::text, p.relname::text, \
        k.confrelid::bigint)::text \
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
        LEFT JOIN pg_class p ON p.oid = k.confrelid LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace \
        WHERE k.contype IN ('p', 'u', 'f') AND k.conparentid = 0 AND (k.conrelid = ANY (ARRAY(SELECT oid FROM wanted)) \
        OR k.confrelid = ANY (ARRAY(SELECT oid FROM wanted))) \
        UNION ALL SELECT 'index', i.indrelid::bigint, 0, c.relname::text, json_build_array(\
        i.indisunique, i.indisvalid AND i.indisready, \
        ARRAY(SELECT CASE WHEN m.amname <> 'btree' THEN '<' || m.amname || '>' \
        ELSE COALESCE(a.attname::text, '<expression>') END \
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(n, i) \
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.n AND u.n <> 0 \
        WHERE u.i <= i.indnkeyatts ORDER BY u.i), \
        pg_get_expr(i.indpred, i.indrelid), pg_get_indexdef(i.indexrelid))::text \
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam \
        WHERE i.indrelid = ANY (ARRAY(SELECT oid FROM wanted)) AND NOT i.indisprimary \
        AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) \
        UNION ALL SELECT 'trigger', t.tgrelid::bigint, 0, t.tgname::text, NULL FROM pg_trigger t \
        WHERE t.tgrelid = ANY (ARRAY(SELECT oid FROM wanted)) AND NOT t.tgisinternal \
        UNION ALL SELECT DISTINCT 'view', d.refobjid::bigint, 0, v.relname::text, NULL FROM pg_depend d \
        JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass \
        JOIN pg_class v ON v.oid = r.ev_class WHERE d.refclassid = 'pg_class'::regclass \
        AND d.refobjid = ANY (ARRAY(SELECT oid FROM wanted)) AND v.oid <> d.refobjid) \
        facts(part, owner, place, name, detail) ORDER BY part, place, name COLLATE "C", owner
        """

    // MARK: Columns

    private func addColumn(_ row: CatalogueRow, to table: inout TableSnapshot?) {
        let isGenerated = row.flag(3)
        if isGenerated { table?.generatedColumns.insert(row.name) }
        table?.shape.columns.append(
            TableShape.Column(
                row.name, type: Self.spelling(row.text(0) ?? ""), isNullable: !row.flag(1),
                defaultValue: isGenerated ? nil : row.text(2)))
    }

    /// The server's long names as Agno's adapter spells them.
    private static func spelling(_ type: String) -> String {
        type.replacing("character varying", with: "varchar").uppercased()
    }

    // MARK: Constraints

    private func addConstraint(_ row: CatalogueRow, to tables: inout [Int64: TableSnapshot]) {
        let columns = row.names(1)
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
            tables[row.number(8) ?? 0]?.incomingKeys.append(
                IncomingKey(
                    child: childSchema == schema ? childName : "\(childSchema).\(childName)", table: child,
                    name: row.name,
                    columns: columns, parentColumns: parentColumns,
                    drop: SQLStatement("ALTER TABLE \(child) DROP CONSTRAINT \(quote(row.name))"),
                    create: SQLStatement(
                        "ALTER TABLE \(child) ADD CONSTRAINT \(quote(row.name)) \(row.text(3) ?? "")")))
        }
    }

    // MARK: Indexes

    private func addIndex(_ row: CatalogueRow, to table: inout TableSnapshot?) {
        let index = Index(on: row.names(2), isUnique: row.flag(0), where: row.text(3).map(Self.predicate))
        let named = TableShape.NamedIndex(name: row.name, index: index)
        guard row.flag(1) else {
            table?.invalidIndexes.append(named)
            return
        }
        table?.shape.indexes.append(named)
        table?.dependents.append(DependentObject(kind: .index, name: row.name, sql: row.text(4) ?? ""))
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

/// A row of the query for the catalogue.
private struct CatalogueRow {
    enum Part: String { case relation, table, column, constraint, index, trigger, view }

    let part: Part
    /// The table's number.
    let table: Int64
    let name: String
    private let facts: JSONValue?

    init?(_ row: SQLRow) {
        guard let part = row[0].string.flatMap(Part.init), let table = row[1].int, let name = row[3].string else {
            return nil
        }
        (self.part, self.table, self.name) = (part, table, name)
        facts = row[4].string.flatMap { try? JSONValue(parsing: $0) }
    }

    func text(_ position: Int) -> String? { facts?[position]?.stringValue }
    func number(_ position: Int) -> Int64? { facts?[position]?.int64Value }
    func flag(_ position: Int) -> Bool { facts?[position]?.boolValue ?? false }
    func names(_ position: Int) -> [String] { (facts?[position]?.arrayValue ?? []).compactMap(\.stringValue) }
}
