// The parts of the question to the catalogue about what definitions leave out: targets of statistics, storage, compression.
extension PostgreSQLDialect {
    /// The clauses of a column's storage and compression where they are not those of its type: two expressions.
    static func storage(release: Int) -> String {
        let compression =
            release < 14
            ? "NULL"
            : "CASE a.attcompression WHEN 'p' THEN 'SET COMPRESSION pglz' WHEN 'l' THEN 'SET COMPRESSION lz4' END"
        return """
            CASE WHEN a.attstorage <> (SELECT t.typstorage FROM pg_type t WHERE t.oid = a.atttypid) THEN \
            'SET STORAGE ' || CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' \
            ELSE 'EXTENDED' END END, \(compression)
            """
    }

    /// A query for the statements that give columns their settings again.
    ///
    /// - Parameters:
    ///   - alter: the expression for the statement's beginning.
    ///   - condition: selects the columns `a`.
    static func columnSettings(_ alter: String, _ condition: String, _ release: Int) -> String {
        """
        SELECT format('%s ALTER COLUMN %I %s', \(alter), a.attname, g.clause) FROM pg_attribute a \
        CROSS JOIN LATERAL unnest(ARRAY[CASE WHEN a.attstattarget >= 0 THEN 'SET STATISTICS ' || a.attstattarget END, \
        \(storage(release: release)), 'SET (' || array_to_string(a.attoptions, ', ') || ')']) g(clause) \
        WHERE \(condition) AND a.attnum > 0 AND NOT a.attisdropped AND g.clause IS NOT NULL ORDER BY a.attnum
        """
    }

    /// A query for the statements that give the expressions of indexes their targets again.
    ///
    /// - Parameter condition: selects the indexes `i`.
    static func indexSettings(_ condition: String) -> String {
        """
        SELECT format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', i.indexrelid::regclass, e.attnum, e.attstattarget) \
        FROM pg_index i JOIN pg_attribute e ON e.attrelid = i.indexrelid AND e.attstattarget >= 0 WHERE \(condition) \
        ORDER BY e.attrelid, e.attnum
        """
    }

    /// The expression for the statements that make extended statistics `s` again.
    static func statisticsTexts(_ release: Int) -> String {
        let target =
            release < 13
            ? ""
            : """
             || CASE WHEN s.stxstattarget >= 0 THEN ARRAY[format('ALTER STATISTICS %s SET STATISTICS %s', \
            \(statisticsName), s.stxstattarget)] END
            """
        return """
            ARRAY[pg_get_statisticsobjdef(s.oid)] \
            || CASE WHEN obj_description(s.oid, 'pg_statistic_ext') IS NOT NULL THEN ARRAY[format('COMMENT ON STATISTICS %s IS %L', \
            \(statisticsName), obj_description(s.oid, 'pg_statistic_ext'))] END\(target) \
            || CASE WHEN pg_get_userbyid(s.stxowner) <> current_user THEN ARRAY[format('ALTER STATISTICS %s OWNER TO %I', \
            \(statisticsName), pg_get_userbyid(s.stxowner))] END
            """
    }

    private static let statisticsName =
        "(SELECT format('%I.%I', z.nspname, s.stxname) FROM pg_namespace z WHERE z.oid = s.stxnamespace)"

    /// The expression for the statements that make the indexes, statistics, rules and triggers of a view `c` again, whose name is
    /// `x.name`, with the settings of its columns and all comments.
    static func viewParts(_ release: Int) -> String {
        """
        ARRAY(SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = c.oid ORDER BY \
        i.indexrelid) \
        || ARRAY(SELECT format('COMMENT ON INDEX %s IS %L', i.indexrelid::regclass, obj_description(i.indexrelid, 'pg_class')) \
        FROM pg_index i WHERE i.indrelid = c.oid AND obj_description(i.indexrelid, 'pg_class') IS NOT NULL) \
        || ARRAY(\(indexSettings("i.indrelid = c.oid"))) \
        || ARRAY(\(columnSettings("format('ALTER MATERIALIZED VIEW %s', x.name)", "a.attrelid = c.oid", release))) \
        || ARRAY(SELECT format('ALTER MATERIALIZED VIEW %s CLUSTER ON %I', x.name, k.relname) FROM pg_index i \
        JOIN pg_class k ON k.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisclustered) \
        || ARRAY(SELECT d.sql FROM pg_statistic_ext s CROSS JOIN LATERAL unnest(\(statisticsTexts(release))) d(sql) \
        WHERE s.stxrelid = c.oid ORDER BY s.oid) \
        || ARRAY(SELECT pg_get_ruledef(r.oid) FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename <> \
        '_RETURN' ORDER BY r.oid) \
        || ARRAY(SELECT format('COMMENT ON RULE %I ON %s IS %L', r.rulename, x.name, obj_description(r.oid, 'pg_rewrite')) \
        FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN' \
        AND obj_description(r.oid, 'pg_rewrite') IS NOT NULL) \
        || ARRAY(SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal \
        ORDER BY t.oid) \
        || ARRAY(SELECT format('COMMENT ON TRIGGER %I ON %s IS %L', t.tgname, x.name, obj_description(t.oid, 'pg_trigger')) \
        FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND obj_description(t.oid, 'pg_trigger') IS NOT NULL) \
        || ARRAY(SELECT format('COMMENT ON %s IS %L', CASE WHEN d.objsubid = 0 THEN format('%s %s', x.kind, x.name) \
        ELSE format('COLUMN %s.%I', x.name, a.attname) END, d.description) FROM pg_description d \
        LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid \
        WHERE d.objoid = c.oid AND d.classoid = 'pg_class'::regclass ORDER BY d.objsubid)
        """
    }
}
