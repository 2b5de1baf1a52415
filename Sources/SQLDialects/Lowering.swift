/// What a group of changes becomes on one server.
package enum Lowering: Sendable {
    /// Statements to run one after the other.
    case statements([SQLStatement])
    /// The table is recreated within the transaction: the statements copy every row; the row count must be unchanged.
    case rebuild([SQLStatement])
    /// The table is recreated beside the old one, copied, counted and exchanged; every statement commits.
    case swap(TableSwap)
    /// Nothing is done, and why.
    case skipped(because: String)
}
