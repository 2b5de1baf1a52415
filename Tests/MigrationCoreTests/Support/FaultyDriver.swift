import AgnoSchema
import DatabaseAccess
import SQLDialects
import Synchronization

/// A driver in front of a real one that counts what goes through it and refuses what a test chooses.
final class FaultyDriver: DatabaseDriver {
    private let base: any DatabaseDriver
    private let refuses: @Sendable (_ number: Int, _ statement: SQLStatement) -> DatabaseError?
    private let holder: LockHolder?
    private let log = Mutex(Log())

    struct Log {
        var statements: [String] = []
        var modes: [DatabaseAccessMode] = []
        var locks = 0
        var refused = 0
    }

    /// - Parameters:
    ///   - holder: another process that holds the lock and does not let go.
    ///   - refuses: the error for the n-th writing statement, counted from 1; nil lets it pass.
    init(
        _ base: any DatabaseDriver, holder: LockHolder? = nil,
        refuses: @escaping @Sendable (Int, SQLStatement) -> DatabaseError? = { _, _ in nil }
    ) {
        self.base = base
        self.holder = holder
        self.refuses = refuses
    }

    /// Refuses every writing statement that contains the text.
    convenience init(_ base: any DatabaseDriver, refusing text: String, with error: DatabaseError) {
        self.init(base) { _, statement in statement.sql.contains(text) ? error : nil }
    }

    var seen: Log { log.withLock { $0 } }

    func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        log.withLock { $0.modes.append(access) }
        return try base.withConnection(for: access) { try body(FaultyConnection(base: $0, driver: self)) }
    }

    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        log.withLock { $0.locks += 1 }
        if let holder, try !waiting(holder) { throw LockUnavailable(holder: holder) }
        return try base.withLock(purpose, waiting: waiting, body)
    }

    func cancelRunningStatement() { base.cancelRunningStatement() }

    fileprivate func willExecute(_ statement: SQLStatement) throws {
        let number = log.withLock { log in
            log.statements.append(statement.sql)
            return log.statements.count
        }
        guard let error = refuses(number, statement) else { return }
        log.withLock { $0.refused += 1 }
        throw error
    }
}

private struct FaultyConnection: DatabaseConnection {
    let base: any DatabaseConnection
    let driver: FaultyDriver

    var dialect: any Dialect { base.dialect }

    func execute(_ statement: SQLStatement) throws -> Int {
        try driver.willExecute(statement)
        return try base.execute(statement)
    }

    func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
        try base.forEachRow(statement, body)
    }
}
