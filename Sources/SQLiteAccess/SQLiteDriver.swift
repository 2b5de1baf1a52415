package import DatabaseAccess
import GRDB

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A SQLite file, reached through GRDB.
///
/// Journal mode, page size and encoding of the file stay unchanged. Foreign keys are switched off: a table is recreated
/// by dropping it, which must not delete its children; the engine checks the keys itself.
package final class SQLiteDriver: DatabaseDriver {
    private let path: String
    private let isReadOnly: Bool
    private let busyTimeout: Double
    private let cancellation = Cancellation()

    /// - Parameters:
    ///   - isReadOnly: refuses to write even if the file is writable (`mode=ro` in a URI name).
    ///   - busyTimeout: how long to wait for another connection's lock on the file, in seconds.
    package init(path: String, isReadOnly: Bool = false, busyTimeout: Double = 60) {
        self.path = path
        self.isReadOnly = isReadOnly
        self.busyTimeout = busyTimeout
    }

    package func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        if access != .create || SQLiteFile.exists(path) {
            try SQLiteFile.check(path, forWriting: access != .read && !isReadOnly)
        }
        if access != .read {
            guard !isReadOnly else { throw DatabaseError(.readOnly, "\(path) is opened read-only (mode=ro)") }
            return try open(readOnly: false, queryOnly: false, body)
        }
        // A transaction that a killed process left open must be rolled back before the file can be read, and a read-only
        // connection cannot do that.
        if SQLiteFile.hasJournal(path), SQLiteFile.isWritable(path), !isReadOnly {
            return try open(readOnly: false, queryOnly: true, body)
        }
        if SQLiteFile.usesWAL(path), !SQLiteFile.mayHaveLiveWAL(path) {
            // The log is empty and no process has the file open: reading it as immutable creates no -wal and -shm files and
            // works in a read-only directory.
            return try SQLiteImmutableFile.withConnection(to: path, cancellation: cancellation, body)
        }
        return try open(readOnly: true, queryOnly: false, body)
    }

    package func cancelRunningStatement() {
        cancellation.request()
    }

    package func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try FileLock(path: SQLiteFile.resolved(path) + ".agno-migrate.lock").withLock(purpose, waiting: waiting, body)
    }

    private func open<Result>(
        readOnly: Bool, queryOnly: Bool, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(busyTimeout)
        configuration.allowsUnsafeTransactions = true
        configuration.label = "agno-migrate"
        let queue: DatabaseQueue
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch let error as GRDB.DatabaseError {
            throw SQLiteErrors.opening(path, error)
        }
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction { database in
            guard let handle = database.sqliteConnection else {
                throw DatabaseAccess.DatabaseError(.cannotConnect, "\(path) cannot be opened")
            }
            cancellation.reset()
            let connection = try SQLiteConnection(handle: handle, path: path, cancellation: cancellation)
            if queryOnly { try connection.execute("PRAGMA query_only = ON") }
            defer { connection.close() }
            return try body(connection)
        }
    }
}
