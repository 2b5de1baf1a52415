// The part of the question to the catalogue about what hangs on a table.
extension PostgreSQLDialect {
    /// The tables `need`, `view` and `dependent`, after a table `wanted` with the oids of Agno's tables.
    ///
    /// A row of `dependent` has the table, its place in the order of restoration, kind, name, the columns that it needs, its
    /// definition, the statements that drop it and create it again, why the role cannot do so, and for a trigger or rule
    /// the writes at which it fires (4 insert, 8 delete, 16 update). Definitions are the catalogue's own text.
    static func dependentTables(release: Int) -> String {
        """
        need AS (SELECT d.refobjid AS root, d.classid, d.objid, d.objsubid, \
        COALESCE(array_agg(DISTINCT a.attname::text) FILTER (WHERE a.attname IS NOT NULL), '{}') AS columns \
        FROM pg_depend d LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND \
        a.attnum > 0 \
        WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY (ARRAY(SELECT oid FROM wanted)) \
        AND (d.classid <> 'pg_class'::regclass OR d.objsubid > 0 OR d.refobjsubid > 0) GROUP BY 1, 2, 3, 4), \
        view AS (SELECT n.root, r.ev_class AS oid, n.columns, 1 AS depth FROM need n \
        JOIN pg_rewrite r ON r.oid = n.objid AND n.classid = 'pg_rewrite'::regclass \
        JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm') \
        UNION SELECT b.root, u.oid, b.columns, b.depth + 1 FROM view b CROSS JOIN LATERAL (SELECT r.ev_class AS oid \
        FROM pg_depend d \
        JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm') \
        WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = b.oid AND d.classid = 'pg_rewrite'::regclass \
        AND r.ev_class <> b.oid OFFSET 0) u WHERE b.depth < 64), \
        dependent(root, depth, kind, name, columns, sql, removal, restoration, reason, hook) AS ( \
        \([
            views(release: release), rules, policies, triggers, checks, otherIndexes, statistics(release: release),
            generatedColumns(release: release), publications(release: release), functions, rowTypes, children, parents,
        ].joined(separator: " UNION ALL ")))
        """
    }

    /// Views and materialized views, those that read another view included, with all that hangs on them. The deepest is
    /// first to go and last to come back.
    private static func views(release: Int) -> String {
        """
        SELECT v.root, v.depth, CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, x.name, \
        v.columns, x.sql, \
        ARRAY[format('DROP %s %s', x.kind, x.name)], \
        ARRAY[x.sql] \
        || ARRAY(SELECT format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', x.name, a.attname, \
        pg_get_expr(d.adbin, d.adrelid)) \
        FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = \
        c.oid) \
        || \(viewParts(release)) \
        || ARRAY(SELECT format('GRANT %s ON %s TO %s%s', g.privilege_type, x.name, \
        CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END, \
        CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
        FROM aclexplode(c.relacl) g WHERE g.grantee <> c.relowner) \
        || ARRAY(SELECT format('GRANT %s (%I) ON %s TO %s%s', g.privilege_type, a.attname, x.name, \
        CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END, \
        CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
        FROM pg_attribute a, aclexplode(a.attacl) g WHERE a.attrelid = c.oid) \
        || CASE WHEN pg_get_userbyid(c.relowner) = current_user THEN '{}' \
        ELSE ARRAY[format('ALTER %s %s OWNER TO %I', x.kind, x.name, pg_get_userbyid(c.relowner))] END, \
        CASE WHEN NOT pg_has_role(c.relowner, 'USAGE') THEN format('it belongs to role %s', \
        pg_get_userbyid(c.relowner)) \
        WHEN EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND \
        d.deptype = 'e') \
        THEN 'it belongs to an extension' \
        WHEN EXISTS (SELECT FROM aclexplode(c.relacl) g WHERE g.grantor <> c.relowner) THEN 'roles other than its \
        owner have granted privileges on it' \
        WHEN NOT has_schema_privilege(c.relnamespace, 'CREATE') OR NOT has_schema_privilege(c.relowner, \
        c.relnamespace, 'CREATE') \
        THEN 'its owner may not create it again in its schema' \
        ELSE (SELECT format('%s depends on it', pg_describe_object(d.classid, d.objid, 0)) FROM pg_depend d \
        WHERE (d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.classid IN ('pg_proc'::regclass, \
        'pg_policy'::regclass)) \
        OR (d.refclassid = 'pg_type'::regclass AND d.refobjid IN (c.reltype, t.typarray) AND d.deptype = 'n') LIMIT \
        1) END, NULL::int \
        FROM (SELECT root, oid, max(depth) AS depth, array_agg(DISTINCT u.name) FILTER (WHERE u.name IS NOT NULL) \
        AS columns FROM view \
        LEFT JOIN LATERAL unnest(columns) u(name) ON true GROUP BY root, oid) v \
        JOIN pg_class c ON c.oid = v.oid JOIN pg_type t ON t.oid = c.reltype \
        CROSS JOIN LATERAL (SELECT c.oid::regclass::text AS name, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE \
        'MATERIALIZED VIEW' END AS kind, \
        format('CREATE %s %s%s%s AS %s%s', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END, \
        c.oid::regclass, \
        (SELECT ' WITH (' || string_agg(o, ', ') || ')' FROM unnest(c.reloptions) o), \
        (SELECT format(' TABLESPACE %I', s.spcname) FROM pg_tablespace s WHERE s.oid = c.reltablespace), \
        rtrim(pg_get_viewdef(c.oid), ';'), CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN ' WITH NO DATA' \
        END) AS sql OFFSET 0) x
        """
    }

