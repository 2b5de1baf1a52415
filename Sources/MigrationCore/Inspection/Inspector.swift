import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Compares the stamps of a database with what its tables really are.
struct Inspector {
    let connection: any DatabaseConnection
    let planner: Planner
    let state: DatabaseState

    var context: SchemaContext { planner.context }
    var names: TableNames { context.names }
    private var history: SchemaHistory { context.history }

    var warnings: [String] {
        var warnings = state.stampWarnings(names: names)
        if let newer = state.newerStamp(than: history) {
            warnings.append(
                "\(newer.table) is stamped \(newer.version), which is newer than this program supports (up to \(history.latest))"
            )
        }
        return warnings
    }

    // MARK: Status

    func status() throws -> DatabaseStatus {
        let surroundings = try Surroundings(state, names: names, on: connection)
        return DatabaseStatus(
            dialect: connection.dialect.kind, serverVersion: state.serverVersion,
            schema: connection.dialect.schemaName,
            tables: TableType.managed.map(status), warnings: warnings,
            knownTables: surroundings.known, elsewhere: surroundings.elsewhere,
            parked: state.hasParkedValues ? try ParkedValues(connection).summary() : [],
            isNewerThanProgram: state.newerStamp(than: history) != nil)
    }

    private func status(of type: TableType) -> TableStatus {
        let text = state.stampText(of: type, names: names)
        guard let snapshot = state.snapshots[type] else {
            return TableStatus(
                type: type, name: names[type], exists: false, stamp: text, shape: nil, pending: [], agrees: true,
                differences: [])
        }
        guard type.isStamped else {
            return TableStatus(
                type: type, name: snapshot.name, exists: true, stamp: text, shape: nil, pending: [], agrees: true,
                differences: [])
        }
        let stamp = state.stamp(of: type, names: names)
        let shape = planner.shapeVersion(of: type, in: state.shapes)
        let request = MigrationRequest(direction: .up, target: history.latest, types: [type], force: false)
        let isNewer = stamp.map { $0 > history.latest } ?? false
        let work = planner.work(
            on: type, stamp: stamp, shapes: state.shapes, request: request,
            unfinished: state.unfinished[names[type]] ?? [])
        let pending = isNewer ? [] : work.steps.filter { $0.hasWork || $0.needsStamp }.map(\.version)
        let comparison = comparison(of: snapshot, type: type, at: isNewer ? history.latest : expectedVersion(of: type))
        var differences = comparison.mismatches.map(\.text) + comparison.tolerated
        if let reason = TableIdentity(context: context).doubt(about: type, among: state.snapshots) {
            differences = [reason.message]
        }
        if text != nil, stamp == nil { differences.insert("the stamp is not a valid version", at: 0) }
        return TableStatus(
            type: type, name: snapshot.name, exists: true, stamp: text, shape: shape, pending: pending,
            agrees: agrees(type, stamp: stamp, shape: shape, hasText: text != nil), differences: differences)
    }

    /// A stamp agrees when the table's shape amounts to it and to no older version; where versions in between do nothing
    /// to a type, several stamps say the same.
    private func agrees(_ type: TableType, stamp: SchemaVersion?, shape: SchemaVersion, hasText: Bool) -> Bool {
        if hasText, stamp == nil { return false }
        let stamp = stamp.flatMap(history.floor) ?? .baseline
        guard shape >= stamp else { return false }
        // Above the stamp, the shape may only be ahead through versions that do nothing to this type's structure.
        return history.migrations.filter { $0.version > stamp && $0.version <= shape }.allSatisfy { migration in
            migration.steps(for: type, traits: context.traits).compactMap(\.change)
                .allSatisfy { change in
                    // What the baseline has already is no sign of a newer version.
                    var shapes: [TableType: TableShape] = [:]
                    shapes[type] = TableDefinition.shape(of: type, at: max(stamp, type.introduced), in: context)
                    return change.isSatisfied(by: shapes, of: type, in: context)
                }
        }
    }

    /// The known version that a table's stamp amounts to; nil if it has no valid stamp.
    func stampedVersion(of type: TableType) -> SchemaVersion? {
        state.stamp(of: type, names: names).flatMap(history.floor)
    }

    /// The version that a table is compared with: its stamp, or what its shape amounts to if it has none.
    func expectedVersion(of type: TableType) -> SchemaVersion {
        if let stamp = stampedVersion(of: type) { return max(stamp, type.introduced) }
        return max(planner.shapeVersion(of: type, in: state.shapes), type.introduced)
    }

    func comparison(of snapshot: TableSnapshot, type: TableType, at version: SchemaVersion) -> Comparison {
        Comparison(of: snapshot.shape, type: type, at: version, in: context)
    }

    /// A sentence for each table that is not where it was looked for, if the most telling one is missing.
    func elsewhere(than types: [TableType]) throws -> [String] {
        guard state.snapshots[.sessions] == nil, types.contains(.sessions) else { return [] }
        return try Surroundings(state, names: names, on: connection).elsewhere.map(\.displayText)
    }
}
