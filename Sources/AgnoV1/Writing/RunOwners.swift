import AgnoSchema
import Crypto
import DatabaseAccess
import SQLDialects

/// Which session has which run id, in a target whose sessions hold lists of runs: there no key tells.
///
/// The lists are read once, before the first session is written. It holds about 50 bytes per run.
final class RunOwners {
    private struct Digest: Hashable {
        let high: UInt64
        let low: UInt64

        init(_ text: String) {
            (high, low) = Insecure.MD5.hash(data: Array(text.utf8)).withUnsafeBytes {
                ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
        }
    }

    private var owners: [Digest: UInt64] = [:]
    /// Those of the open transaction.
    private var uncommitted: [Digest: UInt64] = [:]
    private var isRead = false

    /// Reads the lists of all sessions, in the first call only.
    ///
    /// - Parameter table: the quoted name.
    func read(_ table: String, _ connection: any DatabaseConnection) throws {
        guard !isRead else { return }
        owners = [:]
        try connection.forEachRow(SQLStatement("SELECT session_id, runs FROM \(table) WHERE runs IS NOT NULL")) { row in
            let owner = Digest(row[0].keyText).high
            for id in StoredRunList(row[1])?.runs.compactMap(\.id) ?? [] where owners[Digest(id)] == nil {
                owners[Digest(id)] = owner
            }
            return true
        }
        isRead = true
    }

    /// Whether another session has a run of this id.
    func isTaken(_ runID: String, for sessionID: String) -> Bool {
        let digest = Digest(runID)
        guard let owner = owners[digest] ?? uncommitted[digest] else { return false }
        return owner != Digest(sessionID).high
    }

    /// Notes the runs of a session that is written.
    func add(_ runIDs: [String], of sessionID: String) {
        let owner = Digest(sessionID).high
        for digest in runIDs.map(Digest.init) where uncommitted[digest] == nil { uncommitted[digest] = owner }
    }

    func commit() {
        owners.merge(uncommitted) { first, _ in first }
        uncommitted = [:]
    }

    func rollBack() { uncommitted = [:] }
}
