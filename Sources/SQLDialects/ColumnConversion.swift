/// The program's own columns of a table: each holds the values of another one in a new type, and is to take its place.
package struct ShadowColumns: Hashable, Sendable {
    /// The types of the columns by the name of the column that each is to replace.
    package var types: [String: String]
    /// The digest of what the trigger does that keeps the columns up to date at every write; nil if there is none that does.
    package var digest: String?
    /// Whether there is a constraint that no row has one value without the other, valid or not.
    package var hasConstraint: Bool
    /// Whether the server has checked that for every row.
    package var isValidated: Bool

    package init(
        types: [String: String], digest: String? = nil, hasConstraint: Bool = false, isValidated: Bool = false
    ) {
        self.types = types
        self.digest = digest
        self.hasConstraint = hasConstraint
        self.isValidated = isValidated
    }
}

/// A change of the types of columns that keeps nobody from the table for longer than a change of the catalogue takes.
///
/// Each column gets a shadow, which a trigger keeps up to date. The rows that exist are converted in small batches and
/// compared, the server checks that none is missing, and the step's transaction exchanges the columns. What is done tells the
/// shape of the table.
package struct ColumnConversion: Sendable {
    /// How far a table is.
    package enum Stage: Hashable, Sendable {
        case absent
        /// There are shadows that nothing keeps up to date, or not those of this conversion: they are discarded.
        case untrusted
        /// Every write fills the shadows; older rows may lack theirs.
        case filling
        /// The server has checked that no row lacks its shadow; the columns can be exchanged.
        case proven
    }

    package var stage: Stage
    /// The columns whose type changes, in order.
    package var columns: [String]
    /// The shadows as they are when the columns can be exchanged.
    package var completed: ShadowColumns
    /// A query for what makes the conversion impossible beside a running application, in words.
    package var hindrances: SQLStatement
    /// Adds the shadows and what keeps them up to date, in one transaction that locks the table first.
    package var expand: [SQLStatement]
    /// Drops everything that `expand` and `demand` made, likewise.
    package var discard: [SQLStatement]
    /// A query for the number of pages of the table and the approximate number of its rows.
    package var extent: SQLStatement
    /// Converts the next rows of a range of pages, after a place in it, at most so many: answers how many were due, of how many
    /// the values are converted, of how many they are refused by the new type, and the place of the last one that was due
    /// (NULL: none was).
    package var batch: @Sendable (_ pages: Range<Int64>, _ place: String?, _ rows: Int) -> SQLStatement
    /// Compares the rows of a range of pages that have their shadows: answers how many there are, and how many differ.
    package var comparison: @Sendable (_ pages: Range<Int64>) -> SQLStatement
    /// Has the server refuse rows that lack a shadow, likewise in a transaction that locks the table first.
    package var demand: [SQLStatement]
    /// Takes that demand back.
    package var release: [SQLStatement]
    /// Takes back what a killed run has demanded of the rows before all of them were converted.
    package var resume: [SQLStatement]
    /// Ends the idle sessions of other clients, whose prepared statements fail after the exchange: answers how many it ended, and
    /// how many the role may not end.
    package var recycle: SQLStatement
    /// Has the server check the rows that exist, beside readers and writers.
    package var validate: [SQLStatement]

    package init(
        stage: Stage, columns: [String], completed: ShadowColumns, hindrances: SQLStatement, expand: [SQLStatement],
        discard: [SQLStatement],
        extent: SQLStatement,
        batch: @escaping @Sendable (_ pages: Range<Int64>, _ place: String?, _ rows: Int) -> SQLStatement,
        comparison: @escaping @Sendable (_ pages: Range<Int64>) -> SQLStatement,
        demand: [SQLStatement], release: [SQLStatement], resume: [SQLStatement], recycle: SQLStatement,
        validate: [SQLStatement]
    ) {
        self.stage = stage
        self.columns = columns
        self.completed = completed
        self.hindrances = hindrances
        self.expand = expand
        self.discard = discard
        self.extent = extent
        self.batch = batch
        self.comparison = comparison
        self.demand = demand
        self.release = release
        self.resume = resume
        self.recycle = recycle
        self.validate = validate
    }
}
