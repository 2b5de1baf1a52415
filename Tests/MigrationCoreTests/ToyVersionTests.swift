import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

@testable import MigrationCore

extension RowMove {
    fileprivate static let shoutedNames = RowMove(rawValue: "shoutedNames")
}

private let v990 = SchemaVersion(9, 9, 0)

/// A version as a contributor adds one: a column, and a move that fills it.
private let toy = Migration(
    to: v990,
    tables: [.alter(.evals, steps: [.addColumn("shouted_name", .prose), .move(.shoutedNames)])])

/// Fills the new column; down there is nothing to do, since the column goes.
private struct ShoutedNamesMover: RowMover {
    func title(in context: SchemaContext) -> String { "shout the names of eval runs" }

    func canRun(on shape: TableShape?) -> Bool { shape?.column("name") != nil }

    func isDue(_ situation: MoveSituation) -> Bool { situation.hasPendingChange }

    func isDueBack(_ situation: MoveSituation, in shapes: [TableType: TableShape]) -> Bool { false }

    func estimate(_ scope: MoveScope) throws -> MoveEstimate? {
        guard let evals = scope.snapshots[.evals] else { return nil }
        let count = try scope.connection.value("SELECT COUNT(*) FROM \(scope.dialect.table(evals.name))")?.int ?? 0
        return MoveEstimate(title: "shout \(count) names", rows: count)
    }

    func finish(_ move: MoveContext) throws -> MoveResult {
        guard let evals = move.scope.snapshots[.evals] else { return MoveResult() }
        let count = try move.connection.execute(
            "UPDATE \(move.dialect.table(evals.name)) SET shouted_name = upper(name)")
        return MoveResult(rows: Int64(count), changes: ["shouted \(count) names"])
    }
}

@Suite("A version with a row move of its own")
struct ToyVersionTests {
    private func engine(_ database: TestDatabase) -> MigrationEngine {
        MigrationEngine(
            driver: database.driver, names: TableNames(), options: database.engine().options,
            history: SchemaHistory(Migration.all + [toy]),
            movers: RowMovers([
                .sessionRuns: RunsMover(), .unfinishedMetricsDay: UnfinishedMetricsDayMover(),
                .ownedMetrics: OwnedMetricsMover(),
                .learningKeys: LearningKeysMover(), .shoutedNames: ShoutedNamesMover(),
            ]))
    }

    @Test("It is planned, run, verified, shown and reverted without a change to the engine")
    func thereAndBack() throws {
        let database = try TestDatabase(sample: .latest)
        let engine = engine(database)
        let before = try database.dump(onlyTable: "agno_eval_runs")

        let plan = try engine.plan(.up, tables: nil, target: v990, force: false)
        let planned = try #require(plan.tables.first { $0.type == .evals }?.steps.last)
        #expect(planned.changes == ["add column shouted_name", "shout 1 names"])

        let report = try engine.migrate(.up, tables: nil, target: v990, force: false, allowDataLoss: false)
        #expect(report.isSuccess)
        let evals = try #require(report.tables.first { $0.type == .evals })
        #expect(evals.steps.last?.changes == ["added column shouted_name", "shouted 1 names"])
        #expect(
            try database.texts("SELECT COUNT(*) FROM agno_eval_runs WHERE shouted_name IS NOT upper(name)") == ["0"])
        #expect(try database.stamp("agno_eval_runs") == "9.9.0")
        #expect(try engine.verify().isVerified)
        #expect(try engine.status().tables.allSatisfy { $0.pending.isEmpty })

        let back = try engine.migrate(.down, tables: nil, target: .latest, force: false, allowDataLoss: true)
        #expect(back.isSuccess)
        #expect(try database.dump(onlyTable: "agno_eval_runs") == before)
        #expect(try database.stamp("agno_eval_runs") == SchemaVersion.latest.description)
    }

    @Test("A move that no mover is registered for fails its table and stamps nothing")
    func missingMover() throws {
        let database = try TestDatabase(sample: .latest)
        let engine = MigrationEngine(
            driver: database.driver, names: TableNames(), options: database.engine().options,
            history: SchemaHistory(Migration.all + [toy]))
        let report = try engine.migrate(.up, tables: [.evals], target: v990, force: false, allowDataLoss: false)
        let step = try #require(report.tables.first?.steps.last)
        #expect(step.outcome == .failed && step.error?.code == .notSupported)
        #expect(step.changes.isEmpty, "what was rolled back is not reported")
        #expect(try database.stamp("agno_eval_runs") == SchemaVersion.latest.description)
    }

    @Test("Every move of Agno's versions has a mover")
    func registered() throws {
        let database = try TestDatabase(sample: .latest)
        try database.connect { connection in
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            for migration in Migration.all {
                for type in TableType.allCases {
                    for case .move(let move) in migration.steps(for: type, traits: context.traits) {
                        #expect(!RowMovers.agno[move].title(in: context).contains(move.rawValue))
                    }
                }
            }
        }
    }
}
