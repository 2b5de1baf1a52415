import AgnoSchema
import SQLDialects
import Testing

/// The four adapters of Agno: what each declares, and how its server spells types.
///
/// MariaDB's is MySQL's.
enum Adapter: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, postgres, mysql, singlestore

    var testDescription: String { rawValue }

    var traits: DatabaseTraits {
        switch self {
        case .sqlite: SQLiteDialect.traits
        case .postgres: Self.strict(PostgreSQLDialect.traits)
        case .mysql: Self.strict(MySQLDialect.traits)
        case .singlestore: Self.strict(SingleStoreDialect.traits)
        }
    }

    /// The adapter's tables under Agno's default names.
    var context: SchemaContext { SchemaContext(traits: traits, names: TableNames()) }

    /// The same declarations where types are only equal when they are spelled alike, so that every change shows.
    private static func strict(_ traits: DatabaseTraits) -> DatabaseTraits {
        Self.traits(Set(Feature.allCases.filter(traits.has)), { traits.typeName($0) })
    }

    private static func traits(
        _ features: Set<Feature>, _ spelling: @escaping @Sendable (ColumnType) -> String
    ) -> DatabaseTraits {
        DatabaseTraits(
            features: features, spelling: spelling, equality: { $0.uppercased() == $1.uppercased() })
    }
}

extension TableDefinition {
    /// A type's folded table under the default names; nil where the adapter has none in that version.
    static func shape(of type: TableType, at version: SchemaVersion, in adapter: Adapter) -> TableShape? {
        shape(of: type, at: version, in: adapter.context)
    }
}
