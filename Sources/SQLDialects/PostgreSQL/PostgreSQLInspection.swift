package import AgnoSchema
import LosslessJSON

// What PostgreSQL's catalogue says of the tables.
extension PostgreSQLDialect {
    package func serverVersion(using runner: any StatementRunner) throws -> String {
        let text = try runner.rows(SQLStatement("SHOW server_version")).first?.first?.string ?? ""
        return String(text.prefix { $0 != " " })
    }

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

    package func snapshots(
        of names: [TableType: String], using runner: any StatementRunner
    ) throws -> [TableType: TableSnapshot] {
        let relations = try runner.rows(
            SQLStatement(
                """
                SELECT c.oid::bigint, c.relname::text, c.relkind IN ('r', 'p') FROM pg_class c \
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname::text = $1
                """, [.text(schema)]))
        let taken = Set(relations.compactMap { $0[1].string })
        let wanted = Set(names.values)
        var tables: [Int64: TableSnapshot] = [:]
        for row in relations where row[2].int == 1 {
            guard let oid = row[0].int, let name = row[1].string, wanted.contains(name) else { continue }
            tables[oid] = TableSnapshot(name: name, shape: TableShape(), namesInUse: taken)
        }
        guard !tables.isEmpty else { return [:] }
        let oids = SQLValue.text("{\(tables.keys.sorted().map(String.init).joined(separator: ","))}")
        try readColumns(oids, into: &tables, using: runner)
        try readConstraints(oids, into: &tables, using: runner)
        try readIndexes(oids, into: &tables, using: runner)
        try readTriggersAndViews(oids, into: &tables, using: runner)
        let byName = Dictionary(uniqueKeysWithValues: tables.values.map { ($0.name, $0) })
        return names.compactMapValues { byName[$0] }
    }

    // MARK: Columns

    private func readColumns(
        _ oids: SQLValue, into tables: inout [Int64: TableSnapshot], using runner: any StatementRunner
    ) throws {
        let rows = try runner.rows(
            SQLStatement(
                """
                SELECT a.attrelid::bigint, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
                pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> '' FROM pg_attribute a \
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
                WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped \
                ORDER BY a.attrelid, a.attnum
                """, [oids]))
        for row in rows {
            guard let oid = row[0].int, let name = row[1].string else { continue }
            let isGenerated = row[5].int == 1
            if isGenerated { tables[oid]?.generatedColumns.insert(name) }
            tables[oid]?.shape.columns.append(
                TableShape.Column(
                    name, type: Self.spelling(row[2].string ?? ""), isNullable: row[3].int == 0,
                    defaultValue: isGenerated ? nil : row[4].string))
        }
    }

    /// The server's long names as Agno's adapter spells them.
    private static func spelling(_ type: String) -> String {
        type.replacing("character varying", with: "varchar").uppercased()
    }

    // MARK: Constraints

    private func readConstraints(
        _ oids: SQLValue, into tables: inout [Int64: TableSnapshot], using runner: any StatementRunner
    ) throws {
        let rows = try runner.rows(
            SQLStatement(
                """
                SELECT k.conrelid::bigint, k.confrelid::bigint, k.contype::text, k.conname::text, \
                to_json(ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, i) \
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i))::text, \
                to_json(ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, i) \
                JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i))::text, \
                pg_get_constraintdef(k.oid), n.nspname::text, c.relname::text, pn.nspname::text, p.relname::text \
                FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
                LEFT JOIN pg_class p ON p.oid = k.confrelid LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace \
                WHERE k.contype IN ('p', 'u', 'f') AND k.conparentid = 0 \
                AND (k.conrelid = ANY ($1::oid[]) OR k.confrelid = ANY ($1::oid[])) ORDER BY k.conname, k.oid
                """, [oids]))
        for row in rows {
            guard let owner = row[0].int, let name = row[3].string else { continue }
            let columns = Self.names(row[4])
            switch row[2].string {
            case "p":
                tables[owner]?.shape.primaryKey = columns
                tables[owner]?.primaryKeyName = name
            case "u":
                tables[owner]?.shape.uniqueKeys.append(TableShape.Key(name: name, columns: columns))
            default:
                let parentColumns = Self.names(row[5])
                let parentName = row[10].string ?? ""
                let parent = row[9].string == schema ? parentName : "\(row[9].string ?? "").\(parentName)"
                tables[owner]?.shape.references.append(
                    TableShape.Reference(columns: columns, parent: parent, parentColumns: parentColumns))
                let child = "\(quote(row[7].string ?? "")).\(quote(row[8].string ?? ""))"
                tables[row[1].int ?? 0]?.incomingKeys.append(
                    IncomingKey(
                        parentColumns: parentColumns,
                        drop: SQLStatement("ALTER TABLE \(child) DROP CONSTRAINT \(quote(name))"),
                        create: SQLStatement(
                            "ALTER TABLE \(child) ADD CONSTRAINT \(quote(name)) \(row[6].string ?? "")")))
            }
        }
    }

