import AgnoSchema
import Crypto
import DatabaseAccess
import SQLDialects

/// Writes down what a migration would do: the planner's work, lowered, counted and checked against the rows.
struct PlanBuilder {
    let connection: any DatabaseConnection
    let context: SchemaContext
    let state: DatabaseState
    /// From how many stored bytes on a table's indexes are built before the step.
    let onlineBytes: Int64

    private var dialect: any Dialect { connection.dialect }

    func plan(_ request: MigrationRequest, now: Int64) throws -> MigrationPlan {
        var tables: [TablePlan] = []
        for type in request.types {
            guard state.snapshots[type] != nil else {
                tables.append(
                    TablePlan(type: type, name: context.names[type], from: nil, to: nil, outcome: .absent, steps: []))
                continue
            }
            tables.append(try table(type, request, now: now))
        }
        var plan = MigrationPlan(
            direction: request.direction, target: request.target, dialect: dialect.kind,
            serverVersion: state.serverVersion, schema: dialect.schemaName, tables: tables,
            warnings: state.stampWarnings(names: context.names), missingPrivileges: [], digest: "")
        let changed = tables.filter { $0.outcome == .migrate }.map(\.type)
        plan.missingPrivileges = try Privileges(connection: connection, names: context.names).missing(for: changed)
        plan.digest = digest(of: plan)
        return plan
    }

    private func table(_ type: TableType, _ request: MigrationRequest, now: Int64) throws -> TablePlan {
        let work = Planner(context: context).work(
            on: type, stamp: state.stamp(of: type, names: context.names), shapes: state.shapes, request: request,
            unfinished: state.unfinished[context.names[type]] ?? [])
        var ahead = state
        var steps: [StepPlan] = []
        var isRefused = false
        var reached = work.from
        for step in work.steps {
            let planned = try self.step(step, type: type, ahead: ahead, now: now)
            steps.append(planned)
            if planned.outcome == .refused {
                isRefused = true
                break
            }
            reached = step.stamp
            var shapes = ahead.shapes
            for change in step.postState { change.apply(to: &shapes, of: type, in: context) }
            for (changed, shape) in shapes {
                ahead.snapshots[changed, default: TableSnapshot(name: context.names[changed], shape: shape)].shape =
                    shape
            }
            for gone in ahead.snapshots.keys where shapes[gone] == nil { ahead.snapshots[gone] = nil }
        }
        let outcome: TablePlan.Outcome = isRefused ? .refused : work.isPending ? .migrate : .current
        return TablePlan(
            type: type, name: context.names[type], from: type.isStamped ? work.from : nil,
            to: type.isStamped ? (work.isPending ? reached : work.from) : nil, outcome: outcome, steps: steps)
    }

    private func step(
        _ work: Planner.StepWork, type: TableType, ahead: DatabaseState, now: Int64
    ) throws -> StepPlan {
        var plan = StepPlan(
            version: work.version,
            outcome: work.hasWork ? .apply : work.isApplicable ? .alreadySatisfied : .notApplicable)
        plan.skipped = work.skipped
        let checks = Checks(connection: connection, context: context, snapshots: state.snapshots)
        for condition in work.preconditions {
            if let reason = try checks.refusal(of: condition, type: type) {
                plan.outcome = .refused
                plan.error = reason
                return plan
            }
        }
        if let reason = try checks.unstorable(work.pendingChanges, type: type) {
            plan.outcome = .refused
            plan.error = reason
            return plan
        }
        var ahead = ahead
        if let snapshot = ahead.snapshots[type],
            let online = try OnlineBuilder.work(
                for: work.pendingChanges, of: snapshot, on: connection, from: onlineBytes)
        {
            plan.statements += online.columns.map(\.create.sql) + online.builds.map(\.create.sql)
            ahead.snapshots[type] = online.applied(to: snapshot)
        }
        for part in work.parts {
            switch part {
            case .check: break
            case .changes(var changes):
                plan.changes += changes.map { $0.title(in: context) }
                guard let snapshot = ahead.snapshots[type] else { continue }
                changes.removeAll { $0.isSatisfied(by: ahead.shapes, of: type, in: context) }
                guard !changes.isEmpty else { continue }
                switch dialect.lower(changes, of: snapshot, among: ahead.snapshots, in: context, now: now) {
                case .statements(let statements): plan.statements += statements.map(\.sql)
                case .rebuild(let statements):
                    plan.statements += statements.map(\.sql)
                    plan.rows +=
                        try connection.value("SELECT COUNT(*) FROM \(dialect.table(snapshot.name))")?.int ?? 0
                case .swap(let swap):
                    plan.statements += swap.statements.map(\.sql)
                    plan.rows +=
                        try connection.value("SELECT COUNT(*) FROM \(dialect.table(snapshot.name))")?.int ?? 0
                case .skipped(let reason): plan.skipped.append(reason)
                }
            case .move(let move):
                guard let (title, rows) = try estimate(move, work) else { continue }
                plan.changes.append(title)
                plan.rows += rows
            }
        }
        plan.losses = try checks.losses(of: work, type: type)
        if plan.outcome == .apply, plan.changes.isEmpty { plan.outcome = .alreadySatisfied }
        return plan
    }

