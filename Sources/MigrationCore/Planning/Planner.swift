import AgnoSchema
import SQLDialects

/// What a caller asks for.
struct MigrationRequest {
    var direction: MigrationDirection
    var target: SchemaVersion
    var types: [TableType]
    var force: Bool
}

/// Decides, from what a table is, what each version has to do: a pure function from shapes and stamps to work.
struct Planner {
    let context: SchemaContext
    /// The versions it knows, oldest first.
    var migrations: [Migration] = Migration.all

    /// One table's way to the target.
    struct TableWork {
        var type: TableType
        /// The version that the table has: its stamp, but not more than its shape amounts to.
        var from: SchemaVersion
        var steps: [StepWork]
        /// Whether anything has to be written, be it only a stamp.
        var isPending: Bool
        /// The version that the table is to be stamped with in the end.
        var finalStamp: SchemaVersion
    }

    /// One version's work on one table.
    struct StepWork {
        var version: SchemaVersion
        var direction: MigrationDirection
        /// What has to be done, in order.
        var parts: [Part]
        var skipped: [String]
        var isApplicable: Bool
        /// The stamp after this step.
        var stamp: SchemaVersion
        /// Whether the stamp is not there yet.
        var needsStamp: Bool
        /// All changes of the step that apply to this table: the post-state to verify.
        var postState: [SchemaChange]

        var preconditions: [Precondition] {
            parts.compactMap { if case .check(let condition) = $0 { condition } else { nil } }
        }
        var pendingChanges: [SchemaChange] {
            parts.flatMap { part -> [SchemaChange] in if case .changes(let changes) = part { changes } else { [] } }
        }
        var moves: [RowMove] {
            parts.compactMap { if case .move(let move) = $0 { move } else { nil } }
        }
        var hasWork: Bool { !pendingChanges.isEmpty || !moves.isEmpty }
    }

    enum Part: Hashable {
        case check(Precondition)
        /// Changes that may be lowered together.
        case changes([SchemaChange])
        case move(RowMove)
    }

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
        guard let stamp = stamp?.floor else { return .baseline }
        return min(stamp, shapeVersion(of: type, in: shapes))
    }

    // MARK: Work

    /// The way of one existing table to the target.
    ///
    /// - Parameter unfinished: the table's steps that a run began and did not finish.
    func work(
        on type: TableType, stamp: SchemaVersion?, shapes: [TableType: TableShape], request: MigrationRequest,
        unfinished: [UnfinishedStep] = []
    ) -> TableWork {
        request.direction == .up
            ? workUp(on: type, stamp: stamp, shapes: shapes, request: request, unfinished: unfinished)
            : workDown(on: type, stamp: stamp, shapes: shapes, request: request, unfinished: unfinished)
    }

    private func workUp(
        on type: TableType, stamp: SchemaVersion?, shapes: [TableType: TableShape], request: MigrationRequest,
        unfinished: [UnfinishedStep]
    ) -> TableWork {
        let current = currentVersion(of: type, stamp: stamp, in: shapes)
        var work = TableWork(type: type, from: current, steps: [], isPending: false, finalStamp: stamp ?? .baseline)
        guard type.isStamped else { return work }
        var ahead = shapes
        for migration in migrations where migration.version <= request.target {
            guard request.force || migration.version > current else { continue }
            let isStamped = stamp.map { $0 >= migration.version } ?? false
            var step = stepUp(migration, type: type, shapes: ahead, isStamped: isStamped, force: request.force)
            step.resume(unfinished, shapes: ahead)
            for change in step.postState { change.apply(to: &ahead, of: type, in: context) }
            work.steps.append(step)
        }
        // A stamp between two known versions (2.4.7) says less than the version below it: it is put right as well.
        let reached = work.steps.last?.stamp ?? current
        work.isPending = work.steps.contains { $0.hasWork || $0.needsStamp }
        work.finalStamp = max(reached, stamp?.floor ?? .baseline)
        return work
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
                let isDue = move == .unfinishedMetricsDay ? hasPendingChange : hasPendingChange || !isStamped || force
                if isDue, move.canRun(on: shapes[type]) { work.parts.append(.move(move)) }
            case .revertOnly, .when, .unless: break
            }
        }
        // Conditions guard changes; with nothing to change there is nothing to guard.
        if !hasPendingChange { work.parts.removeAll { if case .check = $0 { true } else { false } } }
        return work
    }

    private func workDown(
        on type: TableType, stamp: SchemaVersion?, shapes: [TableType: TableShape], request: MigrationRequest,
        unfinished: [UnfinishedStep]
    ) -> TableWork {
        let shape = shapeVersion(of: type, in: shapes)
        let from = max(stamp?.floor ?? .baseline, stamp == nil ? shape : .baseline)
        var work = TableWork(type: type, from: from, steps: [], isPending: false, finalStamp: from)
        guard type.isStamped else { return work }
        var ahead = shapes
        // A half-made step is undone too, whichever way it went.
        let highest = unfinished.map(\.version).max() ?? .baseline
        for migration in migrations.reversed() where migration.version > request.target {
            guard request.force || migration.version <= max(from, shape, highest) else { continue }
            var step = stepDown(migration, type: type, shapes: ahead, stamp: stamp)
            step.resume(unfinished, shapes: ahead)
            for change in step.postState { change.apply(to: &ahead, of: type, in: context) }
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
        let below = migration.version.predecessor ?? .baseline
        var work = StepWork(
            version: migration.version, direction: .down, parts: [], skipped: [], isApplicable: !steps.isEmpty,
            stamp: below, needsStamp: stamp.map { $0 > below } ?? false, postState: [])
        let inverses = steps.reversed().compactMap { $0.change?.inverse }
        let hasPendingChange = inverses.contains { !$0.isSatisfied(by: shapes, of: type, in: context) }
        for case .revertOnly(let condition) in steps where hasPendingChange { work.parts.append(.check(condition)) }
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
                if move.canRevert(on: shapes, hasPendingChange: hasPendingChange, isStamped: work.needsStamp) {
                    work.parts.append(.move(move))
                }
            case .requires, .revertOnly, .when, .unless: break
            }
        }
        return work
    }

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

