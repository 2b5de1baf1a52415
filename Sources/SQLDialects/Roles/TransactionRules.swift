/// How a server begins transactions, and what they cover.
package protocol TransactionRules: Sendable {
    /// The statement that begins a writing transaction. Defaults to `BEGIN`.
    var beginStatement: String { get }

    /// The statements that begin the transaction of a move's batch, which does not block writers of the rows it reads.
    /// Defaults to `beginStatement`.
    var beginBatch: [String] { get }

    /// How many bytes of lists a batch of a move may read, so that its commit keeps nobody out for long. Defaults to 64 MB.
    var batchBytes: Int64 { get }

    /// The statements that begin a read-only transaction on one snapshot that blocks no writer; empty if the server has
    /// no such transaction. No default.
    var beginSnapshot: [String] { get }

    /// The same for the database as it is set up now. Defaults to `beginSnapshot`.
    func beginSnapshot(using runner: any StatementRunner) throws -> [String]

    /// Whether a savepoint can undo part of a transaction. No default.
    var usesSavepoints: Bool { get }

    /// Whether one transaction can hold schema changes and the version stamp. No default.
    var hasTransactionalDDL: Bool { get }

    /// A suffix for SELECT that turns it into a locking read, so that it sees rows committed after this transaction began;
    /// empty if every read sees them. No default.
    var lockingReadSuffix: String { get }
}

extension TransactionRules {
    package var beginStatement: String { "BEGIN" }
    package var beginBatch: [String] { [beginStatement] }
    package var batchBytes: Int64 { 64 << 20 }
    package func beginSnapshot(using runner: any StatementRunner) throws -> [String] { beginSnapshot }
}
