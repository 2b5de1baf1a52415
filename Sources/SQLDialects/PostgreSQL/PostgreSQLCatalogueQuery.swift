import AgnoSchema

// The question to the catalogue.
extension PostgreSQLDialect {
    /// The server's release, as in `15`; 0 if no server was asked.
    var release: Int { Int(serverVersion.prefix { $0 != "." && $0.isNumber }) ?? 0 }

    /// Every relation and type of the schema by name, and every fact about the wanted tables. Parameters: schema, tables.
    ///
    /// The tables' numbers are arrays, not joins, so that the server looks them up in its indexes however many tables
    /// there are. The facts of a row are a JSON array. Of an index, column number zero is an expression, and only a
    /// B-tree without special ordering equals one of Agno's.
    var catalogueQuery: String {
        """
        \(Self.wanted) \
        SELECT * FROM (SELECT 'relation', 0::bigint, 0, name, NULL::text FROM relation \
        UNION ALL SELECT 'relation', 0, 0, t.typname::text, NULL FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
        WHERE n.nspname::text = $1 AND t.typrelid = 0 AND t.typelem = 0 \
        UNION ALL \(tables) \
        UNION ALL \(Self.columns(release: release)) \
        UNION ALL \(Self.constraints) \
        UNION ALL \(Self.indexes) \
        UNION ALL SELECT 'hanging', 0, 0, '', NULL WHERE \(Self.isAnythingHanging)) \
        facts(part, owner, place, name, detail) ORDER BY part, place, name COLLATE "C", owner
        """
    }

    /// What hangs on the wanted tables, as rows of the same form; asked only where something does, because its plan takes the
    /// server longer than all else. Parameters: schema, tables.
    var dependentsQuery: String {
        """
        \(Self.wanted), \(Self.dependentTables(release: release)) \
        SELECT 'dependent', root::bigint, depth, name, \
        json_build_array(kind, columns, sql, removal, restoration, reason, hook)::text FROM dependent \
        ORDER BY depth, name COLLATE "C", root
        """
    }

    private static let wanted = """
        WITH RECURSIVE relation AS (SELECT c.oid, c.relname::text AS name, c.relkind IN ('r', 'p') AS is_table \
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname::text = $1), \
        wanted AS (SELECT oid, name FROM relation WHERE is_table AND name = ANY ($2::text[]))
        """

    /// Whether there is anything but columns, keys and plain indexes.
    private static let isAnythingHanging = """
        EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass \
        AND d.refobjid = ANY (ARRAY(SELECT oid FROM wanted)) AND d.classid IN ('pg_rewrite'::regclass, \
        'pg_policy'::regclass, 'pg_trigger'::regclass, 'pg_proc'::regclass, 'pg_statistic_ext'::regclass)) \
        OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = ANY (ARRAY(SELECT oid FROM wanted)) \
        AND k.contype IN ('c', 'x')) \
        OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = ANY (ARRAY(SELECT oid FROM wanted)) \
        AND a.attgenerated <> '') \
        OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid = ANY (ARRAY(SELECT oid FROM wanted)) \
        AND (i.indexprs IS NOT NULL \
        OR pg_get_expr(i.indpred, i.indrelid) !~ '^[(][^ ]+ IS (NOT )?NULL[)]$' \
        OR EXISTS (SELECT FROM pg_class c JOIN pg_am m ON m.oid = c.relam WHERE c.oid = i.indexrelid \
        AND m.amname <> 'btree'))) \
        OR EXISTS (SELECT FROM pg_publication_rel p WHERE p.prrelid = ANY (ARRAY(SELECT oid FROM wanted))) \
        OR EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = ANY (ARRAY(SELECT oid FROM wanted)) \
        OR h.inhrelid = ANY (ARRAY(SELECT oid FROM wanted))) \
        OR EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_type'::regclass \
        AND d.classid = 'pg_class'::regclass AND d.objsubid > 0 AND d.refobjid = ANY (ARRAY(SELECT t.oid \
        FROM pg_type t WHERE t.typrelid = ANY (ARRAY(SELECT oid FROM wanted)) \
        UNION ALL SELECT t.typarray FROM pg_type t WHERE t.typrelid = ANY (ARRAY(SELECT oid FROM wanted)))))
        """

