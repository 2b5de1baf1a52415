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

/// Transactions beside a running application: each attempt waits for a lock only briefly, so that sessions that queue
/// behind this program never queue for long. The error after the last attempt names the holders of the lock.
package struct LockRetry {
    let connection: any DatabaseConnection
    let options: EngineOptions
    /// The state after the last attempt, as the end of the error's remedy.
    let whatRemains: String

    /// - Parameter whatRemains: a clause; pass ``committed(_:_:)`` where parts of the work are committed before.
    package init(
        connection: any DatabaseConnection, options: EngineOptions, whatRemains: String = "nothing was changed"
    ) {
        self.connection = connection
        self.options = options
        self.whatRemains = whatRemains
    }

    /// What remains of work that commits in batches: how many rows the batches of this run have committed.
    package static func committed(_ count: Int64, _ rows: String) -> String {
        "batches committed earlier stay (\(count) \(rows)), and the run resumes after them"
    }

    /// The number of attempts.
    private var attempts: Int { options.lockAttempts ?? connection.dialect.lockAttempts }

    /// Runs the body in a transaction; if another session holds a lock, it is rolled back and run again from its
    /// beginning.
    ///
    /// - Throws: `MigrationError` with the code `busy` after the last attempt.
    package func transaction<Result>(
        on table: String, beginning: [String]? = nil, _ body: () throws -> Result
    ) throws -> Result {
        try attempt(on: table) { try connection.transaction(beginning: beginning, body) }
    }

    /// Runs a body that changes a structure: in a transaction if the server can roll the change back.
    package func change<Result>(_ table: String, _ body: () throws -> Result) throws -> Result {
        connection.dialect.hasTransactionalDDL
            ? try transaction(on: table, body) : try attempt(on: table, body)
    }

    /// Runs statements in a transaction that locks the table first, under a lock that is asked for briefly and often.
    func execute(_ statements: [SQLStatement], locking table: String, against access: TableAccess) throws {
        guard !statements.isEmpty else { return }
        let locks = connection.dialect.lock(table: table, against: access)
        try transaction(on: table) {
            for statement in locks + statements { try connection.execute(statement) }
        }
    }

    /// Runs a body that changes nothing when it fails on a lock, until it succeeds or the attempts are used up.
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
            pause(after: attempt)
            attempt += 1
        }
    }

    /// Waits at least a tenth of a second; at most a quarter after the first attempt, up to one second after later ones.
    /// Random, so that two programs do not retry in step.
    func pause(after attempt: Int) {
        let longest = min(200_000 + attempt * 60_000, 1_000_000)
        usleep(UInt32.random(in: 100_000...UInt32(longest)))
    }

    private func blocked(_ error: DatabaseError, _ table: String) -> any Error {
        guard let query = connection.dialect.blockers(ofTable: table) else { return error }
        let holders = ((try? connection.rows(query)) ?? []).compactMap { $0.first?.string }
        let who = holders.isEmpty ? "" : "; it is held by " + holders.joined(separator: "; ")
        return MigrationError(
            .busy, "could not lock \(table) after \(attempts) attempts\(who)",
            remedy: "end that transaction, then run the same command again; \(whatRemains)", detail: error.detail)
    }
}
