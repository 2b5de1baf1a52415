package import AgnoSchema
import CLibMariaDB
package import DatabaseAccess
import SQLDialects
import Synchronization

/// A server of the MySQL family, reached through libmariadb. The server itself reports which one it is.
package final class MySQLDriver: DatabaseDriver {
    private let parameters: MySQLParameters
    private let schema: String?
    private let versionsTable: String
    private let expected: DatabaseKind?
    private let lockTimeout: Int
    /// The server's ids of the open connections.
    private let running = Mutex<[UInt]>([])

    /// - Parameters:
    ///   - schema: the database with Agno's tables; nil: `ai`, on SingleStore the connection's own.
    ///   - versionsTable: names the lock that keeps migrations apart, together with the schema.
    ///   - expected: the required kind of server; nil: any of the family.
    ///   - lockTimeout: how long a statement waits for another session's lock, in seconds. It is short because later
    ///     requests for the table queue behind this one.
    package init(
        _ parameters: MySQLParameters, schema: String?, versionsTable: String, expected: DatabaseKind? = nil,
        lockTimeout: Int = 2
    ) {
        self.parameters = parameters
        self.schema = schema
        self.versionsTable = versionsTable
        self.expected = expected
        self.lockTimeout = lockTimeout
    }

    package func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try open { connection in
            if access == .create { try makeSchema(connection) }
            if access.isReading { try connection.readOnly() }
            return try cancellable(connection) { try body(connection) }
        }
    }

    /// Runs a body whose statements may be cancelled by another thread.
    private func cancellable<Result>(_ connection: MySQLConnection, _ body: () throws -> Result) throws -> Result {
        let id = mysql_thread_id(connection.handle)
        running.withLock { $0.append(id) }
        defer { running.withLock { $0.removeAll { $0 == id } } }
        return try body()
    }

    package func cancelRunningStatement() {
        // The thread that ran the statement waits for the cancellation to finish: otherwise the id may belong to another
        // session by then, or the process may end before the cancellation is sent.
        running.withLock { ids in
            guard !ids.isEmpty, let handle = try? parameters.connect(to: nil) else { return }
            defer { mysql_close(handle) }
            for id in ids { _ = mysql_query(handle, "KILL QUERY \(id)") }
        }
    }

    package func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try open { connection in
            if connection.dialect.kind == .singlestore {
                let lock = LockRow(connection: connection, versionsTable: versionsTable)
                // Only the waiting can take long; the work itself runs on other connections.
                try cancellable(connection) { try lock.take(waiting: waiting) }
                defer { lock.release() }
                return try body()
            }
            let database = try (connection.dialect as? any MySQLFamilyDialect)?.schema ?? currentDatabase(connection)
            return try NamedLock(connection: connection, database: database, versionsTable: versionsTable)
                .withLock(waiting: waiting, body)
        }
    }

    // MARK: Opening

    private func open<Result>(_ body: (MySQLConnection) throws -> Result) throws -> Result {
        let handle = try parameters.connect(to: parameters.database)
        let server: MySQLServer
        let dialect: any MySQLFamilyDialect
        do {
            server = try look(handle)
            try check(server)
            dialect = server.dialect(schema: schema)
        } catch {
            mysql_close(handle)
            throw error
        }
        let connection = MySQLConnection(
            handle: handle, parameters: parameters, dialect: dialect, preparesStatements: server.kind != .singlestore)
        defer { connection.close() }
        for statement in settings(of: server) { try connection.execute(statement) }
        if server.kind == .singlestore {
            // Whether this can be set for one session alone is not documented; without it a wait takes as long as the
            // server's own setting, a minute, and can be cancelled.
            _ = try? connection.execute("SET SESSION lock_wait_timeout = \(lockTimeout)")
        }
        return try body(connection)
    }

    /// Asks which server it is, before there is a dialect; once per connection.
    private func look(_ handle: UnsafeMutablePointer<MYSQL>) throws -> MySQLServer {
        let bare = MySQLConnection(
            handle: handle, parameters: parameters, dialect: MySQLDialect(server: .unknown, schema: nil),
            preparesStatements: false)
        let row = try bare.rows(SQLStatement("SELECT VERSION(), @@version_comment")).first ?? []
        let (version, comment) = (row.first?.string ?? "", row.last?.string ?? "")
        /// The value of settings; nil if the server does not know one of them.
        func known(_ settings: String) throws -> SQLValue? {
            do { return try bare.value("SELECT \(settings)") } catch let error as DatabaseError
                where error.condition == .other
            {
                return nil
            }
        }
        if !version.contains("MariaDB"), let product = try known("@@memsql_version")?.string {
            return MySQLServer(kind: .singlestore, text: product, foldsTableNames: false)
        }
        let isMariaDB = version.contains("MariaDB") || comment.contains("MariaDB")
        let folds = try bare.value("SELECT @@lower_case_table_names")?.int ?? 0
        guard !isMariaDB else { return MySQLServer(kind: .mariadb, text: version, foldsTableNames: folds != 0) }
        // A server without these settings has no such log.
        let logs = try known("@@log_bin AND @@binlog_format = 'STATEMENT'")?.int
        return MySQLServer(kind: .mysql, text: version, foldsTableNames: folds != 0, logsStatements: logs == 1)
    }

    private func check(_ server: MySQLServer) throws {
        if let expected, expected != server.kind {
            throw DatabaseError(
                .cannotConnect,
                "the server on \(parameters.place) is \(server.title), not \(MySQLServer.title(of: expected)); "
                    + "correct the URL or --dialect")
        }
        guard server.isSupported else {
            throw DatabaseError(
                .cannotConnect,
                "the server on \(parameters.place) is \(server.title), which is older than \(server.oldestSupported)")
        }
    }

    private func settings(of server: MySQLServer) -> [String] {
        // SingleStore accepts none of these for a single session; its defaults are strict.
        guard server.kind != .singlestore else { return [] }
        // Existing zero dates must survive a table's rebuild, so they are not refused.
        var settings = [
            "sql_mode = 'STRICT_ALL_TABLES,PIPES_AS_CONCAT,NO_ENGINE_SUBSTITUTION'", "autocommit = 1",
            "time_zone = '+00:00'", "lock_wait_timeout = \(lockTimeout)", "innodb_lock_wait_timeout = \(lockTimeout)",
            "wait_timeout = 604800", "net_read_timeout = 3600", "net_write_timeout = 3600", "foreign_key_checks = 1",
            "unique_checks = 1",
        ]
        settings.append(server.kind == .mariadb ? "max_statement_time = 0" : "max_execution_time = 0")
        if server.keepsOldStatistics { settings.append("information_schema_stats_expiry = 0") }
        return [
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "SET " + settings.map { "SESSION \($0)" }.joined(separator: ", "),
        ]
    }

    private func currentDatabase(_ connection: MySQLConnection) throws -> String {
        try connection.value("SELECT DATABASE()")?.string ?? ""
    }

    private func makeSchema(_ connection: MySQLConnection) throws {
        guard let schema = (connection.dialect as? any MySQLFamilyDialect)?.schema else { return }
        try connection.execute("CREATE DATABASE IF NOT EXISTS \(connection.dialect.quote(schema))")
    }
}
