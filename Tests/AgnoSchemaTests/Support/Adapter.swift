import AgnoSchema
import SQLDialects
import Testing

/// The four adapters of Agno: what each declares, and how its server spells types.
///
/// SQLite and PostgreSQL have a dialect in the sources; the others' traits stand here until they have one too.
enum Adapter: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, postgres, mysql, singlestore

    var testDescription: String { rawValue }

    var traits: DatabaseTraits {
        switch self {
        case .sqlite: SQLiteDialect(version: "3.45.0").traits
        case .postgres: Self.strict(PostgreSQLDialect().traits)
        case .mysql:
            Self.traits([.declaredIndexNames], Self.mysqlName)
        case .singlestore:
            Self.traits(
                [.declaredIndexNames, .aggregationPeriodIndex, .shortProviderNames, .shardedTables], Self.mysqlName)
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

    private static let mysqlName: @Sendable (ColumnType) -> String = { type in
        switch type {
        case .identifier: "VARCHAR(128)"
        case .text(let length): "VARCHAR(\(length))"
        case .freeText, .prose, .document, .unlimited: "TEXT"
        case .json, .parsedJSON: "JSON"
        case .bigInteger: "BIGINT"
        case .integer: "INTEGER"
        case .boolean: "BOOL"
        case .date: "DATE"
        }
    }
}

extension TableDefinition {
    /// A type's folded table under the default names; nil where the adapter has none in that version.
    static func shape(of type: TableType, at version: SchemaVersion, in adapter: Adapter) -> TableShape? {
        shape(of: type, at: version, in: adapter.context)
    }
}
