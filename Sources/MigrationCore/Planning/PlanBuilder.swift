import AgnoSchema
import Crypto
import DatabaseAccess
import SQLDialects

/// Writes down what a migration would do: the planner's work, lowered, counted and checked against the rows.
struct PlanBuilder {
    let connection: any DatabaseConnection
    let planner: Planner
    let state: DatabaseState
    let options: EngineOptions
    /// Whether a way down destroys what the older schema has no place for.
    var discards = false

    private var context: SchemaContext { planner.context }
    private var dialect: any Dialect { connection.dialect }

    func plan(_ request: MigrationRequest, now: Int64) throws -> MigrationPlan {
        let absent = try AbsentTables(request, state: state, names: context.names, connection: connection)
        var tables: [TablePlan] = []
        for type in request.types {
            guard state.snapshots[type] != nil else {
                tables.append(absent.plan(on: type))
                continue
            }
            tables.append(try table(type, request, now: now))
        }
        var plan = MigrationPlan(
            direction: request.direction, target: request.target, dialect: dialect.kind,
            serverVersion: state.serverVersion, schema: dialect.schemaName, tables: tables,
            warnings: state.stampWarnings(names: context.names) + absent.warnings, missingPrivileges: [], digest: "")
        let changed = tables.filter { $0.outcome == .migrate }.map(\.type)
        plan.missingPrivileges = try Privileges(connection: connection, names: context.names).missing(for: changed)
        plan.digest = digest(of: plan)
        return plan
    }

    private func table(_ type: TableType, _ request: MigrationRequest, now: Int64) throws -> TablePlan {
        let work = planner.work(
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
            ahead.apply(step.postState, to: type, in: context)
        }
        let outcome: TablePlan.Outcome = isRefused ? .refused : work.isPending ? .migrate : .current
        return TablePlan(
            type: type, name: context.names[type], from: type.isStamped ? work.from : nil,
            to: type.isStamped ? (work.isPending ? reached : work.from) : nil, outcome: outcome, steps: steps)
    }

    private func step(
        _ work: StepWork, type: TableType, ahead: DatabaseState, now: Int64
    ) throws -> StepPlan {
        var plan = StepPlan(
            version: work.version,
            outcome: work.hasWork ? .apply : work.isApplicable ? .alreadySatisfied : .notApplicable)
        plan.skipped = work.skipped
        if work.hasWork, let reason = preconditions.hiddenRows(of: type) {
            plan.outcome = .refused
            plan.error = reason
            return plan
        }
        plan.dependents = try Obstacles(
            connection: connection, context: context, snapshots: ahead.snapshots, movers: planner.movers
        ).dependents(of: work, type: type)
        let displaced = try StepDisplacements(context: context, movers: planner.movers, snapshots: state.snapshots)
            .displaced(by: work, type: type, connection)
        if let reason = try refusal(of: work, type: type, dependents: plan.dependents, without: displaced) {
            plan.outcome = .refused
            plan.error = reason
            return plan
        }
        var ahead = ahead
        try addConversion(work, of: type, ahead: &ahead, to: &plan)
        if let snapshot = ahead.snapshots[type],
            let online = try OnlineIndexes.work(
                for: work.pendingChanges, of: snapshot, on: connection, from: options.onlineBytes)
        {
            plan.statements += online.columns.map(\.create.sql) + online.builds.map(\.create.sql)
            ahead.snapshots[type] = online.applied(to: snapshot)
        }
        for part in work.parts {
            switch part {
            case .check: break
            case .changes(let changes): try add(changes, of: type, ahead: ahead, now: now, to: &plan)
            case .move(let move):
                let scope = MoveScope(
                    connection: connection, snapshots: state.snapshots, names: context.names,
                    direction: work.direction)
                guard let estimate = try planner.movers[move].estimate(scope) else { continue }
                plan.changes.append(estimate.title)
                plan.rows += estimate.rows
            }
        }
        try addRepairs(work, of: type, ahead: ahead, now: now, to: &plan)
        try add(displaced, to: &plan)
        if plan.outcome == .apply, plan.changes.isEmpty { plan.outcome = .alreadySatisfied }
        return plan
    }

