public import AgnoSchema

/// A table that is behind a version.
public struct PendingMigration: Sendable, Codable, Hashable {
    /// The table type.
    public var type: TableType
    /// The table's real name.
    public var name: String
    /// The version that the table has: its stamp, but not more than its shape amounts to.
    public var current: SchemaVersion
    /// The version that `up` reaches.
    public var target: SchemaVersion
}

extension DatabaseStatus {
    /// The tables that `up` has to work on, in processing order; a table that only needs a repair is at its target already.
    public var pendingMigrations: [PendingMigration] {
        tables.compactMap { table in
            guard let target = table.pending.last else { return nil }
            let stamp = table.stamp.flatMap { SchemaVersion($0) } ?? .baseline
            return PendingMigration(
                type: table.type, name: table.name, current: max(min(stamp, table.shape ?? .baseline), .baseline),
                target: target)
        }
    }
}
