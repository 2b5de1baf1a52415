import AgnoSchema
import SQLDialects

/// Decides, from what a table is, what each version has to do: a pure function from shapes and stamps to work.
struct Planner {
    let context: SchemaContext
    var movers = RowMovers.agno

    private var migrations: [Migration] { context.history.migrations }

    // MARK: Versions of a table

    /// The newest version whose changes, and those of every older one, the shapes show to be done.
    func shapeVersion(of type: TableType, in shapes: [TableType: TableShape]) -> SchemaVersion {
        var reached = SchemaVersion.baseline
        for migration in migrations {
            let changes = migration.steps(for: type, traits: context.traits).compactMap(\.change)
            let applicable = changes.filter { isApplicable($0, to: type, in: shapes, after: changes) }
            guard applicable.allSatisfy({ $0.isSatisfied(by: shapes, of: type, in: context) }) else { break }
            reached = migration.version
        }
        return reached
    }

    /// The version that counts: the stamp, but not more than the shape; the baseline where there is no stamp.
    func currentVersion(of type: TableType, stamp: SchemaVersion?, in shapes: [TableType: TableShape]) -> SchemaVersion
    {
        guard let stamp = stamp.flatMap(context.history.floor) else { return .baseline }
        return min(stamp, shapeVersion(of: type, in: shapes))
    }

    // MARK: Work

    /// The way of one existing table to the target.
    ///
    /// - Parameter unfinished: the table's steps that a run began and did not finish.
    func work(
        on type: TableType, stamp: SchemaVersion?, shapes: [TableType: TableShape], request: MigrationRequest,
        unfinished: [UnfinishedStep] = []
    ) -> TableSteps {
        request.direction == .up
            ? workUp(on: type, stamp: stamp, shapes: shapes, request: request, unfinished: unfinished)
            : workDown(on: type, stamp: stamp, shapes: shapes, request: request, unfinished: unfinished)
    }

    private func workUp(
        on type: TableType, stamp: SchemaVersion?, shapes: [TableType: TableShape], request: MigrationRequest,
        unfinished: [UnfinishedStep]
    ) -> TableSteps {
        let current = currentVersion(of: type, stamp: stamp, in: shapes)
        var work = TableSteps(type: type, from: current, steps: [], isPending: false, finalStamp: stamp ?? .baseline)
        guard type.isStamped else { return work }
        var ahead = shapes
        for migration in migrations where migration.version <= request.target {
            let isReopened = unfinished.contains { $0.isReopened && $0.version == migration.version }
            guard request.force || isReopened || migration.version > current else { continue }
            let isStamped = stamp.map { $0 >= migration.version } ?? false
            var step = stepUp(migration, type: type, shapes: ahead, isStamped: isStamped, force: request.force)
            step.resume(unfinished, type: type, shapes: ahead, movers: movers)
            for change in step.postState { change.carryOut(on: &ahead, of: type, in: context) }
            work.steps.append(step)
        }
        // A stamp between two known versions (2.4.7) says less than the version below it: it is put right as well.
        let reached = work.steps.last?.stamp ?? current
        work.finalStamp = max(reached, floor(stamp))
        conclude(&work, at: max(work.finalStamp, type.introduced), shapes: ahead)
        work.isPending = work.steps.contains { $0.hasWork || $0.needsStamp }
        return work
    }

    /// Gives the last step, or one of its own, what drift there is to repair.
    private func conclude(_ work: inout TableSteps, at version: SchemaVersion, shapes: [TableType: TableShape]) {
        let repairs = repairs(of: work.type, at: version, in: shapes)
        if work.steps.isEmpty, !repairs.isEmpty {
            work.steps.append(
                StepWork(
                    version: version, direction: .up, parts: [], skipped: [], isApplicable: true, stamp: version,
                    needsStamp: false, postState: []))
        }
        guard let last = work.steps.indices.last else { return }
        work.steps[last].isLast = true
        work.steps[last].repairs = repairs
        guard work.steps.contains(where: { $0.hasWork || $0.needsStamp }) else { return }
        work.steps[last].repairs += improvements(of: work.type, at: version, in: shapes)
    }

    /// What a type's tables differ in from fresh ones of the version, by type.
    func mismatches(
        of type: TableType, at version: SchemaVersion, in shapes: [TableType: TableShape]
    ) -> [(type: TableType, mismatch: Comparison.Mismatch)] {
        comparisons(of: type, at: version, in: shapes).flatMap { type, comparison in
            comparison.mismatches.map { (type, $0) }
        }
    }

    private func comparisons(
        of type: TableType, at version: SchemaVersion, in shapes: [TableType: TableShape]
    ) -> [(TableType, Comparison)] {
        let types = type == .sessions && version.hasRunsTable ? [type, .runs] : [type]
        return types.compactMap { type in
            shapes[type].map { (type, Comparison(of: $0, type: type, at: version, in: context)) }
        }
    }

    /// The changes that make up for what a type's tables differ in, as far as shapes tell.
    func repairs(of type: TableType, at version: SchemaVersion, in shapes: [TableType: TableShape]) -> [TableRepair] {
        mismatches(of: type, at: version, in: shapes).compactMap { entry in
            entry.mismatch.repair.map { TableRepair(type: entry.type, change: $0) }
        }
    }

    /// The changes that an `up` with work to do makes as well: what they remove counts as current.
    func improvements(
        of type: TableType, at version: SchemaVersion, in shapes: [TableType: TableShape]
    ) -> [TableRepair] {
        comparisons(of: type, at: version, in: shapes).flatMap { type, comparison in
            comparison.improvements.map { TableRepair(type: type, change: $0) }
        }
    }