    private var tables: String {
        """
        SELECT 'table', c.oid::bigint, 0, c.relname::text, json_build_array(\
        CASE WHEN pg_get_userbyid(c.relowner) <> current_user THEN pg_get_userbyid(c.relowner)::text END, \
        (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) OR (pg_has_role(c.relowner, 'USAGE') \
        AND has_schema_privilege(c.relowner, c.relnamespace, 'CREATE')), \
        (SELECT s.spcname::text FROM pg_tablespace s WHERE s.oid = c.reltablespace), c.relpersistence = 'u', \
        c.relrowsecurity, c.relforcerowsecurity, c.relrowsecurity AND row_security_active(c.oid), \
        (SELECT k.relname::text FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid \
        WHERE i.indrelid = c.oid AND i.indisreplident), \
        c.relreplident = 'd' AND (EXISTS (SELECT FROM pg_publication WHERE puballtables) \
        OR EXISTS (SELECT FROM pg_publication_rel p WHERE p.prrelid = c.oid)\
        \(release >= 15 ? " OR EXISTS (SELECT FROM pg_publication_namespace s WHERE s.pnnspid = c.relnamespace)" : "")), \
        ARRAY(SELECT json_build_array(g.privilege_type, g.name, CASE g.grantee WHEN 0 THEN 'PUBLIC' \
        ELSE quote_ident(pg_get_userbyid(g.grantee)) END, g.is_grantable) FROM (SELECT NULL::text AS name, e.* \
        FROM aclexplode(c.relacl) e UNION ALL SELECT a.attname::text, e.* FROM pg_attribute a, aclexplode(a.attacl) e \
        WHERE a.attrelid = c.oid AND NOT a.attisdropped) g WHERE g.grantee <> c.relowner), \
        ARRAY(SELECT json_build_array(p.polname::text, p.polpermissive, CASE p.polcmd WHEN 'r' THEN 'SELECT' \
        WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, \
        (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ') \
        FROM unnest(p.polroles) r), pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) \
        FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY p.polname))::text \
        FROM pg_class c WHERE c.oid = ANY (ARRAY(SELECT oid FROM wanted))
        """
    }

    private static func columns(release: Int) -> String {
        """
        SELECT 'column', a.attrelid::bigint, a.attnum, a.attname::text, json_build_array(\
        format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> '', \
        (SELECT format('%I.%I', m.nspname, l.collname) FROM pg_collation l JOIN pg_namespace m ON m.oid = l.collnamespace \
        JOIN pg_type t ON t.oid = a.atttypid WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation), \
        \(storage(release: release)))::text FROM pg_attribute a \
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
        WHERE a.attrelid = ANY (ARRAY(SELECT oid FROM wanted)) AND a.attnum > 0 AND NOT a.attisdropped
        """
    }

    private static let constraints = """
        SELECT 'constraint', k.conrelid::bigint, 0, k.conname::text, json_build_array(\
        k.contype::text, ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, i) \
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i), \
        ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, i) \
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i), \
        pg_get_constraintdef(k.oid), n.nspname::text, c.relname::text, pn.nspname::text, p.relname::text, \
        k.confrelid::bigint, CASE WHEN NOT pg_has_role(c.relowner, 'USAGE') \
        THEN 'its table belongs to role ' || pg_get_userbyid(c.relowner) \
        WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O') \
        THEN 'its triggers are disabled, so that rows may violate it' END, \
        CASE WHEN k.contype = 'f' AND ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = k.conrelid \
        AND a.attnum > 0 AND NOT a.attisdropped) @> '{\(KnownTables.sandboxColumns.joined(separator: ","))}' \
        THEN EXISTS (SELECT FROM pg_constraint r JOIN pg_attribute a ON a.attrelid = r.conrelid \
        AND r.conkey = ARRAY[a.attnum] WHERE r.conrelid = k.conrelid AND r.contype = 'f' AND a.attname = 'run_id') END, \
        obj_description(k.oid, 'pg_constraint'))::text \
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
        LEFT JOIN pg_class p ON p.oid = k.confrelid LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace \
        WHERE k.contype IN ('p', 'u', 'f') AND k.conparentid = 0 AND (k.conrelid = ANY (ARRAY(SELECT oid FROM wanted)) \
        OR k.confrelid = ANY (ARRAY(SELECT oid FROM wanted)))
        """

    private static let indexes = """
        SELECT 'index', i.indrelid::bigint, 0, c.relname::text, json_build_array(\
        i.indisunique, i.indisvalid AND i.indisready, \
        ARRAY(SELECT CASE WHEN m.amname <> 'btree' THEN '<' || m.amname || '>' \
        ELSE COALESCE(a.attname::text, '<expression>') END \
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(n, i) \
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.n AND u.n <> 0 \
        WHERE u.i <= i.indnkeyatts ORDER BY u.i), \
        pg_get_expr(i.indpred, i.indrelid), pg_get_indexdef(i.indexrelid))::text \
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam \
        WHERE i.indrelid = ANY (ARRAY(SELECT oid FROM wanted)) AND NOT i.indisprimary \
        AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
        """
}
