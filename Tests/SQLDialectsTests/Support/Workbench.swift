import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

/// One Agno table in a scratch database, to which changes are applied as the engine does it.
struct Workbench {
    let connection: any DatabaseConnection
    var names = TableNames()

    var dialect: any Dialect { connection.dialect }
    var context: SchemaContext { SchemaContext(traits: dialect.traits, names: names) }

    func snapshots() throws -> [TableType: TableSnapshot] {
        let wanted = Dictionary(uniqueKeysWithValues: TableType.allCases.map { ($0, names[$0]) })
        return try dialect.snapshots(of: wanted, using: connection)
    }

    func snapshot(_ type: TableType) throws -> TableSnapshot { try #require(try snapshots()[type]) }

    func lower(_ changes: [SchemaChange], of type: TableType, now: Int64 = 1_700_000_000) throws -> Lowering {
        let all = try snapshots()
        return dialect.lower(changes, of: try #require(all[type]), among: all, in: context, now: now)
    }

    /// Lowers, runs, and checks that every change is done afterwards.
    @discardableResult
    func apply(_ changes: [SchemaChange], of type: TableType, now: Int64 = 1_700_000_000) throws -> [SQLStatement] {
        let statements: [SQLStatement]
        switch try lower(changes, of: type, now: now) {
        case .statements(let list), .rebuild(let list): statements = list
        case .swap(let swap): statements = swap.statements
        case .skipped(let reason):
            Issue.record("skipped: \(reason)")
            return []
        }
        for statement in statements { try connection.execute(statement) }
        let shapes = try snapshots().mapValues(\.shape)
        for change in changes {
            #expect(change.isSatisfied(by: shapes, of: type, in: context), "\(change.title(in: context))")
        }
        return statements
    }
}

extension Lowering {
    var isRebuild: Bool { if case .rebuild = self { true } else { false } }
    var reason: String? { if case .skipped(let reason) = self { reason } else { nil } }
}
