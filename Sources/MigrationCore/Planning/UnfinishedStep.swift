import AgnoSchema
import DatabaseAccess
import SQLDialects

/// A step that an operation began and none has finished yet, on a server where every change of structure commits at once.
struct UnfinishedStep: Hashable {
    var version: SchemaVersion
    var direction: MigrationDirection
    /// The moves that were due when it began.
    var moves: [RowMove]
    /// Whether it was finished, and its table has rows again that are to be moved.
    var isReopened = false
    /// Whether parked values have a place again.
    var restoresValues = false
}

/// The rows that are to be moved again cannot be looked for: a privilege, a policy or a column's type is in the way.
struct UnknownLeftovers: Error {}

extension DatabaseState {
    /// Adds the moves of stamped tables that have rows again: as if their steps had not been finished.
    ///
    /// - Throws: ``UnknownLeftovers``; a transaction that has begun before takes no statement then.
    mutating func readLeftovers(_ planner: Planner, _ connection: any DatabaseConnection) throws {
        let names = planner.context.names
        guard hasMarkers || hasParkedValues else { return }
        let scope = MoveScope(connection: connection, snapshots: snapshots, names: names, direction: .up)
        for type in TableType.managed {
            guard let stamp = stamp(of: type, names: names), snapshots[type]?.hidesRows == false else { continue }
            for migration in planner.context.history.migrations where migration.version <= stamp {
                let restoresValues = try areValuesWaiting(for: migration, of: type, planner.context, connection)
                let moves = try planner.moves(of: migration, type: type).filter {
                    do {
                        let mover = planner.movers[$0]
                        return try hasMarkers && mover.hasLeftovers(scope) || areRowsWaiting(for: mover, scope)
                    } catch let error as DatabaseError
                        where [.notAuthorised, .rowsHidden, .other].contains(error.condition)
                    { throw UnknownLeftovers() }
                }
                guard !moves.isEmpty || restoresValues else { continue }
                unfinished[ExactText(names[type]), default: []].append(
                    UnfinishedStep(
                        version: migration.version, direction: .up, moves: moves, isReopened: true,
                        restoresValues: restoresValues))
            }
        }
    }

    /// Whether parked values of a version's columns have a place: another program has taken the table up.
    private func areValuesWaiting(
        for migration: Migration, of type: TableType, _ context: SchemaContext, _ connection: any DatabaseConnection
    ) throws -> Bool {
        guard hasParkedValues, let snapshot = snapshots[type], let key = snapshot.rowKey(of: type, context.traits)
        else {
            return false
        }
        let parked = ParkedValues(connection)
        let vacancies = ParkedValues.vacancies(
            of: type, at: migration.version, in: snapshot, key: key, context, connection.dialect)
        return try parked.awaited(among: vacancies).contains { try parked.isWaiting(for: $0) }
    }

    /// Whether parked values or rows have the place that a move makes.
    private func areRowsWaiting(for mover: any RowMover, _ scope: MoveScope) throws -> Bool {
        guard hasParkedValues else { return false }
        let parked = ParkedValues(scope.connection)
        let hasRows = try mover.tablesOfParkedRows.contains { type in
            guard let snapshot = scope.snapshots[type], let key = snapshot.rowKey(of: type, scope.dialect.traits) else {
                return false
            }
            return try parked.areRowsWaiting(for: snapshot, as: scope.names[type], key: key)
        }
        return try hasRows || parked.awaited(among: mover.vacancies(scope)).contains { try parked.isWaiting(for: $0) }
    }
}
