/// Consecutive releases of the Python package `agno` with the same tables.
public struct ReleaseRange: Hashable, Sendable {
    /// The first release.
    public let first: AgnoRelease
    /// The last release.
    public let last: AgnoRelease
    /// The schema version of the tables that the releases create and accept.
    public let schemaVersion: SchemaVersion
    /// The version that the releases write to `agno_schema_versions`; nil if they have no such table.
    public let stamp: SchemaVersion?

    /// Whether a release is one of these.
    public func contains(_ release: AgnoRelease) -> Bool { first <= release && release <= last }

    /// Every range of releases that this program knows, oldest first; Agno 1.x has no schema versions.
    public static let all: [ReleaseRange] = [
        of(2, 0, 0...11, "2.0.0", stamp: nil),
        of(2, 1, 0...10, "2.0.0", stamp: nil),
        of(2, 2, 0...13, "2.0.0", stamp: nil),
        of(2, 3, 0...26, "2.3.0", stamp: "2.3.0"),
        of(2, 4, 0...8, "2.3.0", stamp: "2.3.0"),
        of(2, 5, 0...5, "2.5.0", stamp: "2.5.0"),
        // They create and require the column of 2.5.6; their manager knows the version from 2.5.11 on.
        of(2, 5, 6...10, "2.5.6", stamp: "2.5.0"),
        of(2, 5, 11...17, "2.5.6", stamp: "2.5.6"),
        of(2, 6, 0...22, "2.5.6", stamp: "2.5.6"),
        of(2, 7, 0...4, "2.5.6", stamp: "2.5.6"),
        of(2, 8, 0...7, "2.5.6", stamp: "2.5.6"),
        of(2, 9, 0...0, "2.5.6", stamp: "2.5.6"),
        of(3, 0, 0...11, "3.0.0", stamp: "3.0.0"),
        of(3, 1, 0...10, "3.0.0", stamp: "3.0.0"),
    ]

    private static func of(
        _ major: Int, _ minor: Int, _ patches: ClosedRange<Int>, _ version: SchemaVersion, stamp: SchemaVersion?
    ) -> ReleaseRange {
        ReleaseRange(
            first: AgnoRelease(major, minor, patches.lowerBound), last: AgnoRelease(major, minor, patches.upperBound),
            schemaVersion: version, stamp: stamp)
    }
}