    /// Rules on the table, and rules of other tables that name it.
    private static let rules = """
        SELECT n.root, 0, 'rule', CASE WHEN r.ev_class = n.root THEN r.rulename::text \
        ELSE format('%s on %s', r.rulename, r.ev_class::regclass) END, n.columns, \
        pg_get_ruledef(r.oid), \
        ARRAY[format('DROP RULE %I ON %s', r.rulename, r.ev_class::regclass)], \
        array_remove(ARRAY[pg_get_ruledef(r.oid), CASE WHEN r.ev_enabled <> 'O' THEN format('ALTER TABLE %s %s RULE \
        %I', r.ev_class::regclass, \
        CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, \
        r.rulename) END, \
        CASE WHEN obj_description(r.oid, 'pg_rewrite') IS NOT NULL THEN \
        format('COMMENT ON RULE %I ON %s IS %L', r.rulename, r.ev_class::regclass, obj_description(r.oid, \
        'pg_rewrite')) END], NULL), \
        CASE WHEN NOT pg_has_role(c.relowner, 'USAGE') THEN format('its table belongs to role %s', \
        pg_get_userbyid(c.relowner)) END, \
        CASE WHEN r.ev_class = n.root AND r.ev_enabled IN ('O', 'A') THEN CASE r.ev_type WHEN '2' THEN 16 WHEN '3' \
        THEN 4 ELSE 8 END END \
        FROM need n JOIN pg_rewrite r ON r.oid = n.objid JOIN pg_class c ON c.oid = r.ev_class AND c.relkind NOT IN \
        ('v', 'm') \
        WHERE n.classid = 'pg_rewrite'::regclass
        """

    /// Policies that read a column, of the table or of others.
    private static let policies = """
        SELECT n.root, 0, 'policy', CASE WHEN p.polrelid = n.root THEN p.polname::text ELSE format('%s on %s', \
        p.polname, p.polrelid::regclass) END, \
        n.columns, x.sql, ARRAY[format('DROP POLICY %I ON %s', p.polname, p.polrelid::regclass)], \
        array_remove(ARRAY[x.sql, CASE WHEN obj_description(p.oid, 'pg_policy') IS NOT NULL THEN \
        format('COMMENT ON POLICY %I ON %s IS %L', p.polname, p.polrelid::regclass, obj_description(p.oid, \
        'pg_policy')) END], NULL), \
        CASE WHEN NOT pg_has_role(c.relowner, 'USAGE') THEN format('its table belongs to role %s', \
        pg_get_userbyid(c.relowner)) END, NULL \
        FROM need n JOIN pg_policy p ON p.oid = n.objid JOIN pg_class c ON c.oid = p.polrelid \
        CROSS JOIN LATERAL (SELECT format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, \
        p.polrelid::regclass, \
        CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, \
        CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' \
        ELSE 'ALL' END, \
        (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ') FROM \
        unnest(p.polroles) r), \
        ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, \
        p.polrelid) || ')') AS sql OFFSET 0) x \
        WHERE n.classid = 'pg_policy'::regclass
        """

    /// Every trigger of the table; its columns are those of OF and WHEN.
    private static let triggers = """
        SELECT n.root, 0, 'trigger', t.tgname::text, n.columns, pg_get_triggerdef(t.oid), \
        ARRAY[format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)], \
        array_remove(ARRAY[pg_get_triggerdef(t.oid), CASE WHEN t.tgenabled <> 'O' THEN format('ALTER TABLE %s %s \
        TRIGGER %I', t.tgrelid::regclass, \
        CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, t.tgname) \
        END, \
        CASE WHEN obj_description(t.oid, 'pg_trigger') IS NOT NULL THEN \
        format('COMMENT ON TRIGGER %I ON %s IS %L', t.tgname, t.tgrelid::regclass, obj_description(t.oid, \
        'pg_trigger')) END], NULL), \
        CASE WHEN EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid AND \
        d.deptype IN ('e', 'x')) \
        THEN 'it belongs to an extension' WHEN NOT has_function_privilege(t.tgfoid, 'EXECUTE') THEN 'the role may \
        not execute its function' END, \
        CASE WHEN t.tgenabled IN ('O', 'A') THEN t.tgtype::int END \
        FROM need n JOIN pg_trigger t ON t.oid = n.objid AND t.tgrelid = n.root AND NOT t.tgisinternal WHERE \
        n.classid = 'pg_trigger'::regclass
        """

