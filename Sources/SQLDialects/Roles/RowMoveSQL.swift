package import AgnoSchema

/// The statements and limits for moving rows between tables.
package protocol RowMoveSQL: Sendable {
    /// Moves the run lists of these sessions on the server, with their markers; nil if the server cannot, or not in this
    /// way (`inBatch`: in a transaction that began with `beginBatch`), so that the reference move is used. No default.
    func moveRuns(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String, now: Int64, inBatch: Bool
    ) -> ServerSideMove?

    /// A query for those of these sessions whose list holds, element by element and in order, what their rows hold, if nobody
    /// has written the rows since they were moved: session, number of rows, stored size of the list in bytes; nil if the
    /// program has to compare them. Defaults to nil.
    func wholeLists(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String
    ) -> SQLStatement?

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

    /// The application's triggers that must not fire while the program writes to rows of the table: the statements that
    /// drop and recreate them belong to the same transaction. Defaults to none.
    func suspendedTriggers(of snapshot: TableSnapshot, during write: RowWrite) -> [DependentObject]

    /// The statements that store the sessions' JSON columns as the first releases read them (down), or as they were before
    /// (up); `owner` names the marks of the sessions that were changed. Defaults to none.
    func reencode(
        _ columns: [String], of sessions: TableSnapshot, as direction: MigrationDirection, markers: String,
        owner: String, now: Int64
    ) -> [SQLStatement]

    /// The clause between columns and VALUES that lets an INSERT give a value to a column that the server numbers. Defaults to
    /// none.
    var numberedColumnsClause: String { get }

    /// The number of rows in one INSERT; 1 if more rows gain nothing or one refused row would take others along. No default.
    var rowsPerInsert: Int { get }

    /// The approximate size in bytes up to which rows share one INSERT. Defaults to 1 MiB.
    var bytesPerInsert: Int64 { get }

    /// A query for the elements of a stored JSON array that is too large to be read as a whole; nil if the server sends
    /// values of any size, or not in this way. Defaults to nil.
    ///
    /// One row per element in any order: its position, its text and the stored size of the array in bytes; a single row
    /// without position if the column holds something else. All elements are of one moment.
    func elements(ofList column: String, in table: String, where condition: String) -> String?

    /// The server's limit for the lists that `down` writes, with a query for those that are larger; nil if it takes lists of
    /// any size. Defaults to nil.
    func listLimit(ofRunsIn table: String) -> ListLimit?

    /// The number of connections used to move rows in parallel; 1 if the server allows a single writer. No default.
    var movingConnections: Int { get }

    /// Whether a column may be NULL after invalid JSON was written to it. Defaults to false.
    var forgetsInvalidJSON: Bool { get }

    /// What a column of a declared type takes of a value. Defaults to every UTF-8 text, and in a JSON column every JSON of the
    /// standard.
    func storageRules(for type: ColumnType) -> StorageRules

    /// Whether an INSERT may query the table that it writes to. Defaults to true.
    var takesQueriesInInserts: Bool { get }

    /// Whether the server asks a sub-query row by row wherever it stands, so that one pass over a table answers several
    /// questions for little more than one. Defaults to false: it joins the tables of a condition.
    var asksRowByRow: Bool { get }

    /// The expression that counts the rows of a query from 1, in the order of an expression where the server can. Defaults to
    /// the window function.
    func rowNumber(orderedBy key: String) -> String

    /// The end of an INSERT from a query that leaves a row out where a row with one of its unique keys exists; `column` is one
    /// of the table's. Defaults to `ON CONFLICT DO NOTHING`.
    func keepingExistingRows(by column: String) -> String

    /// The expression for a text that holds a column's value exactly; nil if values of the type have none. Defaults to the
    /// value as a text.
    func parkedText(of column: String, type: String) -> String?

    /// The expression for the value that such a text holds. Defaults to the text, which the server converts.
    func value(ofParked text: String, type: String) -> String

    /// The condition that a parked key is the one in a column, byte by byte; an index on the parked keys serves it. No
    /// default.
    func isParked(_ key: String, of column: String) -> String

    /// The condition that two expressions differ in their bytes, or that one of them alone is NULL. No default.
    func differ(_ one: String, _ other: String) -> String
}

/// How large a list of runs may be that is written into its session.
package struct ListLimit: Sendable {
    /// What limits it, as its owner knows it, and how that is raised.
    package var name: String
    package var remedy: String
    package var bytes: Int64
    /// Per session whose list is larger: its id and the limit in bytes that it needs; the largest first, at most 100.
    package var larger: SQLStatement
}

/// What the program does to rows that exist.
package enum RowWrite: Hashable, Sendable {
    /// Writes these columns, whose meaning stays: no trigger of the application fires.
    case filling([String])
    /// Deletes rows or changes their meaning: triggers fire, where they can.
    case moving
}

extension RowMoveSQL {
    package func reencode(
        _ columns: [String], of sessions: TableSnapshot, as direction: MigrationDirection, markers: String,
        owner: String, now: Int64
    ) -> [SQLStatement] { [] }
    package func suspendedTriggers(of snapshot: TableSnapshot, during write: RowWrite) -> [DependentObject] { [] }
    package func wholeLists(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String
    ) -> SQLStatement? { nil }
    package var reasonForReferenceMove: String? { nil }
    package var forgetsInvalidJSON: Bool { false }
    package func storageRules(for type: ColumnType) -> StorageRules {
        StorageRules(json: type.isJSON ? JSONRules() : nil)
    }
    package var numberedColumnsClause: String { "" }
    package var takesQueriesInInserts: Bool { true }
    package var bytesPerInsert: Int64 { 1 << 20 }
    package func listLimit(ofRunsIn table: String) -> ListLimit? { nil }
    package func elements(ofList column: String, in table: String, where condition: String) -> String? { nil }

    package var asksRowByRow: Bool { false }
    package func rowNumber(orderedBy key: String) -> String { "ROW_NUMBER() OVER (ORDER BY \(key))" }
    package func keepingExistingRows(by column: String) -> String { "ON CONFLICT DO NOTHING" }
    package func parkedText(of column: String, type: String) -> String? { "CAST(\(column) AS TEXT)" }
    package func value(ofParked text: String, type: String) -> String { text }

    package func differs(_ column: String, fromJSON placeholder: String) -> String {
        "\(column) <> \(storedForm(ofJSON: placeholder) ?? placeholder)"
    }
}
