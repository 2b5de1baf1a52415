import AgnoSchema
import SQLDialects
import Testing

@testable import MigrationCore

/// One question to the planner and its answer.
///
/// The answer reads `from>to`, then each step; `!` marks work on the table, `#` a stamp that is missing or too high,
/// and `idle` that nothing would be written.
struct PlannerCase: Sendable, CustomTestStringConvertible {
    var type: TableType
    /// The version that the real table amounts to.
    var shape: SchemaVersion
    var stamp: String?
    var direction: MigrationDirection
    var target: SchemaVersion
    var force = false
    var answer: String

    var testDescription: String {
        "\(type.name) shaped \(shape), stamped \(stamp ?? "not"), \(direction.rawValue) to \(target)\(force ? " by force" : "")"
    }

    static func up(
        _ type: TableType, _ shape: SchemaVersion, stamp: String?, to target: SchemaVersion = v300,
        force: Bool = false,
        _ answer: String
    ) -> PlannerCase {
        PlannerCase(
            type: type, shape: shape, stamp: stamp, direction: .up, target: target, force: force, answer: answer)
    }

    static func down(
        _ type: TableType, _ shape: SchemaVersion, stamp: String?, to target: SchemaVersion, force: Bool = false,
        _ answer: String
    ) -> PlannerCase {
        PlannerCase(
            type: type, shape: shape, stamp: stamp, direction: .down, target: target, force: force, answer: answer)
    }
}

private let v200 = SchemaVersion(2, 0, 0)
private let v230 = SchemaVersion(2, 3, 0)
private let v250 = SchemaVersion(2, 5, 0)
private let v256 = SchemaVersion(2, 5, 6)
private let v300 = SchemaVersion(3, 0, 0)

private let upCases: [PlannerCase] = [
    // Unstamped: 2.0, something newer, and fresh from a 3.x program.
    .up(.memories, v200, stamp: nil, "2.0.0>3.0.0 2.3.0!# 2.5.0# 2.5.6# 3.0.0#"),
    .up(.memories, v230, stamp: nil, "2.0.0>3.0.0 2.3.0# 2.5.0# 2.5.6# 3.0.0#"),
    .up(.sessions, v300, stamp: nil, "2.0.0>3.0.0 2.3.0# 2.5.0# 2.5.6# 3.0.0#"),
    .up(.sessions, v200, stamp: nil, "2.0.0>3.0.0 2.3.0# 2.5.0# 2.5.6# 3.0.0!#"),
    .up(.metrics, v300, stamp: nil, "2.0.0>3.0.0 2.3.0# 2.5.0# 2.5.6# 3.0.0#"),
    .up(.products, v300, stamp: nil, "2.0.0>3.0.0 2.3.0# 2.5.0# 2.5.6# 3.0.0#"),
    .up(.memories, v200, stamp: nil, to: v230, "2.0.0>2.3.0 2.3.0!#"),
    .up(.memories, v200, stamp: nil, to: v200, "2.0.0>2.0.0 idle"),
    // A stamp that says what the table is.
    .up(.memories, v230, stamp: "3.0.0", "3.0.0>3.0.0 idle"),
    .up(.memories, v230, stamp: "2.3.0", "2.3.0>3.0.0 2.5.0# 2.5.6# 3.0.0#"),
    .up(.memories, v230, stamp: "2.3.0", to: v230, "2.3.0>2.3.0 idle"),
    .up(.memories, v230, stamp: "3.0.0", to: v230, "3.0.0>3.0.0 idle"),
    .up(.sessions, v256, stamp: "2.5.6", "2.5.6>3.0.0 3.0.0!#"),
    .up(.metrics, v256, stamp: "2.5.6", "2.5.6>3.0.0 3.0.0!#"),
    .up(.learnings, v256, stamp: "2.5.6", "2.5.6>3.0.0 3.0.0!#"),
    .up(.learnings, v300, stamp: "3.0.0", "3.0.0>3.0.0 idle"),
    // A stamp that lags behind the table.
    .up(.memories, v230, stamp: "2.0.0", "2.0.0>3.0.0 2.3.0# 2.5.0# 2.5.6# 3.0.0#"),
    .up(.evals, v300, stamp: "2.5.6", "2.5.6>3.0.0 3.0.0#"),
    .up(.metrics, v300, stamp: "2.5.6", "2.5.6>3.0.0 3.0.0#"),
    // A poisoned stamp, which is ahead of the table: the work is done, the stamp stays.
    .up(.memories, v200, stamp: "3.0.0", "2.0.0>3.0.0 2.3.0! 2.5.0 2.5.6 3.0.0"),
    .up(.memories, v200, stamp: "2.5.0", "2.0.0>3.0.0 2.3.0! 2.5.0 2.5.6# 3.0.0#"),
    .up(.memories, v200, stamp: "2.5.0", to: v230, "2.0.0>2.5.0 2.3.0!"),
    .up(.sessions, v256, stamp: "3.0.0", "2.5.6>3.0.0 3.0.0!"),
    .up(.approvals, v250, stamp: "3.0.0", "2.5.0>3.0.0 2.5.6! 3.0.0"),
    // A stamp that is no version counts as none.
    .up(.memories, v230, stamp: "newest", "2.0.0>3.0.0 2.3.0# 2.5.0# 2.5.6# 3.0.0#"),
    .up(.memories, v200, stamp: "", "2.0.0>3.0.0 2.3.0!# 2.5.0# 2.5.6# 3.0.0#"),
    .up(.memories, v200, stamp: "1.9.0", "2.0.0>3.0.0 2.3.0!# 2.5.0# 2.5.6# 3.0.0#"),
    // A stamp between two versions counts as the lower one.
    .up(.memories, v230, stamp: "2.4.7", "2.3.0>3.0.0 2.5.0# 2.5.6# 3.0.0#"),
    .up(.memories, v200, stamp: "2.4.7", "2.0.0>3.0.0 2.3.0! 2.5.0# 2.5.6# 3.0.0#"),
    .up(.memories, v230, stamp: "2.4.7", to: v230, "2.3.0>2.3.0 idle"),
    // By force every step up to the target is looked at, and none beyond.
    .up(.memories, v230, stamp: "3.0.0", force: true, "3.0.0>3.0.0 2.3.0 2.5.0 2.5.6 3.0.0 idle"),
    .up(.memories, v200, stamp: "3.0.0", to: v230, force: true, "2.0.0>3.0.0 2.3.0!"),
    .up(.sessions, v256, stamp: "2.5.6", to: v256, force: true, "2.5.6>2.5.6 2.3.0 2.5.0 2.5.6 idle"),
    .up(.learnings, v300, stamp: "3.0.0", force: true, "3.0.0>3.0.0 2.3.0 2.5.0 2.5.6 3.0.0!"),
    .up(.metrics, v300, stamp: "3.0.0", force: true, "3.0.0>3.0.0 2.3.0 2.5.0 2.5.6 3.0.0 idle"),
    // A type that is never stamped.
    .up(.culture, v200, stamp: nil, "2.0.0>2.0.0 idle"),
]

