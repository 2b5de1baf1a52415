package import AgnoSchema
package import SQLDialects

/// One open connection, used by one thread at a time.
///
/// Every statement of the engine goes through here: a test can put a decorator in front of it and count, refuse or
/// die at any of them.
package protocol DatabaseConnection: StatementRunner {
    /// The server's language.
    var dialect: any Dialect { get }

    /// Runs a statement to its end and returns how many rows it changed.
    @discardableResult
    func execute(_ statement: SQLStatement) throws -> Int

    /// Walks the rows of a query without holding more than one; the body returns false to stop.
    func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws
}

extension DatabaseConnection {
    package func rows(_ statement: SQLStatement) throws -> [SQLRow] {
        var rows: [SQLRow] = []
        try forEachRow(statement) { row in
            rows.append(row)
            return true
        }
        return rows
    }

    /// The first value of the first row; nil if the query has no rows.
    package func value(_ statement: SQLStatement) throws -> SQLValue? {
        var result: SQLValue?
        try forEachRow(statement) { row in
            result = row.first
            return false
        }
        return result
    }

    /// The first value of the first row; nil if the query has no rows.
    package func value(_ sql: String, _ bindings: [SQLValue] = []) throws -> SQLValue? {
        try value(SQLStatement(sql, bindings))
    }

    @discardableResult
    package func execute(_ sql: String, _ bindings: [SQLValue] = []) throws -> Int {
        try execute(SQLStatement(sql, bindings))
    }

    /// Runs a statement, or in its place the first of its fallbacks that the server can do.
    @discardableResult
    package func executeWithFallbacks(_ statement: SQLStatement) throws -> Int {
        do {
            return try execute(statement)
        } catch let error as DatabaseError where error.condition == .algorithmNotSupported {
            guard let next = statement.fallbacks.first else { throw error }
            return try executeWithFallbacks(
                SQLStatement(next, statement.bindings, fallbacks: Array(statement.fallbacks.dropFirst())))
        }
    }

    /// Runs the body in one write transaction; an error rolls back and is thrown on.
    ///
    /// - Parameter beginning: what starts the transaction; nil: what always does.
    package func transaction<Result>(
        beginning: [String]? = nil, _ body: () throws -> Result
    ) throws -> Result {
        for statement in beginning ?? [dialect.beginStatement] { try execute(statement) }
        let result: Result
        do {
            result = try body()
            try execute("COMMIT")
        } catch {
            // The transaction may be gone already, after a full disk for example; the first error is the one to report.
            _ = try? execute("ROLLBACK")
            throw error
        }
        return result
    }

    /// Runs the body so that what it did is taken back alone when it fails, where the server can do that.
    package func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        guard dialect.usesSavepoints else { return try body() }
        try execute("SAVEPOINT agno_migrate")
        let result: Result
        do {
            result = try body()
        } catch {
            _ = try? execute("ROLLBACK TO SAVEPOINT agno_migrate")
            _ = try? execute("RELEASE SAVEPOINT agno_migrate")
            throw error
        }
        try execute("RELEASE SAVEPOINT agno_migrate")
        return result
    }
}
