import AgnoSchema
import DatabaseAccess
import SQLDialects

/// A step that an operation began and none has finished yet, on a server where every change of structure commits at once.
struct UnfinishedStep: Hashable {
    var version: SchemaVersion
    var direction: MigrationDirection
    /// The moves that were due when it began.
    var moves: [RowMove]
}

extension DatabaseState {
    /// Adds the moves of stamped tables that have rows again: as if their steps had not been finished.
    mutating func readLeftovers(_ planner: Planner, _ connection: any DatabaseConnection) throws {
        let names = planner.context.names
        guard hasMarkers else { return }
        let scope = MoveScope(connection: connection, snapshots: snapshots, names: names, direction: .up)
        for type in TableType.managed {
            guard let stamp = stamp(of: type, names: names), snapshots[type]?.hidesRows == false else { continue }
            for migration in planner.context.history.migrations where migration.version <= stamp {
                let moves = try planner.moves(of: migration, type: type).filter {
                    try planner.movers[$0].hasLeftovers(scope)
                }
                guard !moves.isEmpty else { continue }
                unfinished[ExactText(names[type]), default: []].append(
                    UnfinishedStep(version: migration.version, direction: .up, moves: moves))
            }
        }
    }
}