    /// Check and exclusion constraints; the server keeps those that a change of type leaves valid.
    private static let checks = """
        SELECT n.root, 0, 'check constraint', k.conname::text, n.columns, pg_get_constraintdef(k.oid), \
        ARRAY[format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname)], \
        ARRAY[format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))] \
        || CASE WHEN obj_description(k.oid, 'pg_constraint') IS NOT NULL THEN ARRAY[format('COMMENT ON CONSTRAINT %I ON %s IS %L', \
        k.conname, k.conrelid::regclass, obj_description(k.oid, 'pg_constraint'))] END, NULL, NULL \
        FROM need n JOIN pg_constraint k ON k.oid = n.objid AND k.conrelid = n.root AND k.contype IN ('c', 'x') \
        WHERE n.classid = 'pg_constraint'::regclass
        """

    /// Indexes that are no constraint.
    private static let otherIndexes = """
        SELECT n.root, 0, 'index', c.relname::text, n.columns, pg_get_indexdef(i.indexrelid), \
        ARRAY[format('DROP INDEX %s', c.oid::regclass)], ARRAY[pg_get_indexdef(i.indexrelid)] \
        || CASE WHEN obj_description(c.oid, 'pg_class') IS NOT NULL THEN ARRAY[format('COMMENT ON INDEX %s IS %L', \
        c.oid::regclass, obj_description(c.oid, 'pg_class'))] END \
        || ARRAY(\(indexSettings("i.indexrelid = c.oid"))) \
        || CASE WHEN i.indisclustered THEN ARRAY[format('ALTER TABLE %s CLUSTER ON %I', n.root::regclass, c.relname)] END, \
        NULL, NULL \
        FROM need n JOIN pg_index i ON i.indexrelid = n.objid AND i.indrelid = n.root JOIN pg_class c ON c.oid = i.indexrelid \
        WHERE n.classid = 'pg_class'::regclass AND n.objsubid = 0
        """

    /// Extended statistics.
    private static func statistics(release: Int) -> String {
        """
        SELECT n.root, 0, 'statistics', s.stxname::text, n.columns, pg_get_statisticsobjdef(s.oid), \
        ARRAY[format('DROP STATISTICS %I.%I', m.nspname, s.stxname)], \(statisticsTexts(release)), \
        CASE WHEN NOT pg_has_role(s.stxowner, 'USAGE') THEN format('it belongs to role %s', pg_get_userbyid(s.stxowner)) END, NULL \
        FROM need n JOIN pg_statistic_ext s ON s.oid = n.objid JOIN pg_namespace m ON m.oid = s.stxnamespace \
        WHERE n.classid = 'pg_statistic_ext'::regclass
        """
    }

    /// Columns whose values the server computes.
    private static func generatedColumns(release: Int) -> String {
        """
        SELECT n.root, 0, 'generated column', a.attname::text, array_remove(n.columns, a.attname::text), \
        pg_get_expr(d.adbin, d.adrelid), ARRAY[format('ALTER TABLE %s DROP COLUMN %I', n.root::regclass, a.attname)], \
        ARRAY[format('ALTER TABLE %s ADD COLUMN %I %s%s GENERATED ALWAYS AS (%s) %s%s', n.root::regclass, a.attname, \
        format_type(a.atttypid, a.atttypmod), (SELECT format(' COLLATE %I.%I', m.nspname, l.collname) FROM pg_collation l \
        JOIN pg_namespace m ON m.oid = l.collnamespace JOIN pg_type t ON t.oid = a.atttypid \
        WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation), pg_get_expr(d.adbin, d.adrelid), \
        CASE a.attgenerated WHEN 'v' THEN 'VIRTUAL' ELSE 'STORED' END, CASE WHEN a.attnotnull THEN ' NOT NULL' END)] \
        || ARRAY(SELECT format('GRANT %s (%I) ON %s TO %s%s', g.privilege_type, a.attname, n.root::regclass, \
        CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END, \
        CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) FROM aclexplode(a.attacl) g) \
        || CASE WHEN col_description(n.root, a.attnum) IS NOT NULL THEN ARRAY[format('COMMENT ON COLUMN %s.%I IS %L', \
        n.root::regclass, a.attname, col_description(n.root, a.attnum))] END \
        || ARRAY(\(columnSettings("format('ALTER TABLE %s', n.root::regclass)", "a.attrelid = n.root AND a.attnum = d.adnum", release))), \
        NULL, NULL \
        FROM need n JOIN pg_attrdef d ON (n.classid = 'pg_attrdef'::regclass AND d.oid = n.objid) \
        OR (n.classid = 'pg_class'::regclass AND n.objid = n.root AND d.adrelid = n.root AND d.adnum = n.objsubid) \
        JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> ''
        """
    }

