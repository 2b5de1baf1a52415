/// The target of a migration as a text names it: a schema version, or a release of Agno that stands for its schema.
///
/// A text that is a known schema version means that version, also if a release has the same number.
public struct MigrationTarget: Hashable, Sendable {
    /// The schema version to reach.
    public let version: SchemaVersion
    /// The release that was named; nil if the text names a schema version.
    public let release: AgnoRelease?

    /// Reads `3.0.0`, `v3.0`, `3.1.10`; nil for a version and a release that this program does not know.
    public init?(_ text: String) {
        guard let version = SchemaVersion(text) else { return nil }
        if SchemaVersion.known.contains(version) {
            (self.version, release) = (version, nil)
        } else if let release = AgnoRelease(text), let range = release.range {
            (self.version, self.release) = (range.schemaVersion, release)
        } else {
            return nil
        }
    }

    /// A sentence about the version that a release stands for; nil if the text names a schema version.
    public var note: String? { release.map { "Agno \($0) uses schema version \(version)" } }

    /// The texts that are accepted: the known versions and the newest known release.
    public static var knownTexts: String {
        "known versions: \(SchemaVersion.known.map(\.description).joined(separator: ", ")); "
            + "newest known release of Agno: \(AgnoRelease.newest)"
    }
}
