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
/// Journal mode, page size and encoding of the file stay unchanged. ``SQLiteSession`` has the settings of a connection.
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
            try SQLiteFile.check(path, forWriting: !access.isReading && !isReadOnly)
        }
        if !access.isReading {
            guard !isReadOnly else { throw DatabaseError(.readOnly, "\(path) is opened read-only (mode=ro)") }
            return try open(readOnly: false, queryOnly: false, waiting: busyTimeout, body)
        }
        let patience = access == .glance ? min(busyTimeout, Self.glance) : busyTimeout
        do {
            return try read(waiting: patience, body)
        } catch let error as DatabaseAccess.DatabaseError where error.condition == .busy {
            guard let holder = lockHolder() else { throw error }
            throw DatabaseAccess.DatabaseError(
                .busy, "\(error.message); a migration is running: \(holder)", detail: error.detail)
        }
    }

    /// How long a glance waits for a commit of others, in seconds.
    private static let glance = 1.5

    private func read<Result>(
        waiting patience: Double, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        // A transaction that a killed process left open must be rolled back before the file can be read, and a read-only
        // connection cannot do that.
        if SQLiteFile.hasJournal(path), SQLiteFile.isWritable(path), !isReadOnly {
            return try open(readOnly: false, queryOnly: true, waiting: patience, body)
        }
        if SQLiteFile.usesWAL(path), !SQLiteFile.mayHaveLiveWAL(path) {
            // The log is empty and no process has the file open: reading it as immutable creates no -wal and -shm files and
            // works in a read-only directory.
            return try SQLiteImmutableFile.withConnection(to: path, cancellation: cancellation, body)
        }
        return try open(readOnly: true, queryOnly: false, waiting: patience, body)
    }

    package func lockHolder() -> String? { fileLock.holder }

    private var fileLock: FileLock { FileLock(path: SQLiteFile.resolved(path) + ".agno-migrate.lock") }

    package func cancelRunningStatement() {
        cancellation.request()
    }

    package func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try fileLock.withLock(purpose, waiting: waiting, body)
    }

    private func open<Result>(
        readOnly: Bool, queryOnly: Bool, waiting patience: Double, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(patience)
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
            let connection = try SQLiteConnection(
                handle: handle, path: path, cancellation: cancellation, isWriter: !readOnly && !queryOnly)
            if queryOnly { try connection.execute("PRAGMA query_only = ON") }
            defer { connection.close() }
            return try body(connection)
        }
    }
}
