package import AgnoSchema
import DatabaseAccess
import SQLDialects

extension MigrationEngine {
    /// Drops what an interrupted change of type beside a running application has left: the columns that wait to be exchanged,
    /// and what keeps them up to date. The tables stay at their versions.
    ///
    /// - Parameter tables: the types; nil: all.
    /// - Throws: `locked`, `busy`, `not_authorised`, and the codes of connections.
    package func abandonConversions(tables: [TableType]?) throws(MigrationError) -> MigrationReport {
        let request = try makeRequest(.up, tables: tables, target: .baseline, force: false)
        let watch = Stopwatch()
        return try reporting {
            try withLock("up --abandon") {
                try driver.withConnection(for: .write) { connection in
                    let state = try look(connection, for: .up)
                    var report = try initialReport(
                        request, state: state, connection: connection,
                        works: tableSteps(state, request, planner(connection)))
                    for position in report.tables.indices {
                        try abandon(&report.tables[position], state, connection)
                    }
                    report.seconds = watch.seconds
                    return report
                }
            }
        }
    }

    private func abandon(
        _ table: inout TableReport, _ state: DatabaseState, _ connection: any DatabaseConnection
    ) throws {
        let change = SchemaChange.repair(.dropLeftovers)
        let context = context(connection)
        guard let snapshot = state.snapshots[table.type],
            !change.isSatisfied(by: state.shapes, of: table.type, in: context),
            case .statements(let statements) = connection.dialect.lower(
                [change], of: snapshot, among: state.snapshots, in: context, now: options.clock.now)
        else { return }
        try LockRetry(connection: connection, options: options)
            .execute(statements, locking: snapshot.name, against: .everything)
        var step = StepReport(version: table.to ?? .baseline, outcome: .applied)
        step.changes = [change.pastTitle(in: context)]
        table.steps = [step]
        table.outcome = .migrated
    }
}
