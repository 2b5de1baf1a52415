package import AgnoSchema

/// The values of one result row, in the order of the selected columns.
package typealias SQLRow = [SQLValue]

/// One statement with its bound values.
package struct SQLStatement: Hashable, Sendable {
    package var sql: String
    package var bindings: [SQLValue]
    /// Other texts for the same, in order, for a server that answers that it cannot do it in this way.
    package var fallbacks: [String]

    package init(_ sql: String, _ bindings: [SQLValue] = [], fallbacks: [String] = []) {
        self.sql = sql
        self.bindings = bindings
        self.fallbacks = fallbacks
    }
}

/// Something that answers queries: all that inspecting a database needs.
package protocol StatementRunner {
    /// All rows of a query.
    func rows(_ statement: SQLStatement) throws -> [SQLRow]
}
