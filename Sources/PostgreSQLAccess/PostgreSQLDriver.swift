import AgnoSchema
import CLibPQ
package import DatabaseAccess
import SQLDialects
import Synchronization

/// A PostgreSQL server, reached through libpq.
package final class PostgreSQLDriver: DatabaseDriver {
    private let parameters: PostgreSQLParameters
    private let schema: String
    private let versionsTable: String
    private let lockTimeout: Int
    private let onNotice: @Sendable (String) -> Void
    /// The handles that cancel the running statements of the open connections.
    private let running = Mutex<[CancelHandle]>([])

    /// - Parameters:
    ///   - versionsTable: names the lock that keeps migrations apart, together with the schema.
    ///   - lockTimeout: how long a statement waits for another session's lock, in milliseconds. It is short because later
    ///     requests for the table queue behind this one.
    ///   - onNotice: receives the server's notices; ignores them by default.
    package init(
        _ parameters: PostgreSQLParameters, schema: String, versionsTable: String, lockTimeout: Int = 2000,
        onNotice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.parameters = parameters
        self.schema = schema
        self.versionsTable = versionsTable
        self.lockTimeout = lockTimeout
        self.onNotice = onNotice
    }

    package func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try open { connection in
            if access.isReading {
                try connection.execute("SET default_transaction_read_only = on")
            } else {
                // Room for a page of run lists, so that the server need not write it aside.
                try set([("lock_timeout", String(lockTimeout)), ("work_mem", "32MB")], on: connection)
                try connection.execute(Self.quickCompression)
            }
            if access == .create { try makeSchema(connection) }
            let handle = CancelHandle(connection.handle)
            running.withLock { $0.append(handle) }
            defer { running.withLock { $0.removeAll { $0 === handle } } }
            return try body(connection)
        }
    }

    package func cancelRunningStatement() {
        running.withLock { $0.forEach { $0.cancel() } }
    }

    package func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try open { connection in
            try AdvisoryLock(connection: connection, schema: schema, versionsTable: versionsTable)
                .withLock(waiting: waiting, body)
        }
    }

    // MARK: Opening

    private func open<Result>(_ body: (PostgreSQLConnection) throws -> Result) throws -> Result {
        let handle = try parameters.connect()
        defer { PQfinish(handle) }
        // The handshake reports the version, as in `15.14 (Debian 15.14-0+deb12u1)`.
        let version = PQparameterStatus(handle, "server_version").map { String(cString: $0) } ?? ""
        let connection = PostgreSQLConnection(
            handle: handle, parameters: parameters,
            dialect: PostgreSQLDialect(schema: schema, serverVersion: String(version.prefix { $0 != " " })),
            onNotice: onNotice)
        try checkServer(connection)
        // Before the first setting: in a shared session it would reach the application.
        try refuseTransactionPooler(connection)
        try set(Self.settings, on: connection)
        return try body(connection)
    }

    /// Settings that a role, database or server may override; none of them changes what is stored.
    private static let settings = [
        ("search_path", "\"\""), ("standard_conforming_strings", "on"), ("statement_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"), ("DateStyle", "ISO, YMD"), ("extra_float_digits", "1"),
        // A plan made while a table was small would still read all of it once it is large.
        ("plan_cache_mode", "force_custom_plan"),
    ]

    /// Changes settings for the rest of the session, in one round trip.
    private func set(_ settings: [(name: String, value: String)], on connection: PostgreSQLConnection) throws {
        let calls = settings.indices.map { "pg_catalog.set_config($\(2 * $0 + 1), $\(2 * $0 + 2), false)" }
        _ = try connection.rows(
            SQLStatement(
                "SELECT \(calls.joined(separator: ", "))", settings.flatMap { [.text($0.name), .text($0.value)] }))
    }

    /// Compresses rewritten large values with LZ4, which takes a fraction of the time of the built-in default and so
    /// shortens the lock on the table: if the server supports it (14) and the setting is the default.
    private static let quickCompression =
        "SELECT set_config(name, 'lz4', false) FROM pg_catalog.pg_settings "
        + "WHERE name = 'default_toast_compression' AND source = 'default' AND 'lz4' = ANY (enumvals)"

    private func checkServer(_ connection: PostgreSQLConnection) throws {
        let place = parameters.place
        let text = try connection.value("SELECT version()")?.string ?? ""
        let isPostgreSQL =
            text.hasPrefix("PostgreSQL ") && !text.contains("Redshift") && !text.contains("-YB-")
            && !text.contains("Cockroach")
        guard isPostgreSQL else {
            throw DatabaseError(.cannotConnect, "what listens on \(place) is not PostgreSQL", detail: text)
        }
        let version = PQserverVersion(connection.handle)
        guard version >= 120_000 else {
            throw DatabaseError(
                .cannotConnect, "the server on \(place) is PostgreSQL \(version / 10000), which is older than 12",
                detail: text)
        }
    }

    /// Refuses a pooler that changes the server session between transactions: settings and locks would be lost.
    ///
    /// Behind a pooler the session's process number differs from the one that libpq received. If two connections then
    /// reach the same session, or one connection reaches two, sessions are shared; a busy pool is asked several times.
    private func refuseTransactionPooler(_ connection: PostgreSQLConnection) throws {
        let number = "SELECT pg_catalog.pg_backend_pid()"
        guard let own = try connection.value(number)?.int, own != Int64(PQbackendPID(connection.handle)) else { return }
        let other = try parameters.connect()
        defer { PQfinish(other) }
        let second = PostgreSQLConnection(
            handle: other, parameters: parameters, dialect: connection.dialect, onNotice: onNotice)
        guard let its = try second.value(number)?.int else { return }
        var isShared = own == its
        for _ in 0..<10 where !isShared {
            isShared = try second.value(number)?.int != its || connection.value(number)?.int != own
        }
        guard isShared else { return }
        throw DatabaseError(
            .cannotConnect,
            "\(parameters.place) is a pooler that shares sessions between transactions; "
                + "connect to the server itself, or to a pool in session mode")
    }

    private func makeSchema(_ connection: PostgreSQLConnection) throws {
        let found = try connection.value(
            "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname::text = $1", [.text(schema)])
        guard found == nil else { return }
        try connection.execute("CREATE SCHEMA IF NOT EXISTS \(connection.dialect.quote(schema))")
    }
}

/// Cancels a running statement from another thread.
private final class CancelHandle: @unchecked Sendable {
    // PQcancel may be called from any thread; the pointer is never changed and freed once.
    private let pointer: OpaquePointer?

    init(_ connection: OpaquePointer) { pointer = PQgetCancel(connection) }

    deinit { PQfreeCancel(pointer) }

    func cancel() {
        var message = [CChar](repeating: 0, count: 256)
        PQcancel(pointer, &message, Int32(message.count))
    }
}
