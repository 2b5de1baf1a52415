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
        let settings =
            access.isReading ? PostgreSQLSession.reading : PostgreSQLSession.writing(lockTimeout: lockTimeout)
        return try open(settings) { connection in
            if !access.isReading {
                try PostgreSQLSession.requireWritable(connection, place: parameters.place)
                _ = try connection.execute(PostgreSQLSession.quickCompression)
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
        try open([]) { connection in
            try AdvisoryLock(connection: connection, schema: schema, versionsTable: versionsTable)
                .withLock(waiting: waiting, body)
        }
    }

    // MARK: Opening

    /// - Parameter settings: those beside every session's; of two values of a setting the last one counts.
    private func open<Result>(
        _ settings: [PostgreSQLSession.Setting], _ body: (PostgreSQLConnection) throws -> Result
    ) throws -> Result {
        let handle = try parameters.connect()
        defer { PQfinish(handle) }
        // The handshake reports the version, as in `15.14 (Debian 15.14-0+deb12u1)`, and the database's encoding.
        func reported(_ name: String) -> String { PQparameterStatus(handle, name).map { String(cString: $0) } ?? "" }
        let connection = PostgreSQLConnection(
            handle: handle, parameters: parameters,
            dialect: PostgreSQLDialect(
                schema: schema, serverVersion: String(reported("server_version").prefix { $0 != " " }),
                encoding: reported("server_encoding")),
            onNotice: onNotice)
        try checkServer(connection)
        // Before the first setting: in a shared session it would reach the application.
        try refuseTransactionPooler(connection)
        _ = try connection.rows(PostgreSQLSession.statement(PostgreSQLSession.always + settings))
        return try body(connection)
    }

    private func checkServer(_ connection: PostgreSQLConnection) throws {
        let place = parameters.place
        let text = try connection.value("SELECT pg_catalog.version()")?.string ?? ""
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
private final class CancelHandle: Sendable {
    // PQcancel may be called from any thread; the pointer is never changed and freed once.
    private nonisolated(unsafe) let pointer: OpaquePointer?

    init(_ connection: OpaquePointer) { pointer = PQgetCancel(connection) }

    deinit { PQfreeCancel(pointer) }

    func cancel() {
        var message = [CChar](repeating: 0, count: 256)
        PQcancel(pointer, &message, Int32(message.count))
    }
}
