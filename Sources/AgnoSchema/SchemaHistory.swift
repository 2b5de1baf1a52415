/// The versions that a program knows, oldest first, and what each of them changes.
///
/// Everything that plans, compares or runs migrations asks the history of its ``SchemaContext``; tests hand in a history
/// of their own.
package struct SchemaHistory: Sendable {
    /// Every version after the baseline, oldest first.
    package let migrations: [Migration]

    package init(_ migrations: [Migration]) { self.migrations = migrations }

    /// Agno's own history.
    package static let agno = SchemaHistory(Migration.all)

    /// The baseline and each version after it, oldest first.
    package var versions: [SchemaVersion] { [.baseline] + migrations.map(\.version) }

    /// The newest version.
    package var latest: SchemaVersion { migrations.last?.version ?? .baseline }

    /// The newest version that is not above this one; nil below the baseline.
    package func floor(of version: SchemaVersion) -> SchemaVersion? { versions.last { $0 <= version } }

    /// The known version before this one; nil for the baseline and below.
    package func predecessor(of version: SchemaVersion) -> SchemaVersion? { versions.last { $0 < version } }

    /// What leads to a version; nil for the baseline and for an unknown version.
    package func migration(to version: SchemaVersion) -> Migration? { migrations.first { $0.version == version } }
}
