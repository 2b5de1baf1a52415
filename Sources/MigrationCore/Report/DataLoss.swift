/// Values that a step would destroy.
public struct DataLoss: Sendable, Codable, Hashable {
    /// The table's real name.
    public var table: String
    /// What is lost, in words: `values of feedback`.
    public var what: String
    /// The number of rows that lose them.
    public var rows: Int64

    package init(table: String, what: String, rows: Int64) {
        self.table = table
        self.what = what
        self.rows = rows
    }
}
