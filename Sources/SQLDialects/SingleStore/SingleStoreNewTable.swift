import AgnoSchema

/// The definition of a table that takes another's place, derived from the old one's.
struct SingleStoreNewTable {
    let dialect: SingleStoreDialect
    var source: SingleStoreTableSource
    private let snapshot: TableSnapshot
    private var taken: Set<String>

    init(dialect: SingleStoreDialect, source: SingleStoreTableSource, snapshot: TableSnapshot) {
        self.dialect = dialect
        self.source = source
        self.snapshot = snapshot
        taken = snapshot.namesInUse
    }

    /// The columns that can be written.
    var columns: [String] {
        let computed = source.computedColumns
        return source.elements.compactMap { element in
            guard case .column(let name) = element.kind, !computed.contains(name) else { return nil }
            return name
        }
    }

    mutating func add(_ change: SchemaChange) {
        switch change {
        case .addColumn(let column, _): put(dialect.columnText(column), column.name)
        case .restoreColumn(let column):
            if snapshot.shape.column(column.name) == nil { put(dialect.columnText(column), column.name) }
        case .changeType(let name, _, let type):
            let isNullable = snapshot.shape.column(name)?.isNullable ?? true
            put(dialect.columnText(name, dialect.traits.typeName(type), isNullable: isNullable), name)
        case .dropColumn(let column):
            source.elements.removeAll { $0.kind == .column(column.name) || $0.columns.contains(column.name) }
        case .addIndex(let index): add(index)
        case .dropIndex(let index):
            source.elements.removeAll { $0.kind == .index && Set($0.columns) == Set(index.columns) }
        case .replaceUniqueKey(let old, let new):
            if let old { remove(old) }
            if let new { add(new) }
        case .addPrimaryKey(let columns, let key):
            if let key { remove(key) }
            setPrimaryKey(columns)
        case .dropPrimaryKey(let columns, let key):
            // Without a shard key of its own, the table's primary key places the rows.
            if source.columns(of: .shardKey) == nil, !source.isReference { setShardKey(columns) }
            source.elements.removeAll { $0.kind == .primaryKey }
            if let key { add(key) }
        case .repair(.requireValue(let column)):
            guard let found = snapshot.shape.column(column.name) else { return }
            put(dialect.columnText(column.name, found.type, isNullable: false), column.name)
        // Such a server has no foreign keys.
        case .repair(.addForeignKey), .repair(.bindToRuns), .repair(.retype), .repair(.dropLeftovers), .createTable,
            .dropTable, .retireColumn:
            break
        }
    }

    private mutating func put(_ text: String, _ name: String) {
        let element = SingleStoreTableSource.Element(kind: .column(name), text: text)
        if let position = source.elements.firstIndex(where: { $0.kind == .column(name) }) {
            source.elements[position] = element
        } else {
            let end = source.elements.lastIndex { if case .column = $0.kind { true } else { false } }
            source.elements.insert(element, at: (end ?? -1) + 1)
        }
    }

    private mutating func add(_ index: Index) {
        guard !snapshot.shape.hasIndex(covering: index) else { return }
        let name = free(index.name(onTable: snapshot.name, traits: dialect.traits))
        append(.index, "KEY \(dialect.quote(name)) (\(dialect.list(index.columns)))", index.columns)
    }

    private mutating func add(_ key: UniqueKey) {
        guard snapshot.shape.uniqueKeys(covering: key.columns).isEmpty else { return }
        let name = free(key.name(onTable: snapshot.name))
        append(.uniqueKey, "UNIQUE KEY \(dialect.quote(name)) (\(dialect.list(key.columns)))", key.columns)
    }

    private mutating func remove(_ key: UniqueKey) {
        source.elements.removeAll { $0.kind == .uniqueKey && Set($0.columns) == Set(key.columns) }
    }

    /// It becomes the shard key as well, since a primary key must contain every column of the shard key.
    private mutating func setPrimaryKey(_ columns: [String]) {
        // An index over the same columns would be redundant.
        source.elements.removeAll { $0.kind == .primaryKey || $0.kind == .index && $0.columns == columns }
        append(.primaryKey, "", columns)
        if !source.isReference { setShardKey(columns) }
    }

    private mutating func setShardKey(_ columns: [String]) {
        source.elements.removeAll { $0.kind == .shardKey }
        append(.shardKey, "", columns)
    }

    private mutating func append(_ kind: SingleStoreTableSource.Kind, _ text: String, _ columns: [String]) {
        source.elements.append(SingleStoreTableSource.Element(kind: kind, text: text, columns: columns))
    }

    private mutating func free(_ wanted: String) -> String {
        MySQLNames.free(wanted, onTable: snapshot.name, among: &taken)
    }
}
