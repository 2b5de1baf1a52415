public import AgnoSchema

/// The tables that differ from a target version, by the direction that leads to it.
public struct PendingTables: Sendable, Codable, Hashable {
    /// The types below the version, or without its stamp.
    public var up: [TableType]
    /// The types above the version.
    public var down: [TableType]
}
