public import AgnoSchema
import SQLDialects

/// What each version changes, for people who want to know before they run it.
public enum VersionCatalogue {
    /// What one version does to one type's table.
    public struct TableChanges: Sendable, Codable, Hashable {
        /// The table type.
        public var type: TableType
        /// The changes in words, in order.
        public var changes: [String]
    }

    /// The changes of a version under one kind of server; empty for the baseline and for an unknown version.
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

/// The dialects that there are: the one list of them.
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
        // A change of type that both spell alike is none on this server.
        case .change(.changeType(_, let old, let new))
        where context.traits.typeName(old) == context.traits.typeName(new):
            nil
        case .change(let change): change.title(in: context)
        case .move(let move): RowMovers.agno[move].title(in: context)
        case .requires(.unique(let columns, _)): "require that \(columns.joined(separator: ", ")) is unique"
        case .requires(.oneOwnerPerMetricsDay): "require that no row belongs to a user"
        case .revertOnly(.oneOwnerPerMetricsDay): "revert only if no row belongs to a user"
        case .revertOnly(.unique(let columns, _)): "revert only if \(columns.joined(separator: ", ")) is unique"
        case .when, .unless: nil
        }
    }
}
