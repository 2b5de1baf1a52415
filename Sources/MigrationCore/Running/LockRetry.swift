import AgnoSchema
package import DatabaseAccess
import SQLDialects

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Transactions beside a running application: a lock is waited for briefly and asked for again, so that whoever queues
/// behind this program never queues for long. On giving up it says who is in the way.
package struct LockRetry {
    let connection: any DatabaseConnection
    let options: EngineOptions

    package init(connection: any DatabaseConnection, options: EngineOptions) {
        self.connection = connection
        self.options = options
    }

    /// How often a transaction is tried.
    private var attempts: Int { options.lockAttempts }

    /// Runs the body in a transaction; a body that is kept out is rolled back and run again from its beginning.
    package func transaction<Result>(
        on table: String, beginning: [String]? = nil, _ body: () throws -> Result
    ) throws -> Result {
        try attempt(on: table) { try connection.transaction(beginning: beginning, body) }
    }

    /// Runs a body that changes a structure: in a transaction where the server can take the change back.
    package func change<Result>(_ table: String, _ body: () throws -> Result) throws -> Result {
        connection.dialect.hasTransactionalDDL
            ? try transaction(on: table, body) : try attempt(on: table, body)
    }

    /// Runs something that does nothing when it is kept out, again and again until it is not.
    func attempt<Result>(on table: String, _ body: () throws -> Result) throws -> Result {
        var attempt = 1
        while true {
            do {
                return try body()
            } catch let error as DatabaseError where error.condition == .busy {
                guard connection.dialect.blockers(ofTable: table) != nil else { throw error }
                guard attempt < attempts else { throw blocked(error, table) }
            }
            try options.interruption.checkpoint()
            // Between a tenth and half a second, longer each time, and never in step with anybody else.
            let longest = min(200_000 + attempt * 60_000, 1_000_000)
            usleep(UInt32.random(in: 100_000...UInt32(longest)))
            attempt += 1
        }
    }

    private func blocked(_ error: DatabaseError, _ table: String) -> any Error {
        guard let query = connection.dialect.blockers(ofTable: table) else { return error }
        let holders = ((try? connection.rows(query)) ?? []).compactMap { $0.first?.string }
        let who = holders.isEmpty ? "" : ": " + holders.joined(separator: "; ")
        return MigrationError(
            .busy, "other sessions kept \(table) locked through \(attempts) attempts\(who)",
            remedy: "end that transaction, then run the same command again; nothing was changed", detail: error.detail)
    }
}