    /// The rows that a version moves in a type's table.
    func moves(of migration: Migration, type: TableType) -> [RowMove] {
        migration.steps(for: type, traits: context.traits).compactMap {
            if case .move(let move) = $0 { move } else { nil }
        }
    }

    /// One version's work on the way up.
    func stepUp(
        _ migration: Migration, type: TableType, shapes: [TableType: TableShape], isStamped: Bool, force: Bool
    ) -> StepWork {
        let steps = migration.steps(for: type, traits: context.traits)
        let all = steps.compactMap(\.change)
        var work = StepWork(
            version: migration.version, direction: .up, parts: [], skipped: [], isApplicable: !steps.isEmpty,
            stamp: migration.version, needsStamp: !isStamped, postState: [])
        let hasPendingChange = all.contains {
            isApplicable($0, to: type, in: shapes, after: all) && !$0.isSatisfied(by: shapes, of: type, in: context)
        }
        for step in steps {
            switch step {
            case .requires(let condition):
                work.parts.append(.check(condition))
            case .change(let change):
                guard isApplicable(change, to: type, in: shapes, after: all) else {
                    work.skipped.append("\(change.title(in: context)): the table has no such column")
                    continue
                }
                work.postState.append(change)
                if !change.isSatisfied(by: shapes, of: type, in: context) { work.append(change) }
            case .move(let move):
                let situation = MoveSituation(
                    hasPendingChange: hasPendingChange, needsStamp: !isStamped, isForced: force)
                let mover = movers[move]
                guard mover.isDue(situation) else { continue }
                if mover.canRun(on: shapes[type]) {
                    work.parts.append(.move(move))
                } else if hasPendingChange, !isStamped {
                    work.blockedMoves.append(move)
                }
            case .when, .unless: break
            }
        }
        // Conditions guard changes; with nothing to change there is nothing to guard.
        if !hasPendingChange { work.parts.removeAll { if case .check = $0 { true } else { false } } }
        return work
    }

    private func workDown(
        on type: TableType, stamp: SchemaVersion?, shapes: [TableType: TableShape], request: MigrationRequest,
        unfinished: [UnfinishedStep]
    ) -> TableSteps {
        let shape = shapeVersion(of: type, in: shapes)
        let from = max(floor(stamp), stamp == nil ? shape : .baseline)
        var work = TableSteps(type: type, from: from, steps: [], isPending: false, finalStamp: from)
        guard type.isStamped else { return work }
        var ahead = shapes
        // A half-made step is undone too, whichever way it went.
        let highest = unfinished.map(\.version).max() ?? .baseline
        for migration in migrations.reversed() where migration.version > request.target {
            guard request.force || migration.version <= max(from, shape, highest) else { continue }
            var step = stepDown(migration, type: type, shapes: ahead, stamp: stamp)
            step.resume(unfinished, type: type, shapes: ahead, movers: movers)
            for change in step.postState { change.carryOut(on: &ahead, of: type, in: context) }
            work.steps.append(step)
        }
        work.isPending = work.steps.contains { $0.hasWork || $0.needsStamp }
        work.finalStamp = work.steps.last?.stamp ?? from
        return work
    }

    /// One version's work on the way down: its steps in reverse, each inverted.
    func stepDown(
        _ migration: Migration, type: TableType, shapes: [TableType: TableShape], stamp: SchemaVersion?
    ) -> StepWork {
        let steps = migration.steps(for: type, traits: context.traits)
        let below = context.history.predecessor(of: migration.version) ?? .baseline
        var work = StepWork(
            version: migration.version, direction: .down, parts: [], skipped: [], isApplicable: !steps.isEmpty,
            stamp: below, needsStamp: stamp.map { $0 > below } ?? false, postState: [])
        let inverses = steps.reversed().compactMap { $0.change?.inverse }
        let hasPendingChange = inverses.contains { !$0.isSatisfied(by: shapes, of: type, in: context) }
        for step in steps.reversed() {
            switch step {
            case .change(let change):
                let inverse = change.inverse
                guard isApplicable(inverse, to: type, in: shapes, after: inverses) else {
                    work.skipped.append("\(inverse.title(in: context)): the table has no such column")
                    continue
                }
                work.postState.append(inverse)
                if !inverse.isSatisfied(by: shapes, of: type, in: context) { work.append(inverse) }
            case .move(let move):
                let situation = MoveSituation(
                    hasPendingChange: hasPendingChange, needsStamp: work.needsStamp, isForced: false,
                    changesEncoding: context.traits.has(.doublyEncodedSessions))
                if movers[move].isDueBack(situation, in: shapes) { work.parts.append(.move(move)) }
            case .requires, .when, .unless: break
            }
        }
        return work
    }

    private func floor(_ stamp: SchemaVersion?) -> SchemaVersion { stamp.flatMap(context.history.floor) ?? .baseline }

    /// Whether the columns that a change needs are there, or come with the same step.
    private func isApplicable(
        _ change: SchemaChange, to type: TableType, in shapes: [TableType: TableShape], after changes: [SchemaChange]
    ) -> Bool {
        guard let shape = shapes[type] else { return false }
        let added = Set(changes.compactMap(\.addedColumn))
        return change.requiredColumns.allSatisfy { added.contains($0) || shape.column($0) != nil }
    }
}

extension MigrationStep {
    var change: SchemaChange? { if case .change(let change) = self { change } else { nil } }
}
