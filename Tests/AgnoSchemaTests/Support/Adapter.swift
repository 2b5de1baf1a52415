import AgnoSchema
import SQLDialects
import Testing

/// The four adapters of Agno: what each declares, and how its server spells types.
///
/// Only SQLite has a dialect in the sources; the others' traits stand here until they have one too.
enum Adapter: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, postgres, mysql, singlestore

    var testDescription: String { rawValue }

    var traits: DatabaseTraits {
        switch self {
        case .sqlite: SQLiteDialect(version: "3.45.0").traits
        case .postgres:
            Self.traits([.extendedTables, .compositeOwnerIndexes, .optionalNames], Self.postgresName)
        case .mysql:
            Self.traits([.declaredIndexNames], Self.mysqlName)
        case .singlestore:
            Self.traits(
                [.declaredIndexNames, .aggregationPeriodIndex, .shortProviderNames, .shardedTables], Self.mysqlName)
        }
    }

    /// The adapter's tables under Agno's default names.
    var context: SchemaContext { SchemaContext(traits: traits, names: TableNames()) }

    private static func traits(
        _ features: Set<Feature>, _ spelling: @escaping @Sendable (ColumnType) -> String
    ) -> DatabaseTraits {
        DatabaseTraits(
            features: features, spelling: spelling, equality: { $0.uppercased() == $1.uppercased() })
    }

    private static let postgresName: @Sendable (ColumnType) -> String = { type in
        switch type {
        case .identifier, .text, .freeText: "VARCHAR"
        case .prose, .document: "TEXT"
        case .json: "JSON"
        case .parsedJSON: "JSONB"
        case .bigInteger: "BIGINT"
        case .integer: "INTEGER"
        case .boolean: "BOOLEAN"
        case .date: "DATE"
        }
    }

    private static let mysqlName: @Sendable (ColumnType) -> String = { type in
        switch type {
        case .identifier: "VARCHAR(128)"
        case .text(let length): "VARCHAR(\(length))"
        case .freeText, .prose, .document: "TEXT"
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
