/// Opens connections to one database and holds the lock that keeps migrations apart.
package protocol DatabaseDriver: Sendable {
    /// Opens a connection for as long as the body runs.
    ///
    /// With `.read` and `.glance` the server itself refuses writes; a read-only file or role is sufficient.
    func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result

    /// Runs the body while no other migration of the same database, schema and versions table can run.
    ///
    /// The server or the operating system releases the lock when the process dies. While another process holds it, this
    /// one waits and calls `waiting` once a second with the holder; false gives up.
    ///
    /// - Throws: ``LockUnavailable`` if `waiting` returned false.
    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result

    /// The process that holds the migration lock, if that can be told without waiting; nil if none does.
    /// Defaults to nil.
    func lockHolder() -> String?

    /// Cancels the running statements, if there are any; may be called from any thread.
    func cancelRunningStatement()
}

extension DatabaseDriver {
    package func lockHolder() -> String? { nil }
}

/// The purpose of a connection.
package enum DatabaseAccessMode: Sendable {
    case read, write
    /// Reading for an answer at once: where a writer locks the whole database, its commit is waited for only briefly.
    case glance
    /// Writing; the database is created if it does not exist.
    case create

    /// Whether the server has to refuse writes.
    package var isReading: Bool { self == .read || self == .glance }
}

/// The process that holds the migration lock, as far as it is known.
public struct LockHolder: Sendable, Hashable {
    /// The holder and since when it holds the lock: `process 4711 on host db1, since 2026-11-23T03:04:05Z`.
    public let description: String
    /// How long this process has been waiting.
    public let waited: Duration

    package init(description: String, waited: Duration) {
        self.description = description
        self.waited = waited
    }
}

/// Another migration held the lock until the caller gave up.
public struct LockUnavailable: Error, Sendable, Hashable {
    /// The process that held it last.
    public let holder: LockHolder

    package init(holder: LockHolder) { self.holder = holder }
}
