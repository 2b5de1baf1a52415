/// What a table has beside its columns and keys: its owner, what roles may do with it, where it is kept, and what the
/// application has attached to it. A new table beside it gets the same.
package struct TableAttributes: Hashable, Sendable {
    /// A privilege of a role on the table, or on one of its columns.
    package struct Grant: Hashable, Sendable {
        package var privilege: String
        package var column: String?
        /// The role as statements name it.
        package var grantee: String
        package var isGrantable: Bool
    }

    /// A policy of row level security; the clauses are as the catalogue writes them.
    package struct Policy: Hashable, Sendable {
        package var name: String
        package var isPermissive: Bool
        package var command: String
        package var roles: String
        package var using: String?
        package var check: String?
    }

    /// A trigger or rule that fires at writes, with the statements that turn it off and on again as it was.
    package struct Hook: Hashable, Sendable {
        /// The name of the trigger or rule.
        package var name: String
        package var firesAt: Set<Write>
        package var disable: SQLStatement
        package var enable: SQLStatement
    }

    package enum Write: Hashable, Sendable { case insert, update, delete }

    /// nil if the role of this session is the owner.
    package var owner: String?
    /// Whether the role can give a table to the owner.
    package var canGiveToOwner = true
    package var grants: [Grant] = []
    package var tablespace: String?
    package var isUnlogged = false
    package var hasRowSecurity = false
    package var isRowSecurityForced = false
    /// How the role of this session gets to see the rows that policies hide from it; nil if none are hidden.
    package var hiddenRowsRemedy: String?
    package var policies: [Policy] = []
    package var hooks: [Hook] = []
    /// Collations of columns, as statements name them, where they are not the database's.
    package var collations: [String: String] = [:]
    /// Clauses that give columns their storage and compression, where they are not those of the type.
    package var storage: [String: [String]] = [:]
    /// The index by which subscribers know a row, where the owner chose one.
    package var replicaIdentity: String?
    /// Whether subscribers know a row by the primary key.
    package var isPublishedByPrimaryKey = false

    package init(owner: String?) { self.owner = owner }
}
