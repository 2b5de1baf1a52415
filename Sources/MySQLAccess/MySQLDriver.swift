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
            if access != .read, let reason = connection.reasonForReadOnly {
                throw MySQLErrors.readOnly(parameters.place, reason)
            }
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
        let variables: [String: String]
        let dialect: any MySQLFamilyDialect
        do {
            (server, variables) = try look(handle)
            try check(server)
            dialect = server.dialect(schema: schema)
        } catch {
            mysql_close(handle)
            throw error
        }
        let connection = MySQLConnection(
            handle: handle, parameters: parameters, dialect: dialect, preparesStatements: server.kind != .singlestore,
            packetLimit: server.packetLimit)
        defer { connection.close() }
        connection.reasonForReadOnly = readOnlySetting(in: variables)
        if server.kind == .singlestore {
            // It takes none of the variables for a single session; its defaults are strict. Whether this one can be set is
            // not documented; without it a wait takes as long as the server's own setting, a minute, and can be cancelled.
            _ = try? connection.execute("SET SESSION lock_wait_timeout = \(lockTimeout)")
        } else {
            let statement = MySQLSession.statement(lockTimeout: lockTimeout, known: variables.keys)
            try connection.execute(statement)
            try MySQLSession.requireWarnings(connection, known: variables, place: parameters.place)
        }
        return try body(connection)
    }

    /// The variable that makes the server refuse writes; nil if it takes them.
    private func readOnlySetting(in variables: [String: String]) -> String? {
        // A privileged user could write all the same, and the replica would differ from its primary.
        ["super_read_only", "read_only", "innodb_read_only"].first {
            ![nil, "OFF", "0"].contains(variables[$0]?.uppercased())
        }
    }

    /// Asks which server it is, before there is a dialect, and for its variables; once per connection.
    private func look(_ handle: UnsafeMutablePointer<MYSQL>) throws -> (MySQLServer, variables: [String: String]) {
        let bare = MySQLConnection(
            handle: handle, parameters: parameters, dialect: MySQLDialect(server: .unknown, schema: nil),
            preparesStatements: false, packetLimit: .max)
        // A server that does not take it has no such defaults.
        _ = try? bare.execute(MySQLSession.readable)
        let row = try bare.rows(SQLStatement("SELECT VERSION(), @@version_comment")).first ?? []
        let (version, comment) = (row.first?.string ?? "", row.last?.string ?? "")
        if !version.contains("MariaDB"), let product = try singleStoreVersion(bare) {
            return (MySQLServer(kind: .singlestore, text: product, foldsTableNames: false, packetLimit: .max), [:])
        }
        let isMariaDB = version.contains("MariaDB") || comment.contains("MariaDB")
        let rows = try bare.rows(SQLStatement(MySQLSession.question(lockTimeout: lockTimeout)))
        let variables = Dictionary(rows.map { ($0[0].string?.lowercased() ?? "", $0[1].string ?? "") }) { $1 }
        let logs = variables["log_bin"] == "ON" && variables["binlog_format"]?.uppercased() == "STATEMENT"
        let server = MySQLServer(
            kind: isMariaDB ? .mariadb : .mysql, text: version,
            foldsTableNames: variables["lower_case_table_names"] != "0", logsStatements: !isMariaDB && logs,
            packetLimit: variables["max_allowed_packet"].flatMap { Int64($0) } ?? 1 << 20)
        return (server, variables)
    }

    /// The product's version; nil if the server is another product.
    private func singleStoreVersion(_ bare: MySQLConnection) throws -> String? {
        do {
            return try bare.value("SELECT @@memsql_version")?.string
        } catch let error as DatabaseError where error.condition == .other {
            return nil
        }
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

    private func currentDatabase(_ connection: MySQLConnection) throws -> String {
        try connection.value("SELECT DATABASE()")?.string ?? ""
    }

    private func makeSchema(_ connection: MySQLConnection) throws {
        guard let schema = (connection.dialect as? any MySQLFamilyDialect)?.schema else { return }
        try connection.execute("CREATE DATABASE IF NOT EXISTS \(connection.dialect.quote(schema))")
    }
}
