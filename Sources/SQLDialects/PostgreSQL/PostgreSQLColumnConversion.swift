package import AgnoSchema

// Changes of a column's type beside a running application, by shadow columns.
extension PostgreSQLDialect {
    /// Between the two types of JSON, where every row has to be rewritten. Pages are addressed by number, from 14 on.
    package func columnConversion(for changes: [SchemaChange], of snapshot: TableSnapshot) -> ColumnConversion? {
        let types = rewrittenTypes(changes, of: snapshot)
        guard release >= 14, !types.isEmpty else { return nil }
        return ShadowedTable(dialect: self, snapshot: snapshot, types: types).conversion
    }

    /// The new types of the columns whose values are written anew.
    private func rewrittenTypes(_ changes: [SchemaChange], of snapshot: TableSnapshot) -> [String: String] {
        let json: Set<String> = ["JSON", "JSONB"]
        var types: [String: String] = [:]
        for case .changeType(let name, _, let type) in changes {
            let new = traits.typeName(type)
            guard let old = snapshot.shape.column(name)?.type, old != new, json.isSuperset(of: [old, new]) else {
                continue
            }
            types[name] = new
        }
        return types
    }

    /// The owner of a table, as statements name it; nil if that is the role of this session, or if it may not give.
    func owner(of snapshot: TableSnapshot) -> String? {
        guard let attributes = snapshot.attributes, attributes.canGiveToOwner else { return nil }
        return attributes.owner.map(quote)
    }

    /// Takes the shadows and what keeps them up to date out of what the catalogue says of the table.
    func separateShadows(in snapshot: inout TableSnapshot?) {
        guard var table = snapshot else { return }
        table.shape.hasChangeLog = table.dependents.contains { $0.name == Self.changeLogTrigger }
        table.dependents.removeAll { $0.name == Self.changeLogTrigger }
        table.attributes?.hooks.removeAll { $0.name == Self.changeLogTrigger }
        snapshot = table
        var shadows = ShadowColumns(types: [:])
        for column in table.shape.columns where column.name.hasSuffix(ShadowedTable.suffix) {
            shadows.types[String(column.name.dropLast(ShadowedTable.suffix.count))] = column.type
        }
        guard !shadows.types.isEmpty else { return }
        for object in table.dependents {
            switch (object.kind, object.name) {
            case (.trigger, ShadowedTable.trigger):
                let isAlwaysOn = object.restoration.contains { $0.sql.contains(" ENABLE ALWAYS ") }
                let digest = object.sql.firstMatch(of: /\('([0-9a-f_]+)'\)$/)
                shadows.digest = isAlwaysOn ? digest.map { String($0.1) } : nil
            case (.check, ShadowedTable.constraint):
                shadows.hasConstraint = true
                shadows.isValidated = !object.sql.hasSuffix("NOT VALID")
            default: break
            }
        }
        table.shape.columns.removeAll { $0.name.hasSuffix(ShadowedTable.suffix) }
        table.dependents.removeAll { [ShadowedTable.trigger, ShadowedTable.constraint].contains($0.name) }
        table.attributes?.hooks.removeAll { $0.name == ShadowedTable.trigger }
        table.shape.shadowedColumns = shadows.types
        table.shadows = shadows
        snapshot = table
    }
}

/// The statements for the shadows of one table.
struct ShadowedTable {
    let dialect: PostgreSQLDialect
    let snapshot: TableSnapshot
    /// The new types by column.
    let types: [String: String]

    /// What the name of a shadow has after that of its column.
    static let suffix = "__agno_migrate"
    /// Triggers fire in the order of their names; this one sees what others have changed.
    static let trigger = "zzzz_agno_migrate"
    static let constraint = "agno_migrate_shadows"
    /// The stored bytes of the values that one batch converts; they are compressed, as a rule.
    private static let bytesPerBatch = 512 << 10

    private var columns: [String] { types.keys.sorted() }
    private var table: String { dialect.table(snapshot.name) }
    private func quote(_ name: String) -> String { dialect.quote(name) }
    private func shadow(_ column: String) -> String { quote(column + Self.suffix) }
    private func alter(_ actions: [String]) -> SQLStatement {
        SQLStatement("ALTER TABLE \(table) \(actions.joined(separator: ", "))")
    }

