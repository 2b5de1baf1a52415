package import AgnoSchema
package import DatabaseAccess
package import SQLDialects

/// Everything that planning needs to know of a database, read at one moment; reading it writes nothing.
package struct DatabaseState {
    package var serverVersion: String
    package var snapshots: [TableType: TableSnapshot]
    /// The stamps' texts by table name.
    var stamps: [ExactText: String]
    var hasVersionsTable: Bool
    var hasJournal: Bool
    var hasMarkers: Bool
    /// Whether the table of parked values exists.
    var hasParkedValues: Bool
    /// Steps that a run began and did not finish, by table, where changes of structure commit one by one.
    var unfinished: [ExactText: [UnfinishedStep]]

    /// The types that texts had before `up` changed them for free, by table and column; read for a way down only.
    var formerTypes: [ExactText: [ExactText: String]] = [:]

    var shapes: [TableType: TableShape] {
        snapshots.mapValues { snapshot in
            var shape = snapshot.shape
            for (name, type) in formerTypes[snapshot.name] ?? [:] {
                let isRetyped = { (column: TableShape.Column) in ExactText(column.name) == name && column.type != type }
                guard let position = shape.columns.firstIndex(where: isRetyped) else {
                    continue
                }
                shape.columns[position].formerType = type
            }
            return shape
        }
    }
    /// Whether an operation that was killed has left a table under another name.
    var hasParkedTables: Bool { snapshots.values.contains { $0.parked != nil } }

    /// Looks at a database: one reading of the catalogue and, if the versions table exists, one query for the stamps.
    package static func look(
        _ connection: any DatabaseConnection, names: TableNames, store: VersionStore,
        types: [TableType] = TableType.allCases
    ) throws -> DatabaseState {
        let dialect = connection.dialect
        let wanted = Dictionary(uniqueKeysWithValues: types.map { ($0, names[$0]) })
        let reading = try dialect.read(
            wanted, and: [store.table, Journal.table, Markers.table, ParkedValues.table], using: connection)
        let contents = try store.read(connection, columns: reading.columns[store.table])
        let hasJournal = reading.columns[Journal.table] != nil
        var stamps: [ExactText: String] = [:]
        var hasVersionsTable = false
        switch contents {
        case .absent: break
        case .stamps(let found):
            stamps = found
            hasVersionsTable = true
        case .unusable(let missing):
            throw MigrationError(
                .versionsTable,
                "\(store.table) is not a versions table: it has no column \(missing.joined(separator: ", "))",
                remedy: "rename that table, or name the right one with --versions-table")
        }
        return DatabaseState(
            serverVersion: dialect.serverVersion, snapshots: reading.snapshots,
            stamps: stamps, hasVersionsTable: hasVersionsTable, hasJournal: hasJournal,
            hasMarkers: reading.columns[Markers.table] != nil,
            hasParkedValues: reading.columns[ParkedValues.table].map(ParkedValues.isOwn) ?? false,
            unfinished: dialect.hasTransactionalDDL || !hasJournal
                ? [:] : try Journal.unfinishedSteps(ofTables: wanted.values.sorted(), on: connection))
    }

    /// The name under which the former types of a table's columns are marked.
    static func ownerOfTypes(_ table: String) -> String { "type>\(table)" }

    /// Reads which types a way down has to restore.
    mutating func readFormerTypes(_ connection: any DatabaseConnection) throws {
        guard hasMarkers, connection.dialect.traits.has(.freeTextRetyping) else { return }
        let found = try Markers.all(of: snapshots.values.map { Self.ownerOfTypes($0.name) }, on: connection)
        for table in snapshots.values {
            formerTypes[table.name] = found[Self.ownerOfTypes(table.name)]
        }
    }

    /// The table whose owner and privileges a new table gets: the sessions table, or the first of these types.
    func model(_ types: [TableType]) -> TableSnapshot? {
        snapshots[.sessions] ?? types.compactMap { snapshots[$0] }.first
    }

    /// Foresees what changes of a type's table make of the shapes.
    mutating func apply(_ changes: [SchemaChange], to type: TableType, in context: SchemaContext) {
        var shapes = shapes
        for change in changes { change.carryOut(on: &shapes, of: type, in: context) }
        for (changed, shape) in shapes {
            snapshots[changed, default: TableSnapshot(name: context.names[changed], shape: shape)].shape = shape
        }
        snapshots = snapshots.filter { shapes[$0.key] != nil }
    }

    /// The stamp of a type's table, where there is one that is a version.
    package func stamp(of type: TableType, names: TableNames) -> SchemaVersion? {
        guard let text = stampText(of: type, names: names), case .version(let version) = Stamp(text) else { return nil }
        return version
    }

    /// The stamp's text as it is there.
    func stampText(of type: TableType, names: TableNames) -> String? {
        stamps[names[type]] ?? snapshots[type].flatMap { stamps[$0.name] }
    }

    /// The highest stamp above what this program knows, if there is one.
    func newerStamp(than history: SchemaHistory) -> (table: String, version: SchemaVersion)? {
        stamps.sorted { $0.key < $1.key }.lazy.compactMap { name, text -> (String, SchemaVersion)? in
            guard case .version(let version) = Stamp(text), version > history.latest else { return nil }
            return (name.text, version)
        }.first
    }

    /// A sentence for each stamp that is no version.
    func stampWarnings(names: TableNames) -> [String] {
        TableType.managed.compactMap { type in
            guard snapshots[type] != nil, let text = stampText(of: type, names: names) else { return nil }
            guard case .version(let version) = Stamp(text) else {
                return "the stamp of \(names[type]) is not a valid version; it is treated as absent"
            }
            return version < .baseline
                ? "the stamp of \(names[type]) is below \(SchemaVersion.baseline); it is treated as absent" : nil
        }
    }
}