    // MARK: Indexes

    private func readIndexes(
        _ oids: SQLValue, into tables: inout [Int64: TableSnapshot], using runner: any StatementRunner
    ) throws {
        // A column number of zero is an expression, and only a B-tree without special ordering equals one of Agno's.
        let rows = try runner.rows(
            SQLStatement(
                """
                SELECT i.indrelid::bigint, c.relname::text, i.indisunique, i.indisvalid AND i.indisready, \
                to_json(ARRAY(SELECT CASE WHEN m.amname <> 'btree' THEN '<' || m.amname || '>' \
                ELSE COALESCE(a.attname::text, '<expression>') END \
                FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(n, i) \
                LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.n AND u.n <> 0 \
                WHERE u.i <= i.indnkeyatts ORDER BY u.i))::text, \
                pg_get_expr(i.indpred, i.indrelid), pg_get_indexdef(i.indexrelid) \
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam \
                WHERE i.indrelid = ANY ($1::oid[]) AND NOT i.indisprimary \
                AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) \
                ORDER BY c.relname
                """, [oids]))
        for row in rows {
            guard let oid = row[0].int, let name = row[1].string else { continue }
            let index = Index(
                on: Self.names(row[4]), isUnique: row[2].int == 1, where: row[5].string.map(Self.predicate))
            let named = TableShape.NamedIndex(name: name, index: index)
            guard row[3].int == 1 else {
                tables[oid]?.invalidIndexes.append(named)
                continue
            }
            tables[oid]?.shape.indexes.append(named)
            tables[oid]?.dependents.append(DependentObject(kind: .index, name: name, sql: row[6].string ?? ""))
        }
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

    // MARK: Triggers and views

    private func readTriggersAndViews(
        _ oids: SQLValue, into tables: inout [Int64: TableSnapshot], using runner: any StatementRunner
    ) throws {
        let rows = try runner.rows(
            SQLStatement(
                """
                SELECT t.tgrelid::bigint, 'trigger', t.tgname::text FROM pg_trigger t \
                WHERE t.tgrelid = ANY ($1::oid[]) AND NOT t.tgisinternal \
                UNION SELECT d.refobjid::bigint, 'view', v.relname::text FROM pg_depend d \
                JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass \
                JOIN pg_class v ON v.oid = r.ev_class \
                WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY ($1::oid[]) AND v.oid <> d.refobjid \
                ORDER BY 1, 2, 3
                """, [oids]))
        for row in rows {
            guard let oid = row[0].int, let kind = row[1].string.flatMap(DependentObject.Kind.init),
                let name = row[2].string
            else { continue }
            tables[oid]?.dependents.append(DependentObject(kind: kind, name: name, sql: ""))
        }
    }

    /// The texts of a JSON array of texts, as `to_json` writes it.
    private static func names(_ value: SQLValue) -> [String] {
        let array = value.string.flatMap { try? JSONValue(parsing: $0) }?.arrayValue ?? []
        return array.compactMap(\.stringValue)
    }
}