    /// What a move would do and about how many rows it would touch; nil where there is nothing to move.
    private func estimate(_ move: RowMove, _ step: Planner.StepWork) throws -> (String, Int64)? {
        let journal = Journal(run: "", command: "", toolVersion: "", clock: .system)
        switch move {
        case .sessionRuns:
            guard let sessions = state.snapshots[.sessions] else { return nil }
            if step.direction == .down {
                guard let runs = state.snapshots[.runs] else { return nil }
                let count = try connection.value("SELECT COUNT(*) FROM \(dialect.table(runs.name))")?.int ?? 0
                return ("put \(count) runs back into their sessions", count)
            }
            let count =
                try connection.value(
                    "SELECT COUNT(*) FROM \(dialect.table(sessions.name)) WHERE \(dialect.quote("runs")) IS NOT NULL")?
                .int ?? 0
            let title = "move the runs of \(count) sessions into \(context.names[.runs])\(dialect.referenceMoveNote)"
            return count == 0 ? nil : (title, count)
        case .unfinishedMetricsDay:
            guard let metrics = state.snapshots[.metrics] else { return nil }
            let mover = MetricsDayMover(
                connection: connection, metrics: metrics, journal: journal, version: step.version)
            if step.direction == .down { return ("put the unfinished metrics day back, where it was put aside", 0) }
            let count = try mover.pending()
            return count == 0
                ? nil : ("put \(count) unfinished metrics day aside in the journal; Agno recalculates it", count)
        case .learningKeys:
            guard let learnings = state.snapshots[.learnings] else { return nil }
            let mover = LearningKeysMover(
                connection: connection, learnings: learnings, journal: journal, version: step.version, now: 0)
            if step.direction == .down { return ("give learned entities of one user their old id back", 0) }
            let count = try mover.pending()
            return count == 0 ? nil : ("give \(count) learned entities an id that contains their user", count)
        }
    }

    /// SHA-256 over what would be done; row counts are left out, they change while an application runs.
    private func digest(of plan: MigrationPlan) -> String {
        var hash = SHA256()
        func add(_ text: String) { hash.update(data: Array("\(text)\u{0}".utf8)) }
        add("1 \(plan.direction.rawValue) \(plan.target) \(plan.dialect.rawValue) \(plan.schema ?? "")")
        for table in plan.tables {
            add("\(table.type.name) \(table.name) \(table.outcome.rawValue) \(table.from?.description ?? "-")")
            for step in table.steps {
                add("\(step.version) \(step.outcome.rawValue)")
                step.statements.forEach(add)
                step.losses.forEach { add("\($0.table) \($0.what)") }
                add(step.moveTitles)
            }
        }
        return hash.finalize().hexadecimal
    }
}

extension StepPlan {
    /// The changes without their numbers.
    fileprivate var moveTitles: String { changes.joined(separator: "\n").filter { !$0.isNumber } }
}
