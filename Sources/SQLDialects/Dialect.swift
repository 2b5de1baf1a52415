package import AgnoSchema

/// One server's SQL: syntax, transactions, catalogue, schema changes, row moves, locks and privileges.
///
/// A dialect is a value and does no I/O. Requirements that need the server's answers run their queries through the
/// `StatementRunner` that is passed in. A requirement without a default is a decision that every server has to state.
package protocol Dialect: SQLSyntax, TransactionRules, Catalogue, SchemaLowering, RowMoveSQL, Concurrency {
    /// The server's kind, as reports name it. No default.
    var kind: DatabaseKind { get }
}
