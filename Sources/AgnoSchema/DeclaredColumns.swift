/// The columns that Agno declares for one type's table in any version, for servers that find a column whatever the case
/// of its letters.
package struct DeclaredColumns: Sendable {
    private var types: [String: ColumnType] = [:]

    package init(of type: TableType, for traits: DatabaseTraits, in history: SchemaHistory = .agno) {
        for column in TableDefinition.baseline(type, for: traits).columns {
            types[column.name] = column.resolved(for: traits).type
        }
        for migration in history.migrations {
            for case .change(.addColumn(let column, _)) in migration.steps(for: type, traits: traits) {
                types[column.name] = column.resolved(for: traits).type
            }
        }
    }

    /// Agno's spelling of a column that the catalogue spells with other letters' case; other columns keep theirs.
    package func spelling(of name: String) -> String {
        let folded = name.foldingASCII
        return types[folded] == nil ? name : folded
    }

    /// The declared type; nil for a column that is not Agno's.
    package subscript(name: String) -> ColumnType? { types[name.foldingASCII] }
}

extension String {
    /// The text with its ASCII letters in lower case, as servers compare names that they find in any case.
    package var foldingASCII: String {
        String(decoding: utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }
}