    // MARK: The function

    /// A value that the new type refuses leaves the shadows of its row NULL: no write of the application fails.
    private var body: String {
        let conversions = columns.map { "NEW.\(shadow($0)) := NEW.\(quote($0))::pg_catalog.\(typeName($0));" }
        let resets = columns.map { "NEW.\(shadow($0)) := NULL;" }
        return """
            BEGIN BEGIN \(conversions.joined(separator: " ")) \
            EXCEPTION WHEN OTHERS THEN \(resets.joined(separator: " ")) END; RETURN NEW; END
            """
    }

    /// The trigger has it as an argument, so that one that does something else is not trusted.
    private var digest: String { Self.digest(of: body) }

    private static func digest(of text: String) -> String { Fingerprint.of(.text(text)).replacing(":", with: "_") }

    /// The name of the function, quoted.
    private static func function(of table: String, in dialect: PostgreSQLDialect) -> String {
        dialect.table("agno_migrate_shadow_" + digest(of: table))
    }

    private func typeName(_ column: String) -> String { (types[column] ?? "").lowercased() }

    // MARK: Conversion

    var conversion: ColumnConversion {
        let lacking = lacking
        let release = alter(["DROP CONSTRAINT IF EXISTS \(quote(Self.constraint))"])
        return ColumnConversion(
            stage: stage, columns: columns,
            completed: ShadowColumns(types: types, digest: digest, hasConstraint: true, isValidated: true),
            hindrances: hindrances, expand: expand, discard: discard,
            extent: SQLStatement(
                """
                SELECT pg_relation_size(c.oid) / current_setting('block_size')::bigint, \
                GREATEST(c.reltuples, 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                WHERE n.nspname::text = $1 AND c.relname::text = $2
                """, [.text(dialect.schema), .text(snapshot.name)]),
            batch: { [self] in batch(of: $0, after: $1, rows: $2, lacking: lacking) },
            comparison: { [self] in comparison(of: $0, lacking: lacking) },
            demand: [alter(["ADD CONSTRAINT \(quote(Self.constraint)) CHECK (\(complete)) NOT VALID"])],
            release: [release], resume: snapshot.shadows?.hasConstraint == true ? [release] : [],
            recycle: SQLStatement(
                """
                SELECT count(*) FILTER (WHERE may AND pg_terminate_backend(pid)), count(*) FILTER (WHERE NOT may) \
                FROM (SELECT a.pid, me.rolsuper OR NOT r.rolsuper AND (pg_has_role(a.usesysid, 'USAGE') \
                OR pg_has_role('pg_signal_backend', 'USAGE')) AS may FROM pg_stat_activity a \
                JOIN pg_roles r ON r.oid = a.usesysid JOIN pg_roles me ON me.rolname = current_user \
                WHERE a.datname = current_database() AND a.state = 'idle' AND a.backend_type = 'client backend' \
                AND a.application_name NOT LIKE 'agno-migrate%' OFFSET 0) a
                """),
            validate: [
                SQLStatement("SET LOCAL lock_timeout = '300s'"),
                alter(["VALIDATE CONSTRAINT \(quote(Self.constraint))"]),
            ])
    }

    private var stage: ColumnConversion.Stage {
        guard let shadows = snapshot.shadows else { return .absent }
        guard shadows.digest == digest, shadows.types == types else { return .untrusted }
        return shadows.isValidated ? .proven : .filling
    }

    /// The server's proof that no row is missing; it also is that of NOT NULL.
    private var complete: String {
        columns.map { column in
            snapshot.shape.column(column)?.isNullable == false
                ? "\(shadow(column)) IS NOT NULL"
                : "(\(quote(column)) IS NULL) = (\(shadow(column)) IS NULL)"
        }.joined(separator: " AND ")
    }

    private var lacking: String {
        columns.map { "(\(quote($0)) IS NULL) <> (\(shadow($0)) IS NULL)" }.joined(separator: " OR ")
    }

