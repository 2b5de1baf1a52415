import AgnoSchema
import DatabaseAccess
import MigrationEngine

/// Converts the rows of a page and brings each to where it belongs: into the target, or into the quarantine.
struct PageWriter {
    /// What the pages of one v1 table have in common.
    struct Work {
        var conversion: V1Conversion
        /// The target's tables; nil where there are none yet, and nothing is written.
        var sessions: SessionWriter?
        var memories: MemoryWriter?
        var markers: ImportMarkers?
        var quarantine: Quarantine?
        var overwrites = false
        /// Only counts.
        var isDryRun = false
        /// Which of some session ids an earlier table of the same import has; asked by a dry run, which writes nothing
        /// that a later table could meet.
        var isElsewhere: ([String]) throws -> Set<String> = { _ in [] }
    }

    private let work: Work
    private let looksFirst: Bool
    private(set) var tally: Tally
    private var queue: ConversionQueue
    private var sessions: WaitingRows<Converted<V1Session>>
    private var memories: WaitingRows<Converted<V1Memory>>

    init(_ work: Work, tally: Tally, looksFirst: Bool) {
        self.work = work
        self.looksFirst = looksFirst
        self.tally = tally
        queue = ConversionQueue(work.conversion)
        sessions = WaitingRows(limit: work.sessions?.limit ?? 1)
        memories = WaitingRows(limit: work.memories?.limit ?? 1)
    }

    /// Takes a row that was read.
    mutating func add(_ row: V1Row) throws {
        queue.add(row)
        while queue.isFull, let item = queue.popFirst() { try place(item) }
    }

    private mutating func place(_ item: ConversionQueue.Item) throws {
        let (row, bytes) = (item.row, item.bytes)
        tally.read += 1
        tally.bytes += bytes
        switch item.outcome {
        case .refused(let reason): try refuse(row, because: reason.rawValue)
        case .session(let session):
            tally.note(session.changes, in: row.key)
            guard work.sessions?.fits(session) ?? true else { return try refuse(row, .idTooLong) }
            if sessions.isFull(for: bytes) { try flushSessions() }
            sessions.add(Converted(value: session, row: row, fingerprint: item.fingerprint), bytes: bytes)
        case .memory(let memory):
            tally.note(memory.changes, in: row.key)
            guard work.memories?.fits(memory) ?? true else { return try refuse(row, .idTooLong) }
            if memories.isFull(for: bytes) { try flushMemories() }
            memories.add(Converted(value: memory, row: row, fingerprint: item.fingerprint), bytes: bytes)
        }
    }

    /// Brings what still waits to its place.
    mutating func finish() throws {
        while let item = queue.popFirst() { try place(item) }
        try flushSessions()
        try flushMemories()
    }

    /// Takes a row that the target refused.
    mutating func refuse(_ row: V1Row, refusedBy error: DatabaseError) throws {
        tally.read += 1
        tally.bytes += row.byteCount
        try refuse(row, error.condition == .constraint ? .constraint : .notStorable)
    }

    /// Takes a row of which it is known that it is there.
    mutating func passOver() {
        tally.read += 1
        tally.alreadyThere += 1
    }

    private mutating func refuse(_ row: V1Row, _ reason: ImportReason) throws {
        try refuse(row, because: reason.rawValue)
    }

    private mutating func refuse(_ row: V1Row, because reason: String) throws {
        try work.quarantine?.keep(row, because: reason)
        tally.quarantine(row.key, because: reason)
    }

    private mutating func keep(_ parts: [V1Part], of key: String) throws {
        for part in parts {
            try work.quarantine?.keep(part, of: key)
            tally.quarantine(part, of: key)
        }
    }

    // MARK: Sessions

    private mutating func flushSessions() throws {
        let items = sessions.take()
        guard !items.isEmpty else { return }
        let ids = items.map(\.value.sessionID)
        let existing = try work.sessions?.existing(ids) ?? ExistingRows()
        let elsewhere = try work.isElsewhere(ids)
        let sorted = try sort(
            items, existing: existing, id: \.sessionID,
            incoming: {
                IncomingRow(
                    sessionType: $0.value.sessionType.rawValue, userID: $0.value.userID, updatedAt: $0.value.updatedAt,
                    fingerprint: $0.fingerprint)
            },
            isTaken: { elsewhere.contains($0) })
        if !work.isDryRun, let writer = work.sessions {
            // Within their session the conversion has told runs of one id apart.
            let told = (sorted.new + sorted.replaced).flatMap { item in
                item.value.renamedRuns.map {
                    QuarantinedRow(key: item.row.key, position: $0, reason: RunWriter.duplicate)
                }
            }
            let renamed =
                told + (try writer.write(new: sorted.new, replacing: sorted.replaced, looksFirst: looksFirst))
            tally.rename(renamed)
            try work.quarantine?.note(renamed)
        }
        try conclude(sorted, id: \.sessionID, parts: \.parts)
    }

    // MARK: Memories

    private mutating func flushMemories() throws {
        let items = memories.take()
        guard !items.isEmpty else { return }
        let existing = try work.memories?.existing(items.map(\.value.memoryID)) ?? ExistingRows()
        let sorted = try sort(
            items, existing: existing, id: \.memoryID,
            incoming: {
                IncomingRow(userID: $0.value.userID, updatedAt: $0.value.updatedAt, fingerprint: $0.fingerprint)
            })
        if !work.isDryRun { try work.memories?.write(new: sorted.new, replacing: sorted.replaced) }
        try conclude(sorted, id: \.memoryID, parts: \.parts)
    }

    // MARK: Both

    /// Rows by what is to be done with them.
    private struct Sorted<Value> {
        var new: [Converted<Value>] = []
        var replaced: [Converted<Value>] = []
        var left: [Converted<Value>] = []
    }

    private mutating func sort<Value>(
        _ items: [Converted<Value>], existing: ExistingRows, id: KeyPath<Value, String>,
        incoming: (Converted<Value>) -> IncomingRow, isTaken: (String) -> Bool = { _ in false }
    ) throws -> Sorted<Value> {
        let imported = try work.markers?.fingerprints(of: Array(existing.rows.keys)) ?? [:]
        var sorted = Sorted<Value>()
        var seen: Set<String> = []
        for item in items {
            let key = item.value[keyPath: id]
            guard seen.insert(key).inserted, !isTaken(key), !existing.alike.contains(key) else {
                try refuse(item.row, .idTaken)
                continue
            }
            guard let found = existing.rows[key] else {
                sorted.new.append(item)
                continue
            }
            switch Encounter(
                incoming(item), meets: found, imported: imported[key], overwrites: work.overwrites)
            {
            case .same: sorted.left.append(item)
            case .kept:
                sorted.left.append(item)
                tally.kept += 1
            case .replaced: sorted.replaced.append(item)
            case .refused(let reason): try refuse(item.row, reason)
            }
        }
        return sorted
    }

    private mutating func conclude<Value>(
        _ sorted: Sorted<Value>, id: KeyPath<Value, String>, parts: KeyPath<Value, [V1Part]>
    ) throws {
        let written = sorted.new + sorted.replaced
        if !work.isDryRun {
            try work.markers?.set(written.map { ($0.value[keyPath: id], $0.fingerprint) })
        }
        tally.written += Int64(written.count)
        tally.alreadyThere += Int64(sorted.left.count)
        for item in written + sorted.left { try keep(item.value[keyPath: parts], of: item.row.key) }
    }
}
