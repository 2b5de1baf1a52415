import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Finds what keeps a release of Agno from serving on the tables of a database.
///
/// A release's adapter refuses a table that lacks a column which it declares. It does not look at keys and at further columns, but its
/// writes fail where a key is missing that they name, or where a column that it does not know requires a value. `Tests/ParityTests`
/// compares the answers with the adapters of real releases.
struct ReleaseFitness {
    let release: AgnoRelease
    let range: ReleaseRange
    let inspector: Inspector

    private var context: SchemaContext { inspector.context }
    private var state: DatabaseState { inspector.state }
    private var hasRunsTable: Bool { range.schemaVersion.hasRunsTable }

    func check() throws -> ReleaseCheck {
        ReleaseCheck(
            release: release.description, schemaVersion: range.schemaVersion,
            dialect: inspector.connection.dialect.kind,
            serverVersion: state.serverVersion, schema: inspector.connection.dialect.schemaName,
            tables: try TableType.allCases.filter { $0.isUsed(by: release) && $0.exists(for: context.traits) }
                .map(fitness), warnings: inspector.warnings)
    }

    private func fitness(of type: TableType) throws -> TableFitness {
        let snapshot = state.snapshots[type]
        return TableFitness(
            type: type, name: snapshot?.name ?? context.names[type], exists: snapshot != nil,
            stamp: state.stampText(of: type, names: context.names),
            reasons: try snapshot.map { try reasons(against: type, $0) } ?? [])
    }

    private func reasons(against type: TableType, _ snapshot: TableSnapshot) throws -> [String] {
        if let doubt = TableIdentity(context: context).doubt(about: snapshot, type: type) { return [doubt.message] }
        let version = max(range.schemaVersion, type.introduced)
        guard let fresh = TableDefinition.shape(of: type, at: version, in: context) else { return [] }
        return reasons(in: snapshot.shape, besides: fresh) + rows(outOfReachIn: type)
            + (type == .learnings ? try learnedEntities(outOfReachIn: snapshot) : [])
    }

    private func reasons(in shape: TableShape, besides fresh: TableShape) -> [String] {
        let absent = fresh.columns.map(\.name).filter { shape.column($0) == nil }
        let missing = absent.isEmpty ? [] : ["the release refuses a table without \(absent.joined(separator: ", "))"]
        let keys = ([fresh.primaryKey] + fresh.uniqueKeys.map(\.columns)).filter {
            !$0.isEmpty && !shape.isUnique(in: $0)
        }
        .map { "no key covers (\($0.joined(separator: ", "))), which the release's writes name" }
        let required = shape.columns.filter {
            fresh.column($0.name) == nil && !$0.isNullable && $0.defaultValue == nil
        }
        .map { "column \($0.name) must not be NULL, and the release does not write it" }
        return missing + keys + required
    }

    /// Rows that the release does not read, because they are in a table or under ids that it does not know.
    private func rows(outOfReachIn type: TableType) -> [String] {
        guard type == .sessions, !hasRunsTable, let runs = state.snapshots[.runs],
            inspector.expectedVersion(of: .sessions).hasRunsTable
        else { return [] }
        return ["the runs are in \(runs.name), which the release does not read"]
    }

    private func learnedEntities(outOfReachIn learnings: TableSnapshot) throws -> [String] {
        let isKeyed = inspector.stampedVersion(of: .learnings)?.hasRunsTable ?? false
        guard hasRunsTable || isKeyed else { return [] }
        let count = try LearningRekeying.count(keyed: !hasRunsTable, in: learnings, on: inspector.connection)
        return count == 0
            ? []
            : ["learned entities (\(count)) have the ids of other releases: the release would store them a second time"]
    }
}

extension TableShape {
    /// Whether the rows are unique in exactly these columns, in any order.
    fileprivate func isUnique(in columns: [String]) -> Bool {
        Set(primaryKey) == Set(columns) || !uniqueKeys(covering: columns).isEmpty
    }
}