    private var expand: [SQLStatement] {
        let added = columns.flatMap { column in
            ["ADD COLUMN \(shadow(column)) \(types[column] ?? "")"]
                + (snapshot.attributes?.storage[column] ?? []).map { "ALTER COLUMN \(shadow(column)) \($0)" }
        }
        let name = Self.function(of: snapshot.name, in: dialect)
        return [
            alter(added),
            SQLStatement(
                "CREATE OR REPLACE FUNCTION \(name)() RETURNS trigger LANGUAGE plpgsql AS \(dialect.literal(body))"),
            SQLStatement(
                "CREATE TRIGGER \(quote(Self.trigger)) BEFORE INSERT OR UPDATE ON \(table) FOR EACH ROW "
                    + "EXECUTE FUNCTION \(name)('\(digest)')"),
            alter(["ENABLE ALWAYS TRIGGER \(quote(Self.trigger))"]),
        ]
            // Whoever migrates next as the table's owner can go on.
            + (dialect.owner(of: snapshot).map { [SQLStatement("ALTER FUNCTION \(name)() OWNER TO \($0)")] } ?? [])
    }

    private var discard: [SQLStatement] {
        guard let shadows = snapshot.shadows else { return [] }
        return Self.removal(of: shadows, from: snapshot, in: dialect)
    }

    /// Drops shadows with all that belongs to them.
    ///
    /// - Parameter kept: the columns whose shadows are left.
    static func removal(
        of shadows: ShadowColumns, from snapshot: TableSnapshot, in dialect: PostgreSQLDialect,
        keeping kept: Set<String> = []
    ) -> [SQLStatement] {
        let table = dialect.table(snapshot.name)
        let columns = shadows.types.keys.filter { !kept.contains($0) }.sorted()
        let drops =
            (shadows.hasConstraint ? ["DROP CONSTRAINT \(dialect.quote(constraint))"] : [])
            + columns.map { "DROP COLUMN \(dialect.quote($0 + suffix))" }
        var result = [
            SQLStatement("DROP TRIGGER IF EXISTS \(dialect.quote(trigger)) ON \(table)"),
            SQLStatement("DROP FUNCTION IF EXISTS \(function(of: snapshot.name, in: dialect))()"),
        ]
        if !drops.isEmpty { result.append(SQLStatement("ALTER TABLE \(table) \(drops.joined(separator: ", "))")) }
        return result
    }

    // MARK: Batches

    /// The trigger converts; the statement only touches the rows. A row that somebody has locked is left for a second pass.
    private func batch(of pages: Range<Int64>, after place: String?, rows: Int, lacking: String) -> SQLStatement {
        let bytes = columns.map { "COALESCE(pg_column_size(\(quote($0))), 0)" }.joined(separator: " + ")
        return SQLStatement(
            """
            WITH candidate AS (SELECT place, sum(bytes) OVER (ORDER BY place) - bytes AS before FROM \
            (SELECT ctid AS place, \(bytes) AS bytes FROM \(table) WHERE ctid > $1::tid AND ctid < $2::tid \
            AND (\(lacking)) ORDER BY ctid LIMIT \(rows)) c), \
            chosen AS MATERIALIZED (SELECT place FROM candidate WHERE before < \(Self.bytesPerBatch)), \
            due AS MATERIALIZED (SELECT ctid AS place FROM \(table) WHERE ctid = ANY (ARRAY(SELECT place FROM chosen)) \
            AND (\(lacking)) FOR NO KEY UPDATE SKIP LOCKED), \
            done AS (UPDATE \(table) SET \(shadow(columns[0])) = NULL WHERE ctid = ANY (ARRAY(SELECT place FROM due)) \
            RETURNING (\(lacking)) AS fails) \
            SELECT (SELECT count(*) FROM chosen), (SELECT count(*) FROM done WHERE NOT fails), \
            (SELECT count(*) FROM done WHERE fails), (SELECT max(place)::text FROM chosen)
            """, [.text(place ?? "(\(pages.lowerBound),0)"), .text("(\(pages.upperBound),0)")])
    }

    /// JSON has no equality of its own.
    private func comparison(of pages: Range<Int64>, lacking: String) -> SQLStatement {
        let differences = columns.map {
            "\(quote($0))::pg_catalog.jsonb IS DISTINCT FROM \(shadow($0))::pg_catalog.jsonb"
        }.joined(separator: " OR ")
        return SQLStatement(
            """
            SELECT count(differs), count(*) FILTER (WHERE differs) FROM (SELECT CASE WHEN \(lacking) THEN NULL \
            ELSE \(differences) END AS differs FROM \(table) WHERE ctid >= $1::tid AND ctid < $2::tid) r
            """, [.text("(\(pages.lowerBound),0)"), .text("(\(pages.upperBound),0)")])
    }

