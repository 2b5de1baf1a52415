public import AgnoSchema
import SQLDialects

/// The changes of each schema version, for display before a migration.
public enum VersionCatalogue {
    /// The changes of one version to one type's table.
    public struct TableChanges: Sendable, Codable, Hashable {
        /// The table type.
        public var type: TableType
        /// The changes in words, in order.
        public var changes: [String]
    }

    /// The changes of a version on one kind of server; empty for the baseline and for an unknown version.
    public static func changes(of version: SchemaVersion, on kind: DatabaseKind) -> [TableChanges] {
        guard let migration = SchemaHistory.agno.migration(to: version) else { return [] }
        let traits = Dialects.traits(of: kind)
        let context = SchemaContext(traits: traits, names: TableNames())
        return TableType.managed.compactMap { type in
            let changes = migration.steps(for: type, traits: traits).compactMap { $0.title(in: context) }
            return changes.isEmpty ? nil : TableChanges(type: type, changes: changes)
        }
    }
}

enum Dialects {
    static func traits(of kind: DatabaseKind) -> DatabaseTraits {
        switch kind {
        case .sqlite: SQLiteDialect.traits
        case .postgresql: PostgreSQLDialect.traits
        case .mysql: MySQLDialect.traits
        case .mariadb: MariaDBDialect.traits
        case .singlestore: SingleStoreDialect.traits
        }
    }
}

extension MigrationStep {
    fileprivate func title(in context: SchemaContext) -> String? {
        switch self {
        // On this server both types have the same name: the step changes nothing.
        case .change(.changeType(_, let old, let new))
        where context.traits.typeName(old) == context.traits.typeName(new): nil
        case .change(let change): change.title(in: context)
        case .move(let move): RowMovers.agno[move].title(in: context)
        case .requires(.unique(let columns, _)): "require unique \(columns.joined(separator: ", "))"
        case .when, .unless: nil
        }
    }
}
