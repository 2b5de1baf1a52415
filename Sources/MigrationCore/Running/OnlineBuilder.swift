import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Builds a step's indexes beside a running application. What a build that failed leaves is taken away at once; what a
/// killed run leaves, the next one finds.
struct OnlineBuilder {
    let connection: any DatabaseConnection
    let table: String
    let lockRetry: LockRetry
    let execute: ([SQLStatement]) throws -> Void

    /// What is worth doing ahead; nil for a table of fewer bytes, where the step's transaction is as quick.
    static func work(
        for changes: [SchemaChange], of snapshot: TableSnapshot, on connection: any DatabaseConnection,
        from bytes: Int64
    ) throws -> OnlineWork? {
        let dialect = connection.dialect
        guard let work = dialect.onlineWork(for: changes, of: snapshot) else { return nil }
        let stored = try connection.value(dialect.storedBytes(ofTable: snapshot.name))?.int ?? 0
        return stored < bytes ? nil : work
    }

    func run(_ work: OnlineWork) throws {
        if !work.columns.isEmpty { try lockRetry.transaction(on: table) { try execute(work.columns.map(\.create)) } }
        defer { try? execute(work.end) }
        try execute(work.begin)
        for build in work.builds {
            try lockRetry.options.interruption.checkpoint()
            do {
                try execute([build.create])
            } catch let error as DatabaseError {
                try? execute([build.undo])
                // Rows that came in meanwhile: the step's own check says which.
                guard error.condition != .constraint else { continue }
                guard error.condition == .busy else { throw error }
                throw waited(error, for: work)
            }
        }
    }

    private func waited(_ error: DatabaseError, for work: OnlineWork) -> MigrationError {
        let holders = ((try? connection.rows(work.blockers)) ?? []).compactMap { $0.first?.string }
        let who = holders.isEmpty ? "" : ": " + holders.joined(separator: "; ")
        return MigrationError(
            .busy, "an index of \(table) waited in vain for older transactions to end\(who)",
            remedy: "end those transactions, then run the same command again; what was built before stays and is used",
            detail: error.detail)
    }
}