    /// What the conversion would change beside the types, or what would see its batches.
    private var hindrances: SQLStatement {
        let list = "{" + columns.map { "\"\($0)\"" }.joined(separator: ",") + "}"
        return SQLStatement(
            """
            WITH t AS (SELECT c.oid, c.relkind, c.relnamespace FROM pg_class c JOIN pg_namespace n \
            ON n.oid = c.relnamespace WHERE n.nspname::text = $1 AND c.relname::text = $2), \
            a AS (SELECT a.* FROM pg_attribute a JOIN t ON t.oid = a.attrelid WHERE a.attname::text = ANY ($3::text[])) \
            SELECT 'the role may not create a trigger function in the schema' FROM t \
            WHERE NOT has_schema_privilege(t.relnamespace, 'CREATE') OR NOT EXISTS (SELECT FROM pg_language l \
            WHERE l.lanname = 'plpgsql' AND has_language_privilege(l.oid, 'USAGE')) UNION ALL \
            SELECT 'the table has partitions' FROM t WHERE relkind = 'p' UNION ALL \
            SELECT 'the table is part of another one' FROM t JOIN pg_inherits i ON t.oid IN (i.inhrelid, i.inhparent) \
            UNION ALL SELECT 'publication ' || p.pubname || ' publishes the table, and subscribers lack the new columns' \
            FROM pg_publication_tables p WHERE p.schemaname::text = $1 AND p.tablename::text = $2 UNION ALL \
            SELECT 'trigger ' || g.tgname || ' would fire for each row' FROM pg_trigger g JOIN t ON t.oid = g.tgrelid \
            WHERE NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgtype & 16 <> 0 AND g.tgname <> '\(Self.trigger)' \
            UNION ALL SELECT 'trigger ' || g.tgname || ' fires after the one that converts' FROM pg_trigger g \
            JOIN t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal AND g.tgtype & 7 = 7 \
            AND g.tgname::text COLLATE "C" > '\(Self.trigger)' AND g.tgname <> '\(PostgreSQLDialect.changeLogTrigger)' \
            UNION ALL SELECT 'constraint ' || k.conname || ' is not valid' FROM pg_constraint k JOIN t ON t.oid = k.conrelid \
            WHERE NOT k.convalidated AND k.conname <> '\(Self.constraint)' \
            UNION ALL SELECT 'column ' || a.attname || ' has a security label' FROM a JOIN pg_seclabel l \
            ON l.classoid = 'pg_class'::regclass AND l.objoid = a.attrelid AND l.objsubid = a.attnum \
            UNION ALL SELECT 'rule ' || r.rulename || ' is about writes' FROM pg_rewrite r JOIN t ON t.oid = r.ev_class \
            UNION ALL SELECT 'column ' || a.attname || ' has a default' FROM a WHERE a.atthasdef UNION ALL \
            SELECT 'column ' || a.attname || ' has privileges of its own' FROM a WHERE a.attacl IS NOT NULL UNION ALL \
            SELECT 'column ' || a.attname || ' has options or statistics of its own' FROM a \
            WHERE a.attoptions IS NOT NULL OR a.attstattarget >= 0 UNION ALL \
            SELECT 'column ' || a.attname || ' has a comment' FROM a \
            WHERE col_description(a.attrelid, a.attnum) IS NOT NULL UNION ALL \
            SELECT pg_describe_object(d.classid, d.objid, d.objsubid) || ' needs column ' || a.attname FROM a \
            JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid \
            AND d.refobjsubid = a.attnum AND NOT (d.classid = 'pg_constraint'::regclass AND d.objid IN \
            (SELECT k.oid FROM pg_constraint k WHERE k.conrelid = a.attrelid AND (k.conname = '\(Self.constraint)' \
            OR k.contype = 'n'))) AND NOT (d.classid = 'pg_attrdef'::regclass AND d.objid IN \
            (SELECT f.oid FROM pg_attrdef f WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum)) AND d.deptype <> 'i'
            """, [.text(dialect.schema), .text(snapshot.name), .text(list)])
    }
}