private let downCases: [PlannerCase] = [
    .down(.memories, v230, stamp: "3.0.0", to: v200, "3.0.0>2.0.0 3.0.0# 2.5.6# 2.5.0# 2.3.0!#"),
    .down(.memories, v230, stamp: "3.0.0", to: v256, "3.0.0>2.5.6 3.0.0#"),
    .down(.sessions, v300, stamp: "3.0.0", to: v256, "3.0.0>2.5.6 3.0.0!#"),
    .down(.metrics, v300, stamp: "3.0.0", to: v250, "3.0.0>2.5.0 3.0.0!# 2.5.6#"),
    .down(.learnings, v300, stamp: "3.0.0", to: v256, "3.0.0>2.5.6 3.0.0!#"),
    .down(.products, v300, stamp: "3.0.0", to: v256, "3.0.0>2.5.6 3.0.0#"),
    // Only from the version that the table really has.
    .down(.approvals, v250, stamp: "2.5.0", to: v200, "2.5.0>2.0.0 2.5.0# 2.3.0#"),
    .down(.memories, v200, stamp: "2.0.0", to: v200, "2.0.0>2.0.0 idle"),
    .down(.memories, v200, stamp: nil, to: v200, "2.0.0>2.0.0 idle"),
    .down(.sessions, v300, stamp: "3.0.0", to: v300, "3.0.0>3.0.0 idle"),
    // Unstamped tables go down from their shape, and get no stamp for what they never were stamped with.
    .down(.evals, v300, stamp: nil, to: v256, "3.0.0>2.5.6 3.0.0!"),
    .down(.memories, v230, stamp: nil, to: v200, "3.0.0>2.0.0 3.0.0 2.5.6 2.5.0 2.3.0!"),
    .down(.memories, v230, stamp: "rubbish", to: v200, "3.0.0>2.0.0 3.0.0 2.5.6 2.5.0 2.3.0!"),
    // A stamp that lags behind does not keep the newer shape alive.
    .down(.sessions, v300, stamp: "2.5.6", to: v256, "2.5.6>2.5.6 3.0.0!"),
    .down(.evals, v300, stamp: "2.3.0", to: v230, "2.3.0>2.3.0 3.0.0! 2.5.6 2.5.0"),
    // A poisoned stamp comes down with nothing to undo.
    .down(.memories, v200, stamp: "3.0.0", to: v200, "3.0.0>2.0.0 3.0.0# 2.5.6# 2.5.0# 2.3.0#"),
    .down(.memories, v230, stamp: "2.4.7", to: v230, "2.3.0>2.3.0 3.0.0 2.5.6 2.5.0#"),
    .down(.memories, v200, stamp: "2.0.0", to: v200, force: true, "2.0.0>2.0.0 3.0.0 2.5.6 2.5.0 2.3.0 idle"),
    .down(.culture, v200, stamp: nil, to: v200, "3.0.0>3.0.0 idle"),
]

