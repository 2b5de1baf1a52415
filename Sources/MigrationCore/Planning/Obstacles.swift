import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Finds the objects of the application that a step has to deal with, before its first statement.
struct Obstacles {
    let connection: any DatabaseConnection
    let context: SchemaContext
    let snapshots: [TableType: TableSnapshot]
    let movers: RowMovers

    /// What the step drops or disables and restores, and what prevents it.
    func dependents(of step: StepWork, type: TableType) throws -> [Dependent] {
        guard let snapshot = snapshots[type] else { return [] }
        let found = connection.dialect.obstacles(
            to: step.pendingChanges, of: snapshot, among: snapshots, in: context)
        let ofRepairs = step.repairs.filter { $0.type == type }.flatMap { repair -> [Obstacle] in
            let found = connection.dialect.obstacles(
                to: [repair.change], of: snapshot, among: snapshots, in: context)
            // What blocks a repair prevents that repair alone.
            return found.allSatisfy { $0.handling == .restored } ? found : []
        }
        let uprooted = try step.moves.flatMap { try referrers(uprootedBy: $0, of: snapshot, step: step) }
        return (found + ofRepairs + suspended(during: step.moves, of: snapshot) + uprooted)
            .map { Dependent($0, table: snapshot.name) }.uniqued()
    }

    /// The foreign keys whose rows a move would delete or orphan.
    private func referrers(uprootedBy move: RowMove, of snapshot: TableSnapshot, step: StepWork) throws -> [Obstacle] {
        let scope = MoveScope(
            connection: connection, snapshots: snapshots, names: context.names, direction: step.direction)
        guard !snapshot.incomingKeys.isEmpty, let condition = movers[move].uprootedRows(scope) else { return [] }
        let dialect = connection.dialect
        return try snapshot.incomingKeys.compactMap { key in
            let rows =
                try connection.value(
                    "SELECT COUNT(*) FROM \(key.table) c WHERE EXISTS (SELECT 1 FROM \(dialect.table(snapshot.name)) p "
                        + "WHERE \(condition) AND \(key.match(in: dialect)))")?.int ?? 0
            guard rows > 0 else { return nil }
            let object = DependentObject(
                kind: .foreignKey, name: "\(key.child).\(key.name)", sql: key.create.sql,
                columns: Set(key.parentColumns), removal: [key.drop].filter { !$0.sql.isEmpty },
                restoration: [key.create].filter { !$0.sql.isEmpty })
            let reason = "\(rows) rows of \(key.child) refer to rows that the step deletes or gives another key"
            return Obstacle(object, .blocks(because: reason))
        }
    }

    /// The triggers that are off while a move writes, since they cannot run.
    private func suspended(during moves: [RowMove], of snapshot: TableSnapshot) -> [Obstacle] {
        guard !moves.isEmpty else { return [] }
        return connection.dialect.suspendedTriggers(of: snapshot, during: .moving).map { Obstacle($0, .restored) }
    }

    /// Why the objects prevent the step; nil if they do not.
    static func refusal(_ dependents: [Dependent], version: SchemaVersion) -> MigrationError? {
        let blocking = dependents.filter { $0.handling == .blocks }
        guard let first = blocking.first else { return nil }
        let list = blocking.map { "\($0.kind) \($0.name) (\($0.reason ?? "it depends on the table"))" }
        let drop = blocking.flatMap(\.drop).joined(separator: "; ")
        let create = blocking.flatMap(\.create).joined(separator: "; ")
        let remedy =
            drop.isEmpty
            ? "remove the dependency, then run the same command again"
            : "run: \(drop); then the same command again\(create.isEmpty ? "" : "; and then, without what the step drops: \(create)")"
        return MigrationError(
            .dependentObjects,
            "\(first.table) cannot be changed by \(version) while these depend on it: \(list.joined(separator: "; "))",
            remedy: "\(remedy). Nothing of the step was done")
    }
}
