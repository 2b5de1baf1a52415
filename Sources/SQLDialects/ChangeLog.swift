/// The keys of the rows of a table that others write, noted by the server at every write.
package struct ChangeLog: Sendable {
    /// The number of keys that ``take`` answers at most.
    package static let keysAtOnce = 1000

    /// Begins an empty log, in a transaction that keeps writers from the table.
    package var begin: [SQLStatement]
    /// Takes some of the keys out of the log and answers them; a key can be among them several times. What commits later is
    /// answered later.
    package var take: SQLStatement
    /// Ends the log, likewise.
    package var end: [SQLStatement]

    package init(begin: [SQLStatement], take: SQLStatement, end: [SQLStatement]) {
        (self.begin, self.take, self.end) = (begin, take, end)
    }
}
