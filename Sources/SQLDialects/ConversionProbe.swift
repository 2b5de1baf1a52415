/// Finds the values that a change of type would refuse.
package struct ConversionProbe: Sendable {
    /// The name of the key column, for reports.
    package var key: String
    /// A query for the keys of rows that may be refused.
    package var candidates: SQLStatement
    /// Converts one row's value and nothing else. Parameters: key.
    package var attempt: String
    /// Why the server refuses values, as a clause; empty for what its type cannot hold.
    package var cause: String

    package init(key: String, candidates: SQLStatement, attempt: String, cause: String = "") {
        self.key = key
        self.candidates = candidates
        self.attempt = attempt
        self.cause = cause
    }
}
