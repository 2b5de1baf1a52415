package import AgnoSchema

/// Which access a table lock blocks.
package enum TableAccess: Sendable {
    /// All access, before a change of the table's structure.
    case everything
    /// Writes, before the last rows are moved.
    case writing
}

/// A lock on a table that outlasts commits, where every change of structure is one.
package struct LastingLock: Sendable {
    package var take: SQLStatement
    package var release: SQLStatement
    /// A query for the statement that gives the user the right to take it.
    package var grant: SQLStatement

    package init(take: SQLStatement, release: SQLStatement, grant: SQLStatement) {
        (self.take, self.release, self.grant) = (take, release, grant)
    }
}

/// A table as statements refer to it.
package struct TableUse: Hashable, Sendable {
    package var name: String
    /// The table's name in the statement; nil: its own.
    package var alias: String?

    package init(_ name: String, as alias: String? = nil) { (self.name, self.alias) = (name, alias) }
}

/// How a server keeps others from a table, and what its role may do.
package protocol Concurrency: Sendable {
    /// Locks a table until the transaction ends; empty if the transaction's start already does, or the server has no such
    /// lock. Whatever locks the transaction takes afterwards, it waits for them as briefly. No default.
    func lock(table name: String, against access: TableAccess) -> [SQLStatement]

    /// How often a transaction that other sessions keep from a table is tried before it fails. Defaults to 15: each attempt
    /// waits a second or two.
    var lockAttempts: Int { get }

    /// A query for a number that stays the same as long as no other connection commits; nil if the server has none. Defaults
    /// to nil.
    var foreignCommits: String? { get }

    /// Keeps others from the first table while it is counted and changed. Until the lock is released, statements may use it and
    /// the others by these names only, each once; no two names are equal. Nil if a transaction's lock lasts that long, or if
    /// the server has no such lock. Defaults to nil.
    func lastingLock(on uses: [TableUse]) -> LastingLock?

    /// Notes the keys of the rows that others write to a table; nil if the server cannot without keeping writers waiting.
    /// Defaults to nil.
    func changeLog(of snapshot: TableSnapshot, key: String) -> ChangeLog?

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
    package var lockAttempts: Int { 15 }
    package func changeLog(of snapshot: TableSnapshot, key: String) -> ChangeLog? { nil }
    package var foreignCommits: String? { nil }
    package func lastingLock(on uses: [TableUse]) -> LastingLock? { nil }
}
