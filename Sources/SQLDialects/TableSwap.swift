/// A table that is made anew and takes the old one's place, on a server that cannot change it and where every statement
/// commits.
///
/// The old table is taken away before it is copied: nobody can write to it any more, so nothing can be lost between the
/// copy and the exchange. Whoever asks for it meanwhile is told that there is no such table.
package struct TableSwap: Sendable {
    /// Makes the new table under a name of its own; what an earlier attempt left of it goes first.
    package var prepare: [SQLStatement]
    /// Gives the old table a name that nobody else knows.
    package var takeAway: SQLStatement
    package var copy: [SQLStatement]
    /// Queries for the rows of the old table, taken away, and of the new one.
    package var oldCount: SQLStatement
    package var newCount: SQLStatement
    /// Gives the new table the name.
    package var exchange: SQLStatement
    package var dropOld: SQLStatement
    /// Gives the old table its name back and takes the new one away.
    package var undo: [SQLStatement]

    /// All of it in order, for plans.
    package var statements: [SQLStatement] { prepare + [takeAway] + copy + [exchange, dropOld] }
}
