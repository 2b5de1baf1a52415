import DatabaseAccess
import SQLDialects

/// A driver that lets a test do something before a statement that writes.
final class HookedDriver: DatabaseDriver {
    private let base: any DatabaseDriver
    private let before: @Sendable (String) throws -> Void

    init(_ base: any DatabaseDriver, before: @escaping @Sendable (String) throws -> Void) {
        self.base = base
        self.before = before
    }

    func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try base.withConnection(for: access) { try body(Hooked(base: $0, before: before)) }
    }

    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try base.withLock(purpose, waiting: waiting, body)
    }

    func cancelRunningStatement() { base.cancelRunningStatement() }
}

private struct Hooked: DatabaseConnection {
    let base: any DatabaseConnection
    let before: @Sendable (String) throws -> Void

    var dialect: any Dialect { base.dialect }

    func execute(_ statement: SQLStatement) throws -> Int {
        try before(statement.sql)
        return try base.execute(statement)
    }

    func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
        try base.forEachRow(statement, body)
    }
}
