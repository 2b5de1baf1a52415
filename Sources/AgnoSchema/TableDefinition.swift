/// What a column holds, independent of how a server spells it.
package enum ColumnType: Hashable, Sendable {
    /// An id or another key that is looked up as a whole.
    case identifier
    /// A short text of at most that many characters, if the server requires a limit.
    case text(Int)
    /// Text of any length as Agno declared it up to 2.2.
    case freeText
    /// Text of any length as Agno declares it since 2.3.
    case prose
    /// Text of any length that every adapter declares as TEXT.
    case document
    /// Text of any length even if the server's TEXT ends at 64 KB; none of Agno's tables has it.
    case unlimited
    /// A JSON document kept as the text that was written.
    case json
    /// A JSON document in the server's parsed form, if it has one.
    case parsedJSON
    case bigInteger
    /// A small number; some adapters declare it narrower than a big integer.
    case integer
    case boolean
    case date

    /// Whether it holds JSON, in whatever form.
    package var isJSON: Bool { self == .json || self == .parsedJSON }
    /// Whether it holds texts, whatever their length.
    package var isText: Bool {
        switch self {
        case .identifier, .text, .freeText, .prose, .document, .unlimited: true
        case .json, .parsedJSON, .bigInteger, .integer, .boolean, .date: false
        }
    }
}

/// A column as Agno declares it.
package struct Column: Hashable, Sendable {
    package var name: String
    package var type: ColumnType
    package var isNullable: Bool
    /// Declarations for adapters with a feature, in the order of declaration.
    private var variants: [Variant]

    private struct Variant: Hashable, Sendable {
        var feature: Feature
        var type: ColumnType
        var isNullable: Bool
    }

    package init(_ name: String, _ type: ColumnType, isNullable: Bool = true) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
        self.variants = []
    }

    /// The same column, declared differently by adapters with the feature. Of several the first that applies wins.
    package func when(_ feature: Feature, type: ColumnType? = nil, isNullable: Bool? = nil) -> Column {
        var copy = self
        copy.variants.append(
            Variant(feature: feature, type: type ?? self.type, isNullable: isNullable ?? self.isNullable))
        return copy
    }

    /// The column as one database declares it.
    package func resolved(for traits: DatabaseTraits) -> Column {
        guard let match = variants.first(where: { traits.has($0.feature) }) else { return self }
        return Column(name, match.type, isNullable: match.isNullable)
    }
}

extension Column {
    /// A column that may hold NULL.
    package static func optional(_ name: String, _ type: ColumnType) -> Column { Column(name, type) }
    /// A column that must have a value.
    package static func required(_ name: String, _ type: ColumnType) -> Column {
        Column(name, type, isNullable: false)
    }
}

/// Which rows a partial index covers.
package enum IndexPredicate: Hashable, Sendable {
    case isNull(String)
    case isNotNull(String)
    /// A condition that Agno never declares, as the catalogue reports it.
    case other(String)
}

/// An index, unique or not. Indexes are matched by the rows and columns that they cover, not by name.
package struct Index: Hashable, Sendable {
    package var columns: [String]
    package var isUnique: Bool
    package var predicate: IndexPredicate?
    /// The name that Agno declares for it; nil if the name is made from the columns.
    package var declaredName: String?

    package init(
        on columns: [String], isUnique: Bool = false, where predicate: IndexPredicate? = nil,
        declaredName: String? = nil
    ) {
        self.columns = columns
        self.isUnique = isUnique
        self.predicate = predicate
        self.declaredName = declaredName
    }

    /// Whether both cover the same columns in the same order, the same rows, with the same strictness.
    package func covers(_ other: Index) -> Bool {
        columns == other.columns && isUnique == other.isUnique && predicate == other.predicate
    }

    /// Whether the index depends on the column.
    package func needs(_ column: String) -> Bool {
        switch predicate {
        case .isNull(column), .isNotNull(column): true
        case .isNull, .isNotNull, .other, nil: columns.contains(column)
        }
    }

    /// The name of the index on a fresh table: `idx_<table>_<columns>`, or `<table>_<declared name>`.
    ///
    /// A composite index that Agno declares by name has the generated name if the adapter generates all of them.
    package func name(onTable table: String, traits: DatabaseTraits) -> String {
        if let declaredName, isUnique || traits.has(.declaredIndexNames) { return "\(table)_\(declaredName)" }
        return "idx_\(table)_\(columns.joined(separator: "_"))"
    }
}

/// A unique constraint.
package struct UniqueKey: Hashable, Sendable {
    package var columns: [String]
    /// The name without the table's (`uq_session_id`).
    package var declaredName: String
    /// Whether Agno puts the table's name before it.
    package var isPrefixed: Bool

    package init(_ columns: [String], named declaredName: String, isPrefixed: Bool = true) {
        self.columns = columns
        self.declaredName = declaredName
        self.isPrefixed = isPrefixed
    }

    /// The name of the constraint on a fresh table.
    package func name(onTable table: String) -> String { isPrefixed ? "\(table)_\(declaredName)" : declaredName }
}

/// A reference to another table's key; deleting the parent deletes the children.
package struct ForeignKey: Hashable, Sendable {
    package var columns: [String]
    package var parent: TableType
    package var parentColumns: [String]

    package init(_ columns: [String], references parent: TableType, _ parentColumns: [String]) {
        self.columns = columns
        self.parent = parent
        self.parentColumns = parentColumns
    }
}

/// A table as Agno declares it in one version, independent of server and of the table's real name.
package struct TableDefinition: Hashable, Sendable {
    package var type: TableType?
    package var columns: [Column]
    package var primaryKey: [String]
    package var uniqueKeys: [UniqueKey]
    package var indexes: [Index]
    package var foreignKeys: [ForeignKey]
    /// The columns that place a row on a partition, if the server has partitions.
    package var shardKey: [String]

    package init(
        _ type: TableType?, columns: [Column], primaryKey: [String], uniqueKeys: [UniqueKey] = [],
        indexes: [Index] = [], foreignKeys: [ForeignKey] = [], shardKey: [String] = []
    ) {
        self.type = type
        self.columns = columns
        self.primaryKey = primaryKey
        self.uniqueKeys = uniqueKeys
        self.indexes = indexes
        self.foreignKeys = foreignKeys
        self.shardKey = shardKey
    }
}
