/// The direction of a migration: to a newer version, or back to an older one.
public enum MigrationDirection: String, Sendable, Codable, Hashable { case up, down }
