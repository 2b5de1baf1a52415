/// A release of the Python package `agno`, such as `3.1.10`.
///
/// A release is not a schema version: most releases keep the schema of an older one. ``ReleaseRange/all`` lists which.
public struct AgnoRelease: Hashable, Comparable, Sendable, LosslessStringConvertible {
    private let number: SchemaVersion

    package init(_ major: Int, _ minor: Int, _ patch: Int) { number = SchemaVersion(major, minor, patch) }

    /// Reads `3.1.10`, `v3.1.10` or `3.1`, whether or not such a release exists; nil for anything else.
    public init?(_ description: String) {
        guard let number = SchemaVersion(description) else { return nil }
        self.number = number
    }

    /// Three components, no `v`.
    public var description: String { number.description }

    /// Releases order by their components.
    public static func < (left: AgnoRelease, right: AgnoRelease) -> Bool { left.number < right.number }

    /// The newest release that this program knows.
    public static let newest: AgnoRelease = ReleaseRange.all.last?.last ?? AgnoRelease(0, 0, 0)

    /// The range of the release; nil for a release that this program does not know.
    public var range: ReleaseRange? { ReleaseRange.all.first { $0.contains(self) } }
}

extension TableType {
    /// Whether a release has tables of the type.
    package func isUsed(by release: AgnoRelease) -> Bool {
        switch self {
        case .memories, .sessions, .metrics, .evals, .knowledge: true
        case .culture: release >= AgnoRelease(2, 1, 10) && release < AgnoRelease(3, 0, 0)
        case .learnings: release >= AgnoRelease(2, 3, 25)
        case .components: release >= AgnoRelease(2, 4, 0)
        case .approvals, .schedules, .scheduleRuns: release >= AgnoRelease(2, 5, 0)
        case .products, .sources, .projects, .tasks: release >= AgnoRelease(3, 1, 0)
        case .runs: release >= AgnoRelease(3, 0, 0)
        }
    }
}
