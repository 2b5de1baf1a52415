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
}

/// The rows that are to be moved again cannot be looked for: a privilege, a policy or a column's type is in the way.
struct UnknownLeftovers: Error {}

extension DatabaseState {
    /// Adds the moves of stamped tables that have rows again: as if their steps had not been finished.
    ///
    /// - Throws: ``UnknownLeftovers``; a transaction that has begun before takes no statement then.
    mutating func readLeftovers(_ planner: Planner, _ connection: any DatabaseConnection) throws {
        let names = planner.context.names
        guard hasMarkers else { return }
        let scope = MoveScope(connection: connection, snapshots: snapshots, names: names, direction: .up)
        for type in TableType.managed {
            guard let stamp = stamp(of: type, names: names), snapshots[type]?.hidesRows == false else { continue }
            for migration in planner.context.history.migrations where migration.version <= stamp {
                let moves = try planner.moves(of: migration, type: type).filter {
                    do { return try planner.movers[$0].hasLeftovers(scope) } catch let error as DatabaseError
                        where [.notAuthorised, .rowsHidden, .other].contains(error.condition)
                    { throw UnknownLeftovers() }
                }
                guard !moves.isEmpty else { continue }
                unfinished[ExactText(names[type]), default: []].append(
                    UnfinishedStep(version: migration.version, direction: .up, moves: moves, isReopened: true))
            }
        }
    }
}