    /// A change that rewrites the table: beside the application, or under a lock.
    private func addConversion(
        _ work: StepWork, of type: TableType, ahead: inout DatabaseState, to plan: inout StepPlan
    ) throws {
        guard let snapshot = ahead.snapshots[type],
            let conversion = dialect.columnConversion(for: work.pendingChanges, of: snapshot)
        else { return }
        let bytes = try connection.value(dialect.storedBytes(ofTable: snapshot.name))?.int ?? 0
        let rewrite = PlannedPhase(.rewrite, bytes: bytes, rate: 50e6, isLocked: true)
        switch try ConversionWay(of: conversion, table: snapshot.name, bytes: bytes, options, on: connection) {
        case .online: break
        case .locked: return plan.phases = [rewrite]
        case .refused(let error): return (plan.outcome, plan.error) = (.refused, error)
        }
        plan.phases = [
            PlannedPhase(.expand, bytes: 0, rate: 1), PlannedPhase(.fill, bytes: bytes, rate: 30e6),
            PlannedPhase(.compare, bytes: bytes, rate: 60e6), PlannedPhase(.validate, bytes: bytes, rate: 500e6),
            PlannedPhase(.exchange, bytes: 0, rate: 1),
        ]
        // A column that is filled from another one is filled under the lock.
        if work.pendingChanges.contains(where: { if case .addColumn(_, .copied) = $0 { true } else { false } }) {
            plan.phases.append(rewrite)
        }
        plan.statements += (conversion.expand + conversion.demand + conversion.validate).map(\.sql)
        ahead.snapshots[type]?.shadows = conversion.completed
    }

    /// What the step down parks; what cannot be parked, or is not to be, is lost.
    private func add(_ displaced: [Displacement], to plan: inout StepPlan) throws {
        for (displacement, rows) in zip(displaced, try Displacement.counts(displaced, on: connection)) where rows > 0 {
            if discards {
                plan.losses.append(DataLoss(table: displacement.table, what: displacement.what, rows: rows))
            } else if let obstacle = try displacement.obstacle(connection) {
                plan.losses.append(
                    DataLoss(table: displacement.table, what: "\(displacement.what) (\(obstacle))", rows: rows))
            } else {
                plan.parks.append(DisplacedRows(table: displacement.table, what: displacement.what, rows: rows))
            }
        }
    }

    private var preconditions: Preconditions {
        Preconditions(
            connection: connection, context: context, snapshots: state.snapshots,
            hasParkedValues: state.hasParkedValues)
    }

    /// The repairs of drift that the rows allow; those that they do not allow are named as skipped.
    private func addRepairs(
        _ work: StepWork, of type: TableType, ahead: DatabaseState, now: Int64, to plan: inout StepPlan
    ) throws {
        var ahead = ahead
        ahead.apply(work.postState, to: type, in: context)
        for repair in work.repairs {
            let prefix = repair.type == type ? "" : "\(context.names[repair.type]): "
            let title = prefix + repair.change.title(in: context)
            if let reason = try preconditions.reason(against: repair.change, type: repair.type) {
                plan.skipped.append("\(title): \(reason)")
                continue
            }
            plan.repairs.append(title)
            try add([repair.change], of: repair.type, ahead: ahead, now: now, to: &plan)
            plan.changes[plan.changes.count - 1] = "repair: \(title)"
        }
    }

    /// Why the table, what depends on it, or its rows do not allow a step; nil if they do.
    private func refusal(of work: StepWork, type: TableType, dependents: [Dependent], without displaced: [Displacement])
        throws -> MigrationError?
    {
        if let reason = TableIdentity(context: context).doubt(about: type, among: state.snapshots) { return reason }
        if let reason = Obstacles.refusal(dependents, version: work.version) { return reason }
        for condition in work.preconditions {
            if let reason = try preconditions.refusal(of: condition, type: type) { return reason }
        }
        if let reason = try preconditions.keyRefusal(
            of: work.pendingChanges + work.keysOfMovedRows(of: type), beside: work.preconditions, type: type,
            without: displaced)
        {
            return reason
        }
        for move in work.moves + work.blockedMoves {
            let scope = MoveScope(
                connection: connection, snapshots: state.snapshots, names: context.names, direction: work.direction)
            if let reason = try planner.movers[move].refusal(scope) { return reason }
        }
        return try preconditions.unstorable(work.pendingChanges, type: type)
    }

    /// Lowers changes of structure into statements.
    private func add(
        _ changes: [SchemaChange], of type: TableType, ahead: DatabaseState, now: Int64, to plan: inout StepPlan
    ) throws {
        plan.changes += changes.map { $0.title(in: context) }
        guard let snapshot = ahead.snapshots[type] else { return }
        let missing = changes.filter { !$0.isSatisfied(by: ahead.shapes, of: type, in: context) }
        guard !missing.isEmpty else { return }
        let copied = { try connection.value("SELECT COUNT(*) FROM \(dialect.table(snapshot.name))")?.int ?? 0 }
        switch dialect.lower(missing, of: snapshot, among: ahead.snapshots, in: context, now: now) {
        case .statements(let statements): plan.statements += statements.map(\.sql)
        case .rebuild(let statements):
            plan.statements += statements.map(\.sql)
            plan.rows += try copied()
        case .swap(let swap):
            plan.statements += swap.statements.map(\.sql)
            plan.rows += try copied()
        case .skipped(let reason): plan.skipped.append(reason)
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
                step.parks.forEach { add("\($0.table) \($0.what)") }
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
