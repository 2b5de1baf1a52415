/// The statements and limits for moving rows between tables.
package protocol RowMoveSQL: Sendable {
    /// Moves the run lists of these sessions on the server, with their markers; nil if the server cannot, or not in this
    /// way (`inBatch`: in a transaction that began with `beginBatch`), so that the reference move is used. No default.
    func moveRuns(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String, now: Int64, inBatch: Bool
    ) -> ServerSideMove?

    /// Why the reference move is used although another version of the server would move the runs itself. Defaults to nil.
    var reasonForReferenceMove: String? { get }

    /// The expression for a short string that changes when a column's value does; nil if the program computes it from the
    /// value. No default.
    func fingerprint(of column: String) -> String?

    /// The expression that orders a table's rows by insertion, or by primary key. No default.
    func scanKey(of snapshot: TableSnapshot) -> String

    /// The expression for a JSON parameter as a column would hold it; nil if the text is stored as it is. No default.
    func storedForm(ofJSON placeholder: String) -> String?

    /// The condition that a column holds another JSON value than the parameter. Defaults to `<>` with the stored form.
    func differs(_ column: String, fromJSON placeholder: String) -> String

    /// The statements before and after a transaction's writes of rows that an application wrote, so that none of its triggers
    /// fires. Defaults to none.
    func holdTriggers(of snapshot: TableSnapshot) -> (before: [SQLStatement], after: [SQLStatement])

    /// The number of rows in one INSERT; 1 if more rows gain nothing or one refused row would take others along. No default.
    var rowsPerInsert: Int { get }

    /// The number of connections used to move rows in parallel; 1 if the server allows a single writer. No default.
    var movingConnections: Int { get }

    /// Whether a column may be NULL after invalid JSON was written to it. Defaults to false.
    var forgetsInvalidJSON: Bool { get }

    /// Whether an INSERT may query the table that it writes to. Defaults to true.
    var takesQueriesInInserts: Bool { get }
}

extension RowMoveSQL {
    package var reasonForReferenceMove: String? { nil }
    package var forgetsInvalidJSON: Bool { false }
    package var takesQueriesInInserts: Bool { true }
    package func holdTriggers(of snapshot: TableSnapshot) -> (before: [SQLStatement], after: [SQLStatement]) {
        ([], [])
    }

    package func differs(_ column: String, fromJSON placeholder: String) -> String {
        "\(column) <> \(storedForm(ofJSON: placeholder) ?? placeholder)"
    }
}