    /// Functions whose bodies the server keeps parsed. One that is replaced by an empty one in the meantime keeps its owner,
    /// its privileges and whatever calls it.
    private static let functions = """
        SELECT n.root, 0, 'function', n.objid::regprocedure::text, n.columns, pg_get_functiondef(n.objid), \
        ARRAY[format('CREATE OR REPLACE %s %I.%I(%s)%s LANGUAGE plpgsql AS %L', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' \
        ELSE 'FUNCTION' END, m.nspname, p.proname, pg_get_function_arguments(p.oid), \
        ' RETURNS ' || pg_get_function_result(p.oid), 'BEGIN END')], ARRAY[pg_get_functiondef(n.objid)], \
        CASE WHEN NOT pg_has_role(p.proowner, 'USAGE') THEN format('it belongs to role %s', pg_get_userbyid(p.proowner)) END, NULL \
        FROM need n JOIN pg_proc p ON p.oid = n.objid JOIN pg_namespace m ON m.oid = p.pronamespace \
        WHERE n.classid = 'pg_proc'::regclass
        """

    /// Columns of other tables that hold a row of the table.
    private static let rowTypes = """
        SELECT r.oid, 0, 'column', format('%s.%s', c.oid::regclass, a.attname), '{}', '', '{}', '{}', 'its type is \
        the row type of the table', NULL \
        FROM pg_class r JOIN pg_type t ON t.oid = r.reltype \
        JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray) AND d.classid \
        = 'pg_class'::regclass AND d.objsubid > 0 \
        JOIN pg_class c ON c.oid = d.objid AND c.relkind IN ('r', 'p', 'm') JOIN pg_attribute a ON a.attrelid = \
        c.oid AND a.attnum = d.objsubid \
        WHERE r.oid = ANY (ARRAY(SELECT oid FROM wanted))
        """

    /// Partitions, and tables that inherit from the table.
    private static let children = """
        SELECT h.inhparent, 0, CASE WHEN c.relispartition THEN 'partition' ELSE 'inherited table' END, \
        h.inhrelid::regclass::text, '{}', '', '{}', '{}', \
        'its rows are rows of the table, and the table''s keys do not hold for them', NULL \
        FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid WHERE h.inhparent = ANY (ARRAY(SELECT oid FROM \
        wanted)) AND c.relkind IN ('r', 'p', 'f')
        """

    /// Tables that the table inherits from.
    private static let parents = """
        SELECT h.inhrelid, 0, 'inherited table', h.inhparent::regclass::text, '{}', '', '{}', '{}', \
        'the table inherits its columns from it', NULL \
        FROM pg_inherits h WHERE h.inhrelid = ANY (ARRAY(SELECT oid FROM wanted))
        """

    /// Publications that list the table, since 15 with their columns and row filters.
    private static func publications(release: Int) -> String {
        let details =
            release < 15
            ? "NULL"
            : """
            (SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')' FROM pg_attribute a WHERE \
            a.attrelid = p.prrelid AND a.attnum = ANY (p.prattrs::int2[])), \
            ' WHERE (' || pg_get_expr(p.prqual, p.prrelid) || ')'
            """
        return """
            SELECT p.prrelid, 0, 'publication', b.pubname::text, \
            COALESCE((SELECT n.columns FROM need n WHERE n.classid = 'pg_publication_rel'::regclass AND n.objid = p.oid \
            AND n.root = p.prrelid), '{}'), x.sql, \
            ARRAY[format('ALTER PUBLICATION %I DROP TABLE %s', b.pubname, p.prrelid::regclass)], ARRAY[x.sql], \
            CASE WHEN NOT pg_has_role(b.pubowner, 'USAGE') THEN format('it belongs to role %s', \
            pg_get_userbyid(b.pubowner)) END, NULL \
            FROM pg_publication_rel p JOIN pg_publication b ON b.oid = p.prpubid \
            CROSS JOIN LATERAL (SELECT concat(format('ALTER PUBLICATION %I ADD TABLE %s', b.pubname, \
            p.prrelid::regclass), \(details)) AS sql OFFSET 0) x \
            WHERE p.prrelid = ANY (ARRAY(SELECT oid FROM wanted))
            """
    }
}
