import AgnoSchema

// A log of the sessions that are written while their runs are moved.
extension PostgreSQLDialect {
    static let changeLogTrigger = "zzzz_agno_migrate_log"

    /// The log is not crash-safe and need not be: the run that reads it does not survive the server, and the next one begins
    /// another. Whoever may write the table may write the log, through its function alone.
    package func changeLog(of snapshot: TableSnapshot, key: String) -> ChangeLog? {
        let table = table(snapshot.name)
        let digest = Fingerprint.of(.text(snapshot.name)).replacing(":", with: "_")
        let (log, function) = (self.table("agno_migration_log_\(digest)"), self.table("agno_migrate_log_\(digest)"))
        let trigger = quote(Self.changeLogTrigger)
        let body = "BEGIN INSERT INTO \(log) (row_key) VALUES (NEW.\(quote(key))::pg_catalog.text); RETURN NULL; END"
        let end = [
            "DROP TRIGGER IF EXISTS \(trigger) ON \(table)", "DROP FUNCTION IF EXISTS \(function)()",
            "DROP TABLE IF EXISTS \(log)",
        ]
        let begin = [
            "CREATE UNLOGGED TABLE \(log) (row_key text)",
            "CREATE FUNCTION \(function)() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
                + "SET search_path = pg_catalog AS \(literal(body))",
            "CREATE TRIGGER \(trigger) AFTER INSERT OR UPDATE ON \(table) FOR EACH ROW EXECUTE FUNCTION \(function)()",
            "ALTER TABLE \(table) ENABLE ALWAYS TRIGGER \(trigger)",
        ]
        // Whoever migrates next as the table's owner can end the log.
        let given = owner(of: snapshot).map {
            ["ALTER TABLE \(log) OWNER TO \($0)", "ALTER FUNCTION \(function)() OWNER TO \($0)"]
        }
        return ChangeLog(
            begin: (end + begin + (given ?? [])).map { SQLStatement($0) },
            take: SQLStatement(
                "DELETE FROM \(log) WHERE ctid = ANY (ARRAY(SELECT ctid FROM \(log) LIMIT \(ChangeLog.keysAtOnce))) RETURNING row_key"
            ),
            end: end.map { SQLStatement($0) })
    }
}