extension SchemaChange {
    fileprivate var addedColumn: String? {
        switch self {
        case .addColumn(let column, _), .restoreColumn(let column): column.name
        default: nil
        }
    }
}

extension RowMove {
    /// Whether the table has what the move reads; without it there is nothing to move.
    fileprivate func canRun(on shape: TableShape?) -> Bool {
        switch self {
        case .sessionRuns: shape?.column("runs") != nil && shape?.column("session_id") != nil
        case .unfinishedMetricsDay: ["id", "date", "completed"].allSatisfy { shape?.column($0) != nil }
        case .learningKeys:
            ["learning_id", "learning_type", "namespace", "entity_id", "entity_type", "user_id", "content"]
                .allSatisfy { shape?.column($0) != nil }
        }
    }

    fileprivate func canRevert(on shapes: [TableType: TableShape], hasPendingChange: Bool, isStamped: Bool) -> Bool {
        switch self {
        case .sessionRuns: shapes[.runs] != nil
        case .unfinishedMetricsDay: hasPendingChange
        case .learningKeys: isStamped && canRun(on: shapes[.learnings])
        }
    }
}

extension Planner.StepWork {
    /// Takes up a step of the same version that a run began: what was due then is due until the step has ended.
    mutating func resume(_ unfinished: [UnfinishedStep], shapes: [TableType: TableShape]) {
        for begun in unfinished where begun.version == version {
            // Begun in the other direction, it has an end all the same; and what a way back may have brought back by
            // then is due again.
            needsStamp = true
            guard begun.direction == direction || direction == .up else { continue }
            for move in begun.moves where !moves.contains(move) {
                if move == .sessionRuns, shapes[.runs] == nil { continue }
                parts.insert(.move(move), at: direction == .up ? parts.endIndex : 0)
            }
        }
    }

    /// Adds a change to the group before it, unless a move stands between; a table of its own is a group of its own.
    fileprivate mutating func append(_ change: SchemaChange) {
        switch change {
        case .createTable, .dropTable: parts.append(.changes([change]))
        default:
            if case .changes(var group) = parts.last, group.allSatisfy({ !$0.isAboutAnotherTable }) {
                group.append(change)
                parts[parts.count - 1] = .changes(group)
            } else {
                parts.append(.changes([change]))
            }
        }
    }
}

extension SchemaChange {
    var isAboutAnotherTable: Bool {
        switch self {
        case .createTable, .dropTable: true
        default: false
        }
    }
}
