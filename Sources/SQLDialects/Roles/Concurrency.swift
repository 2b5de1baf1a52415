package import AgnoSchema

/// Which access a table lock blocks.
package enum TableAccess: Sendable {
    /// All access, before a change of the table's structure.
    case everything
    /// Writes, before the last rows are moved.
    case writing
}

/// How a server keeps others from a table, and what its role may do.
package protocol Concurrency: Sendable {
    /// Locks a table until the transaction ends; nil if the transaction's start already does, or the server has no such
    /// lock. No default.
    func lock(table name: String, against access: TableAccess) -> SQLStatement?

    /// A query for a number that stays the same as long as no other connection commits; nil if the server has none. Defaults
    /// to nil.
    var foreignCommits: String? { get }

    /// A query for the holders of locks on a table, as text; nil if the server does not report them. No default.
    func blockers(ofTable name: String) -> SQLStatement?

    /// A query for the privileges that the role lacks to change `tables` and to write `others`: in the second column one
    /// statement per row for the owner to run; nil without roles, or if grants cannot be read. No default.
    func missingPrivileges(changing tables: [String], writing others: [String]) -> SQLStatement?

    /// Renames a table to a name that nobody else uses, before it is read for the last time; nil if a lock lasts until
    /// the table is dropped. No default.
    func park(_ snapshot: TableSnapshot) -> SQLStatement?

    /// Gives a parked table its name back; if a new table of that name exists, the rows are merged. No default.
    func unpark(_ parked: ParkedTable, of type: TableType, as name: String) -> [SQLStatement]
}

extension Concurrency {
    package var foreignCommits: String? { nil }
}
