import AgnoSchema
import DatabaseAccess
import SQLDialects

/// The source of a copy: Agno's tables, all of one version.
struct CopyOrigin {
    let version: SchemaVersion
    let state: DatabaseState
    let context: SchemaContext
    /// Agno's tables that no version changes, by type; the others among them by name.
    var unmigrated: [String: TableSnapshot] = [:]
    /// Tables whose structure this program does not know.
    var unknown: [String] = []
    var warnings: [String] = []

    /// The types of tables that exist and are changed by versions, parents before their children.
    var types: [TableType] { TableType.allCases.filter { state.snapshots[$0] != nil } }

    /// Inspects a source; nil if it has none of Agno's tables.
    ///
    /// - Throws: `not_verified` if the tables are of several versions or something is pending, `drift`,
    ///   `not_an_agno_table`, `row_level_security`, `newer_database`.
    static func examine(_ connection: any DatabaseConnection, engine: MigrationEngine) throws -> CopyOrigin? {
        let state = try engine.look(connection, for: .up)
        try engine.refuseNewer(state)
        let planner = engine.planner(connection)
        try Self.requireOwnTables(state, planner.context)
        let surroundings = try Surroundings(state, names: engine.names, on: connection)
        try requireNoView(state, surroundings, engine.names, connection)
        guard !state.snapshots.isEmpty || !surroundings.known.isEmpty else { return nil }
        let version = try version(of: state, engine, planner)
        var origin = CopyOrigin(version: version, state: state, context: planner.context)
        if state.snapshots[.sessions] == nil { origin.warnings = surroundings.elsewhere.map(\.displayText) }
        origin.warnings += TableType.managed.compactMap { type in
            guard state.snapshots[type] == nil, let stamp = state.stampText(of: type, names: engine.names) else {
                return nil
            }
            return "\(engine.names[type]) is stamped \(stamp) but does not exist"
        }
        try origin.read(surroundings.known, connection)
        return origin
    }

    func adding(_ warnings: [String]) -> CopyOrigin {
        var origin = self
        origin.warnings += warnings
        return origin
    }

    /// Every table that has the name of one of Agno's is that table, and shows all of its rows.
    static func requireOwnTables(_ state: DatabaseState, _ context: SchemaContext) throws {
        let identity = TableIdentity(context: context)
        for type in TableType.allCases {
            guard let snapshot = state.snapshots[type] else { continue }
            if let doubt = identity.doubt(about: snapshot, type: type) { throw doubt }
            guard let remedy = snapshot.attributes?.hiddenRowsRemedy else { continue }
            throw MigrationError(
                .rowSecurity, "row level security of \(snapshot.name) hides rows from the role", remedy: remedy)
        }
    }

    /// A view in the place of a table shows rows that are kept elsewhere: they would not be copied.
    private static func requireNoView(
        _ state: DatabaseState, _ surroundings: Surroundings, _ names: TableNames, _ connection: any DatabaseConnection
    ) throws {
        let absent = TableType.allCases.filter { state.snapshots[$0] == nil }
        let views = absent.compactMap {
            surroundings.view(of: $0, names: names, here: connection.dialect.schemaName)?.name
        }
        guard !views.isEmpty else { return }
        throw MigrationError(
            .notAgnoTable, "not tables but views in the source: \(list(views))",
            remedy: "name the tables that hold the rows with --table-name TYPE=NAME. Nothing was copied.")
    }

    /// The version at which no table has anything to do, in either direction.
    private static func version(
        of state: DatabaseState, _ engine: MigrationEngine, _ planner: Planner
    ) throws -> SchemaVersion {
        func pending(_ direction: MigrationDirection, at version: SchemaVersion) throws -> [TableType] {
            let request = try engine.makeRequest(direction, tables: nil, target: version, force: false)
            return engine.tableSteps(state, request, planner).filter(\.isPending).map(\.type)
        }
        if !state.hasParkedTables {
            for version in engine.history.versions.reversed()
            where try pending(.up, at: version).isEmpty && pending(.down, at: version).isEmpty {
                try requireNoDrift(state, at: version, planner)
                return version
            }
        }
        let stamps = TableType.managed.compactMap { state.stamp(of: $0, names: engine.names) }
        let newest = stamps.max().flatMap(engine.history.floor) ?? engine.history.latest
        let tables = try pending(.up, at: newest).compactMap { state.snapshots[$0]?.name }
        let which = tables.isEmpty ? "a migration of it is unfinished" : "behind \(newest): \(list(tables))"
        throw MigrationError(
            .notVerified, "the tables of the source are not at one version; \(which)",
            remedy: "run agno-migrate up on the source (--target \(newest)) first. Nothing was copied.")
    }

    private static func requireNoDrift(_ state: DatabaseState, at version: SchemaVersion, _ planner: Planner) throws {
        let differences = TableType.managed.filter { state.snapshots[$0] != nil }.flatMap { type in
            planner.mismatches(of: type, at: max(version, type.introduced), in: state.shapes).map {
                "\(state.snapshots[$0.type]?.name ?? $0.type.name): \($0.mismatch.text)"
            }
        }
        guard !differences.isEmpty else { return }
        throw MigrationError(
            .drift, "the source differs from tables of \(version): \(list(differences))",
            remedy: "run agno-migrate up on the source, and agno-migrate verify for what remains. Nothing was copied.")
    }

    static func list(_ items: [String]) -> String {
        items.prefix(5).joined(separator: "; ") + (items.count > 5 ? " and \(items.count - 5) more" : "")
    }

    /// Reads the structure of tables that no version changes.
    private mutating func read(_ names: [String], _ connection: any DatabaseConnection) throws {
        let definitions = UnmigratedTable.all(for: context.traits)
        for name in names.sorted() {
            let table = definitions.first { KnownTables.name(of: $0.type, in: context.names) == name }
            let snapshot = try connection.snapshot(ofTable: name)
            if let table, let snapshot { unmigrated[table.type] = snapshot } else { unknown.append(name) }
        }
    }
}

extension DatabaseConnection {
    /// The structure of a table that belongs to no type; nil if it does not exist.
    func snapshot(ofTable name: String) throws -> TableSnapshot? {
        // Any type would do: the name alone says which table is read.
        try dialect.snapshots(of: [.knowledge: name], using: self)[.knowledge]
    }
}
