package import DatabaseAccess
import SQLDialects

/// A driver that lets a test do something before a statement that writes, on that statement's own connection if it wants.
package final class HookedDriver: DatabaseDriver {
    /// Is told the statement; what it throws is thrown in the statement's place.
    package typealias Hook = @Sendable (_ sql: String, _ connection: any DatabaseConnection) throws -> Void

    private let base: any DatabaseDriver
    private let before: Hook

    package init(_ base: any DatabaseDriver, before: @escaping Hook) {
        self.base = base
        self.before = before
    }

    package func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try base.withConnection(for: access) { try body(Hooked(base: $0, before: before)) }
    }

    package func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try base.withLock(purpose, waiting: waiting, body)
    }

    package func cancelRunningStatement() { base.cancelRunningStatement() }
}

private struct Hooked: DatabaseConnection {
    let base: any DatabaseConnection
    let before: HookedDriver.Hook

    var dialect: any Dialect { base.dialect }

    func execute(_ statement: SQLStatement) throws -> Int {
        try before(statement.sql, base)
        return try base.execute(statement)
    }

    func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
        try base.forEachRow(statement, body)
    }
}