/// Over ``Migration/toys``, which a new version of Agno does not change; what has to hold for the real versions too is
/// marked.
@Suite("The planner decides from shapes and stamps alone")
struct PlannerTests {
    private let context = SchemaContext(traits: SQLiteDialect.traits, names: TableNames(), history: .toys)
    private var planner: Planner { Planner(context: context) }
    private let realContext = SchemaContext(traits: SQLiteDialect.traits, names: TableNames())

    private func shapes(
        _ type: TableType, at version: SchemaVersion, in other: SchemaContext? = nil
    ) throws -> [TableType: TableShape] {
        let context = other ?? context
        let known = max(version, type.introduced)
        var shapes = [type: try #require(TableDefinition.shape(of: type, at: known, in: context))]
        if type == .sessions { shapes[.runs] = TableDefinition.shape(of: .runs, at: version, in: context) }
        return shapes
    }

    private func work(_ question: PlannerCase, by planner: Planner? = nil) throws -> TableSteps {
        let stamp: SchemaVersion? = question.stamp.flatMap { text in
            if case .version(let version) = Stamp(text) { version } else { nil }
        }
        let request = MigrationRequest(
            direction: question.direction, target: question.target, types: [question.type], force: question.force)
        return (planner ?? self.planner).work(
            on: question.type, stamp: stamp, shapes: try shapes(question.type, at: question.shape), request: request)
    }

    @Test("The way up runs every step between the table's version and the target", arguments: upCases)
    func up(_ question: PlannerCase) throws {
        #expect(try work(question).summary == question.answer)
    }

    @Test("The way down runs the steps above the target, the newest first", arguments: downCases)
    func down(_ question: PlannerCase) throws {
        #expect(try work(question).summary == question.answer)
    }

    @Test("The real versions' plans, applied to the shapes, give the target's schema", arguments: TableType.managed)
    func planReachesTarget(_ type: TableType) throws {
        let real = Planner(context: realContext)
        for start in SchemaVersion.known where start >= type.introduced {
            guard TableDefinition.shape(of: type, at: start, in: realContext) != nil else { continue }
            for target in SchemaVersion.known where target >= type.introduced && type != .culture {
                let isUp = target >= start
                let question = PlannerCase(
                    type: type, shape: start, stamp: start.description, direction: isUp ? .up : .down, target: target,
                    answer: "")
                var shapes = try shapes(type, at: start, in: realContext)
                for step in try work(question, by: real).steps {
                    for change in step.pendingChanges { change.apply(to: &shapes, of: type, in: realContext) }
                    #expect(step.postState.allSatisfy { $0.isSatisfied(by: shapes, of: type, in: realContext) })
                }
                let wanted = try #require(TableDefinition.shape(of: type, at: target, in: realContext))
                let found = try #require(shapes[type])
                let isBackup = type == .sessions && isUp
                #expect(
                    Set(found.columns.filter { !isBackup || $0.name != "runs" })
                        == Set(wanted.columns.filter { !isBackup || $0.name != "runs" }), "\(start) to \(target)")
                #expect(Set(found.indexes) == Set(wanted.indexes), "\(start) to \(target)")
                #expect(Set(found.uniqueKeys) == Set(wanted.uniqueKeys), "\(start) to \(target)")
                #expect((shapes[.runs] != nil) == (type == .sessions && target >= TableType.runs.introduced))
            }
        }
    }

