import AgnoSchema
import Crypto
import DatabaseAccess
import SQLDialects

/// An advisory lock of the server, held by a connection that does nothing else, so that it ends with the process.
///
/// It is requested repeatedly instead of waited for: a session that waits inside a statement holds a snapshot, which
/// concurrent index builds would wait for in turn.
struct AdvisoryLock {
    let connection: PostgreSQLConnection
    let schema: String
    let versionsTable: String

    func withLock<Result>(waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result) throws -> Result {
        let key = try self.key()
        try LockQueue.wait(reporting: waiting) {
            let answer = try connection.value("SELECT pg_try_advisory_lock($1)", [.integer(key)])
            return answer?.int == 1 ? nil : try holder(of: key)
        }
        defer { _ = try? connection.value("SELECT pg_advisory_unlock($1)", [.integer(key)]) }
        return try body()
    }

    /// Derived from database, schema and versions table, so that other migrations are not kept waiting.
    private func key() throws -> Int64 {
        let database = try connection.value("SELECT current_database()::text")?.string ?? ""
        let text = ["agno-migrate", database, schema, versionsTable].joined(separator: "\u{0}")
        return SHA256.hash(data: Array(text.utf8)).prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }

    private func holder(of key: Int64) throws -> String {
        let bits = UInt64(bitPattern: key)
        let holder = try connection.value(
            SQLStatement(
                """
                SELECT 'process ' || a.pid || ' of user ' || COALESCE(a.usename, '?') \
                || COALESCE(' (' || NULLIF(a.application_name, '') || ')', '') \
                || COALESCE(' on host ' || host(a.client_addr), '') || ', since ' \
                || to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') \
                FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted \
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                AND l.classid::bigint = $1 AND l.objid::bigint = $2 AND l.objsubid = 1
                """, [.integer(Int64(bits >> 32)), .integer(Int64(bits & 0xFFFF_FFFF))]))
        return holder?.string ?? "another session"
    }
}
