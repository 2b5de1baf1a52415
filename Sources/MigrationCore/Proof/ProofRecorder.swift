import AgnoSchema
import SQLDialects
import Synchronization

/// Collects what a proof of one run says: the state before, what the run puts elsewhere, the state after.
package final class ProofRecorder: Sendable {
    private struct Record {
        var before: ProofState?
        var planDigest: String?
        var run: String?
        var movements: [MovementKey: (gone: SetDigest, made: SetDigest)] = [:]
        var reasons: [String] = []
    }

    private struct MovementKey: Hashable {
        var kind: String
        var table: String
        /// nil: the rows.
        var column: String?
    }

    private let record = Mutex(Record())
    private let startedAt: Int64

    init(at now: Int64) { startedAt = now }

    /// What a movement does to a row.
    enum Side { case gone, made }

    /// Records the state before the first statement; later calls are ignored.
    func begin(_ state: ProofState, plan digest: String?) {
        record.withLock { record in
            guard record.before == nil else { return }
            (record.before, record.planDigest) = (state, digest)
        }
    }

    var hasBegun: Bool { record.withLock { $0.before != nil } }

    func note(run: String) { record.withLock { $0.run = run } }

    /// Records why the run proves nothing.
    func deny(_ reason: String) {
        record.withLock { record in
            if !record.reasons.contains(reason) { record.reasons.append(reason) }
        }
    }

    /// Records rows of a table that are taken out of it or put into it.
    func note(
        _ kind: String, _ side: Side, _ type: TableType, _ snapshot: TableSnapshot, _ traits: DatabaseTraits,
        columns: [String], _ rows: [SQLRow]
    ) {
        var subject = ProofSubject(type, snapshot, traits)
        subject.hasRuns = false
        let kinds = Dictionary(subject.columns.map { (ExactText($0.name), $0.kind) }) { first, _ in first }
        subject.columns = columns.map { ($0, kinds[ExactText($0)] ?? .plain) }
        note(kind, side, subject, rows)
    }

    /// The same for rows of the subject's columns.
    func note(_ kind: String, _ side: Side, _ subject: ProofSubject, _ rows: [SQLRow]) {
        guard !rows.isEmpty else { return }
        var digests = RowDigests(subject)
        var count = SetDigest()
        for row in rows {
            digests.insert(row)
            count.insert(ItemHasher.row)
        }
        record.withLock { record in
            let entries = digests.columns.map { (Optional($0.name), $0.values) } + [(nil, count)]
            for (column, digest) in entries where digest.count > 0 {
                let key = MovementKey(kind: kind, table: subject.type, column: column)
                var movement = record.movements[key] ?? (SetDigest(), SetDigest())
                switch side {
                case .gone: movement.gone += digest
                case .made: movement.made += digest
                }
                record.movements[key] = movement
            }
        }
    }

    /// The proof, or the document that says why it is none.
    func proof(
        of command: String, toolVersion: String, at now: Int64, in database: ReportPlace, after: ProofState
    ) -> Proof {
        let record = record.withLock { $0 }
        var proof = Proof(
            toolVersion: toolVersion, command: command, startedAt: startedAt, finishedAt: now,
            database: ProofPlace(database),
            before: record.before ?? after, after: after)
        proof.run = record.run
        proof.planDigest = record.planDigest
        proof.elsewhere = record.movements.map { key, movement in
            ProofMovement(
                kind: key.kind, table: key.table, column: key.column, gone: movement.gone, made: movement.made)
        }.sorted { ($0.table, $0.kind, $0.column ?? "") < ($1.table, $1.kind, $1.column ?? "") }
        proof.reasons = record.reasons
        return proof
    }
}

extension Proof {
    /// Decides whether the document is a proof.
    package mutating func conclude() {
        reasons += ProofBalance(self).differences()
        proved = reasons.isEmpty
    }
}