    @Test("A table is never taken for less than the real version that it was made with", arguments: TableType.managed)
    func shapeVersion(_ type: TableType) throws {
        for version in SchemaVersion.known where version >= type.introduced {
            guard TableDefinition.shape(of: type, at: version, in: realContext) != nil else { continue }
            let found = Planner(context: realContext).shapeVersion(
                of: type, in: try shapes(type, at: version, in: realContext))
            #expect(found >= version)
            // What it is taken for beyond that, has to change nothing.
            let newer = Migration.all.filter { $0.version > version && $0.version <= found }
            let changes = newer.flatMap { $0.steps(for: type, traits: realContext.traits).compactMap(\.change) }
            let shapes = try shapes(type, at: version, in: realContext)
            #expect(changes.allSatisfy { $0.isSatisfied(by: shapes, of: type, in: realContext) })
        }
    }

    @Test("A table without any of Agno's columns does not stop the planner; what it lacks is skipped with the reason")
    func foreignTable() throws {
        let table = TableShape(columns: [.init("something", type: "TEXT", isNullable: true)])
        let request = MigrationRequest(direction: .up, target: v300, types: [.knowledge], force: false)
        let work = planner.work(
            on: .knowledge, stamp: nil, shapes: [.knowledge: table], request: request)
        let last = try #require(work.steps.last)
        #expect(last.skipped == ["add index on user_id, linked_to: the table has no such column"])
        #expect(last.pendingChanges.contains(.addIndex(Index(on: ["user_id"]))))
    }

    @Test("Conditions are asked only where there is something to change")
    func conditions() throws {
        func conditions(_ shape: SchemaVersion, _ stamp: String, _ direction: MigrationDirection, _ type: TableType)
            throws -> Int
        {
            let question = PlannerCase(
                type: type, shape: shape, stamp: stamp, direction: direction, target: direction == .up ? v300 : v256,
                answer: "")
            return try work(question).steps.flatMap(\.preconditions).count
        }
        #expect(try conditions(v256, "2.5.6", .up, .schedules) == 2)
        #expect(try conditions(v300, "2.5.6", .up, .schedules) == 0)
        #expect(try conditions(v300, "3.0.0", .down, .schedules) == 0)
    }

    @Test("The runs are moved after their table is made, and put back before it is dropped")
    func orderOfMoves() throws {
        func parts(_ direction: MigrationDirection, from shape: SchemaVersion) throws -> [String] {
            let question = PlannerCase(
                type: .sessions, shape: shape, stamp: shape.description, direction: direction,
                target: direction == .up ? v300 : v256, answer: "")
            let step = try #require(try work(question).steps.first)
            return step.parts.map { part in
                switch part {
                case .check: "check"
                case .move(let move): "move \(move.rawValue)"
                case .changes(let changes): changes.map { $0.title(in: context) }.joined(separator: ", ")
                }
            }
        }
        #expect(try parts(.up, from: v256) == ["create table agno_runs", "move sessionRuns"])
        #expect(try parts(.down, from: v300) == ["restore column runs", "move sessionRuns", "drop table agno_runs"])
    }

    @Test("The unfinished day is put aside only when the key moves in this step")
    func metricsMove() throws {
        func moves(_ shape: SchemaVersion, stamp: String, force: Bool = false) throws -> [RowMove] {
            try work(.up(.metrics, shape, stamp: stamp, force: force, "")).steps.flatMap(\.moves)
        }
        #expect(try moves(v256, stamp: "2.5.6") == [.unfinishedMetricsDay, .ownedMetrics])
        #expect(try moves(v300, stamp: "2.5.6").isEmpty)
        #expect(try moves(v300, stamp: "3.0.0", force: true).isEmpty)
    }

    @Test("Sessions that never had a runs column have nothing to move, even by force")
    func nothingToMove() throws {
        let moves = try work(.up(.sessions, v300, stamp: nil, force: true, "")).steps.flatMap(\.moves)
        #expect(moves.isEmpty)
    }
}

extension TableSteps {
    /// The work as ``PlannerCase`` writes it.
    var summary: String {
        let steps = steps.map { "\($0.version)\($0.hasWork ? "!" : "")\($0.needsStamp ? "#" : "")" }
        return (["\(from)>\(finalStamp)"] + steps + (isPending ? [] : ["idle"])).joined(separator: " ")
    }
}
