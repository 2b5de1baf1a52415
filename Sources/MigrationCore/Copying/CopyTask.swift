import AgnoSchema
import DatabaseAccess
import SQLDialects

/// One table to copy: what is read, and the table that receives it.
struct CopyTask {
    /// nil for a table that no version changes.
    let type: TableType?
    /// Agno's name for the type.
    let typeName: String
    let source: TableSnapshot
    /// The table's name in the target.
    let name: String
    /// The table as Agno makes it in the target.
    let shape: TableShape
    /// The version that the target's table is stamped with; nil without a stamp.
    let stamp: SchemaVersion?
    /// The columns that identify a row.
    let key: [String]
    let columns: [CopiedColumn]
    /// Agno's columns of the source for which the target's table has none.
    let unplaced: [String]
    /// Columns of the source that are not Agno's.
    let leftOut: [String]

    /// The positions of the key's columns among those that are copied.
    var keyPositions: [Int] { key.compactMap { name in columns.firstIndex { $0.name == name } } }
}

/// A table of the source that is not copied, with the reason.
struct SkippedTable {
    let typeName: String
    let name: String
    let reason: String
}

/// Finds for each of Agno's tables in a source the table of the target.
struct CopyPlan {
    enum Item {
        case copy(CopyTask)
        case skip(SkippedTable)
    }

    private(set) var items: [Item] = []
    /// The tables that the target needs, parents before their children; more than are copied if a parent is missing.
    private(set) var tables: [(name: String, shape: TableShape, stamp: SchemaVersion?)] = []

    private let origin: CopyOrigin
    private let context: SchemaContext
    private let dialect: any Dialect

    var tasks: [CopyTask] { items.compactMap { if case .copy(let task) = $0 { task } else { nil } } }

    /// - Parameters:
    ///   - names: the names of the target's tables.
    ///   - dialect: the target's.
    init(_ origin: CopyOrigin, names: TableNames, dialect: any Dialect) {
        self.origin = origin
        self.dialect = dialect
        context = SchemaContext(traits: dialect.traits, names: names, history: origin.context.history)
        for type in origin.types { items.append(item(type)) }
        let definitions = UnmigratedTable.all(for: dialect.traits)
        for table in UnmigratedTable.all(for: origin.context.traits) {
            guard let snapshot = origin.unmigrated[table.type] else { continue }
            let declared = definitions.first { $0.type == table.type }
            items.append(declared.map { item($0, table, snapshot) } ?? noPlace(table.type, snapshot.name))
        }
        for name in origin.unknown {
            items.append(
                .skip(SkippedTable(typeName: name, name: name, reason: "agno-migrate does not know its structure")))
        }
        addTables(definitions)
    }

    /// What the first releases did without stamps has none.
    private var stamp: SchemaVersion? {
        origin.version >= (context.history.versions.dropFirst().first ?? .baseline) ? origin.version : nil
    }

    /// The version of a type's table, whose last version may be an older one.
    private func version(of type: TableType) -> SchemaVersion { type.isStamped ? origin.version : .baseline }

    private func noPlace(_ typeName: String, _ name: String) -> Item {
        .skip(SkippedTable(typeName: typeName, name: name, reason: "Agno has no such table on the target's server"))
    }

    private func item(_ type: TableType) -> Item {
        guard let source = origin.state.snapshots[type] else { return noPlace(type.name, context.names[type]) }
        let version = version(of: type)
        guard let shape = TableDefinition.shape(of: type, at: version, in: context),
            let declared = TableDefinition.shape(of: type, at: version, in: origin.context)
        else { return noPlace(type.name, source.name) }
        let columns = shape.columns.compactMap { column -> Column? in
            guard source.shape.column(column.name) != nil else { return nil }
            return context.declaration(of: column.name, in: type, at: version)?.column
        }
        return .copy(
            task(
                type, type.name, source, name: context.names[type], shape, declared, columns,
                stamp: type.isStamped ? stamp : nil))
    }

    private func item(_ table: UnmigratedTable, _ own: UnmigratedTable, _ source: TableSnapshot) -> Item {
        let name = KnownTables.name(of: table.type, in: context.names)
        let shape = table.shape(in: context, named: name)
        let declared = own.shape(in: origin.context, named: source.name)
        func skip(_ reason: String) -> Item {
            .skip(SkippedTable(typeName: table.type, name: source.name, reason: reason))
        }
        guard source.shape.primaryKey == declared.primaryKey else { return skip("its primary key is another") }
        let missing = shape.columns.filter { !$0.isNullable && source.shape.column($0.name) == nil }
        guard missing.isEmpty else { return skip("it has no column \(missing[0].name)") }
        let columns = table.definition.columns.filter { source.shape.column($0.name) != nil }
        let stamp = origin.state.stampedVersion(ofTable: source.name)
        return .copy(
            task(nil, table.type, source, name: name, shape, declared, columns, stamp: self.stamp == nil ? nil : stamp))
    }

    private func task(
        _ type: TableType?, _ typeName: String, _ source: TableSnapshot, name: String, _ shape: TableShape,
        _ declared: TableShape, _ columns: [Column], stamp: SchemaVersion?
    ) -> CopyTask {
        let copied = Set(exact: columns.map(\.name))
        let others = source.shape.columns.map(\.name).filter { !copied.contains($0) }
        let from = encoding(type, origin.context.traits)
        let to = encoding(type, context.traits)
        return CopyTask(
            type: type, typeName: typeName, source: source, name: name, shape: shape, stamp: stamp,
            key: declared.primaryKey.isEmpty ? declared.uniqueKeys.first?.columns ?? [] : declared.primaryKey,
            columns: columns.map {
                CopiedColumn(
                    $0.resolved(for: context.traits), of: shape, from: from == .plain ? .plain : .maybeDouble,
                    to: to, dialect)
            },
            unplaced: others.filter { declared.column($0) != nil },
            leftOut: others.filter { declared.column($0) == nil })
    }

    /// How a database of the version writes the JSON of a type's table.
    private func encoding(_ type: TableType?, _ traits: DatabaseTraits) -> CopiedColumn.Encoding {
        guard type == .sessions, traits.has(.doublyEncodedSessions) else { return .plain }
        return origin.version.hasRunsTable ? .maybeDouble : .double
    }

    private mutating func addTables(_ definitions: [UnmigratedTable]) {
        let tasks = tasks
        var types = Set(tasks.compactMap(\.type))
        let copied = definitions.filter { table in tasks.contains { $0.type == nil && $0.typeName == table.type } }
        let unmigrated = Set(copied.flatMap { [$0.type] + $0.unmigratedParents })
        for table in definitions where unmigrated.contains(table.type) { types.formUnion(table.migratedParents) }
        for type in types {
            types.formUnion(TableDefinition.baseline(type, for: context.traits).foreignKeys.map(\.parent))
        }
        for type in TableType.allCases where types.contains(type) {
            guard let shape = TableDefinition.shape(of: type, at: version(of: type), in: context) else { continue }
            tables.append((context.names[type], shape, type.isStamped ? stamp : nil))
        }
        for table in definitions where unmigrated.contains(table.type) {
            let name = KnownTables.name(of: table.type, in: context.names)
            let task = tasks.first { $0.type == nil && $0.typeName == table.type }
            tables.append((name, table.shape(in: context, named: name), task?.stamp))
        }
    }
}

extension DatabaseState {
    /// The version in a table's stamp; nil without a valid one.
    func stampedVersion(ofTable name: String) -> SchemaVersion? {
        guard let text = stamps[name], case .version(let version) = Stamp(text) else { return nil }
        return version
    }
}
