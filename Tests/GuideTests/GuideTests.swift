import AgnoSchema
import DatabaseAccess
import Foundation
import Logging
import SQLDialects
import SQLiteAccess
import Testing

@testable import MigrationCore

@Suite("What the guides show compiles and works")
struct GuideTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("Each block of a guide is the file that it names", arguments: ["write-a-version", "write-a-dialect"])
    func blocks(guide: String) throws {
        let text = try String(contentsOf: Self.root.appending(path: "docs/guides/\(guide).md"), encoding: .utf8)
        let blocks = text.components(separatedBy: "```swift\n// file: ").dropFirst()
        #expect(!blocks.isEmpty)
        for block in blocks {
            let path = String(block.prefix { $0 != "\n" })
            let code = block.dropFirst(path.count + 1).components(separatedBy: "```")[0]
            let file = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
            #expect(code == file, "\(path) is unlike the block in \(guide).md")
        }
    }

    @Test("The example versions go up and down like versions of Agno", arguments: [true, false])
    func version(hasMove: Bool) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "agno-migrate-guide-\(UUID().uuidString).db")
        defer { try? FileManager.default.removeItem(at: file) }
        let version = hasMove ? Migration.moveVersion : .columnVersion
        let history = SchemaHistory(Migration.all.filter { $0.version < version.version } + [version])
        let driver = SQLiteDriver(path: file.path())
        let engine = MigrationEngine(
            driver: driver, names: TableNames(),
            options: EngineOptions(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }), history: history,
            movers: RowMovers([
                .sessionRuns: RunsMover(), .unfinishedMetricsDay: UnfinishedMetricsDayMover(),
                .ownedMetrics: OwnedMetricsMover(),
                .learningKeys: LearningKeysMover(), .approvalDueDates: ApprovalDueDatesMover(),
            ]))
        let below = try #require(history.predecessor(of: version.version))
        try driver.withConnection(for: .create) { connection in
            let context = engine.context(connection)
            let shape = try #require(TableDefinition.shape(of: .approvals, at: below, in: context))
            let statements = connection.dialect.create(shape, named: "agno_approvals")
            for statement in statements { try connection.execute(statement) }
            try engine.store.write(below, for: "agno_approvals", on: connection, in: context)
        }
        func migrate(_ direction: MigrationDirection, to target: SchemaVersion) throws -> TableReport? {
            let report = try engine.migrate(
                direction, tables: nil, target: target, force: false, allowDataLoss: true)
            return report.tables.first { $0.type == .approvals }
        }
        #expect(try migrate(.up, to: version.version)?.outcome == .migrated)
        #expect(try engine.verify().isVerified)
        #expect(try engine.status().tables.allSatisfy { $0.pending.isEmpty })
        #expect(try migrate(.down, to: below)?.outcome == .migrated)
        #expect(try engine.verify().isVerified)
    }

    @Test("The example dialect quotes, creates and numbers its placeholders")
    func dialect() throws {
        let dialect = PlainDialect()
        #expect(dialect.quote("a\"b") == #""a""b""#)
        #expect(dialect.placeholder(2) == "?2")
        let context = SchemaContext(traits: dialect.traits, names: TableNames())
        let shape = try #require(TableDefinition.shape(of: .memories, at: .latest, in: context))
        #expect(dialect.create(shape, named: "agno_memories").first?.sql.contains("CREATE TABLE") == true)
    }
}
