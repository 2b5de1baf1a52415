import AgnoSchema
import DatabaseAccess
import SQLDialects

extension MigrationEngine {
    /// The report before anything is done: every table asked for, as it is.
    func initialReport(
        _ request: MigrationRequest, state: DatabaseState, connection: any DatabaseConnection, works: [TableSteps]
    ) throws -> MigrationReport {
        var report = MigrationReport(
            direction: request.direction, target: request.target, dialect: connection.dialect.kind,
            serverVersion: state.serverVersion, schema: connection.dialect.schemaName,
            warnings: state.stampWarnings(names: names))
        let absent = try AbsentTables(request, state: state, names: names, connection: connection)
        report.warnings += absent.warnings
        for type in request.types {
            guard let work = works.first(where: { $0.type == type }) else {
                report.tables.append(absent.report(on: type))
                continue
            }
            let version = type.isStamped ? work.from : nil
            var table = TableReport(type: type, name: names[type], from: version, to: version, outcome: .current)
            if !work.isPending {
                if request.force {
                    table.steps = work.steps.map {
                        StepReport(version: $0.version, outcome: $0.isApplicable ? .alreadySatisfied : .notApplicable)
                    }
                }
                if state.hasJournal { try countQuarantined(&table, connection) }
            }
            report.tables.append(table)
        }
        return report
    }

    /// The journal has to exist.
    func countQuarantined(_ table: inout TableReport, _ connection: any DatabaseConnection) throws {
        let found = try Journal.quarantined(inTable: table.name, on: connection, limit: 100, exists: true)
        table.quarantined = found.count
        table.quarantinedRows = found.rows
    }

    /// The same after a table's last step, where the report must be made even if the connection was lost: the table that
    /// comes next will fail for it; after the last one nothing would.
    func countQuarantined(
        _ table: inout TableReport, isLast: Bool, _ connection: any DatabaseConnection
    ) throws {
        do {
            try countQuarantined(&table, connection)
        } catch {
            let isLost = (error as? DatabaseError)?.condition == .connectionLost
            guard table.outcome == .failed || isLost && !isLast else { throw error }
        }
    }
}
