/// A way to reach one database: opens connections and holds the lock that keeps migrations apart.
package protocol DatabaseDriver: Sendable {
    /// Opens a connection for as long as the body runs.
    ///
    /// With `.read` nothing can be written, by the server's own means; a read-only file or role is enough.
    func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result

    /// Runs the body while no other migration of the same database, schema and versions table can run.
    ///
    /// The server or the operating system releases the lock when the process dies. While another process holds it, this
    /// one waits, calling `waiting` once a second with what is known of the holder; false gives up.
    ///
    /// - Throws: ``LockUnavailable`` when `waiting` gave up.
    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result

    /// Cancels the statement that is running now, if one is; may be called from any thread.
    func cancelRunningStatement()
}

/// What a connection is for.
package enum DatabaseAccessMode: Sendable {
    case read, write
    /// Writing, where the database may not exist yet.
    case create
}

/// What is known of the process that holds the migration lock.
public struct LockHolder: Sendable, Hashable {
    /// Who and since when, in words: `process 4711 on host db1, since 2026-11-23T03:04:05Z`.
    public let description: String
    /// How long this process has been waiting.
    public let waited: Duration

    package init(description: String, waited: Duration) {
        self.description = description
        self.waited = waited
    }
}

/// Another migration held the lock until the time was up.
public struct LockUnavailable: Error, Sendable, Hashable {
    /// Who held it.
    public let holder: LockHolder

    package init(holder: LockHolder) { self.holder = holder }
}
