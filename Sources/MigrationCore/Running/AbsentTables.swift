import AgnoSchema
import DatabaseAccess
import SQLDialects

/// What an operation says of tables that are not there: absence is a claim too.
struct AbsentTables {
    private let request: MigrationRequest
    private let state: DatabaseState
    private let names: TableNames
    private let here: String?
    private let surroundings: Surroundings?

    /// Looks for the tables elsewhere if that of the sessions, or every table, is absent.
    init(
        _ request: MigrationRequest, state: DatabaseState, names: TableNames, connection: any DatabaseConnection
    ) throws {
        self.request = request
        self.state = state
        self.names = names
        here = connection.dialect.schemaName
        let isTelling =
            state.snapshots.isEmpty || request.types.contains(.sessions) && state.snapshots[.sessions] == nil
        surroundings = isTelling ? try Surroundings(state, names: names, on: connection) : nil
    }

    var warnings: [String] {
        surroundings?.elsewhere.filter { request.types.contains($0.type) && !$0.isView }.map(\.displayText) ?? []
    }

    /// The report on a type whose table is absent.
    ///
    /// A view in its place is refused. A stamp without any table is drift: the releases stamp single absent tables too,
    /// but not all of them.
    func report(on type: TableType) -> TableReport {
        var report = TableReport(type: type, name: names[type], from: nil, to: nil, outcome: .absent)
        var step = StepReport(version: request.target, outcome: .notApplicable)
        if let reason = refusal(of: type) {
            step.outcome = .refused
            step.error = reason
            report.outcome = .refused
        } else if state.snapshots.isEmpty, let stamp = state.stampText(of: type, names: names) {
            step.drift = ["\(names[type]) is stamped \(stamp) but does not exist"]
            report.outcome = .drifted
        } else {
            return report
        }
        report.steps = [step]
        return report
    }

    /// The plan for a type whose table is absent.
    func plan(on type: TableType) -> TablePlan {
        var plan = TablePlan(type: type, name: names[type], from: nil, to: nil, outcome: .absent, steps: [])
        guard let reason = refusal(of: type) else { return plan }
        var step = StepPlan(version: request.target, outcome: .refused)
        step.error = reason
        (plan.outcome, plan.steps) = (.refused, [step])
        return plan
    }

    private func refusal(of type: TableType) -> MigrationError? {
        surroundings?.view(of: type, names: names, here: here).map { view in
            MigrationError(
                .notAgnoTable, "\(view.name) is a view, not a table",
                remedy: "name the table that holds the rows with --table-name \(type.name)=NAME. Nothing was touched")
        }
    }
}
