import AgnoSchema
import DatabaseAccess
import MigrationCore

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
        /// Why the memories of users inside of sessions are kept aside: the target refused one of them.
        var memoriesRefusal: ImportReason?
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

    /// The target has no table for memories of users, and a session has some.
    struct MemoriesTableMissing: Error {}

    /// Takes a row that the target refused.
    mutating func refuse(_ row: V1Row, refusedBy error: DatabaseError) throws {
        tally.read += 1
        tally.bytes += row.byteCount
        try refuse(row, ImportReason(error))
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
            tally.quarantine(part: part.path, of: key, because: part.reason.rawValue)
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
        try bringMemories(of: sorted.new + sorted.replaced, and: sorted.left)
        for session in sorted.kept where !session.value.memories.isEmpty {
            tally.note([.leftUserMemories: session.value.memories.count], in: session.row.key)
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
        if !work.isDryRun {
            try work.memories?.write(new: sorted.new.map(\.value), replacing: sorted.replaced.map(\.value))
        }
        try conclude(sorted, id: \.memoryID, parts: \.parts)
    }

    // MARK: Memories inside of sessions

    /// Writes the memories of users that sessions hold; of a memory in several sessions the newest one stays. Those of
    /// sessions that were left as they are were written with them, and are only looked at for what has no place.
    private mutating func bringMemories(
        of written: [Converted<V1Session>], and left: [Converted<V1Session>]
    ) throws {
        let sessions = (written + left).filter { !$0.value.memories.isEmpty }
        guard !sessions.isEmpty else { return }
        if work.memories == nil, !work.isDryRun {
            // What stays has no memory in a table that is not there.
            guard written.contains(where: { !$0.value.memories.isEmpty }) else { return }
            throw MemoriesTableMissing()
        }
        let count = written.count { !$0.value.memories.isEmpty }
        var existing = try work.memories?.existing(all: sessions.flatMap { $0.value.memories.map(\.memory.memoryID) })
        for (index, session) in sessions.enumerated() {
            var brought = 0
            for memory in session.value.memories {
                let isNews = index < count
                var refusal = try bring(memory.memory, isNews: isNews, among: &existing)
                if refusal == nil, !isNews, existing?.rows[memory.memory.memoryID] == nil {
                    // What only the server could refuse is in the quarantine since it did.
                    refusal = try work.quarantine?.reason(
                        forKeeping: memory.path, of: session.row.key, among: [.notStorable, .constraint])
                }
                if let reason = refusal {
                    let (key, reason) = (session.row.key, reason.rawValue)
                    try work.quarantine?.keep(memory.raw, at: memory.path, of: key, because: reason)
                    tally.quarantine(part: memory.path, of: key, because: reason)
                } else if isNews {
                    brought += 1
                }
            }
            if brought > 0 { tally.note([.broughtUserMemories: brought], in: session.row.key) }
        }
    }

    /// Brings one memory to its place; says why, where it has none.
    private func bring(
        _ memory: V1Memory, isNews: Bool, among existing: inout ExistingRows?
    ) throws -> ImportReason? {
        if let reason = work.memoriesRefusal { return reason }
        guard let writer = work.memories, existing != nil else { return nil }
        let id = memory.memoryID
        guard writer.fits(memory) else { return .idTooLong }
        guard existing?.alike.contains(id) != true else { return .idTaken }
        let found = existing?.rows[id]
        if let owner = found?.userID, owner != memory.userID { return .otherUser }
        let isNewer = memory.updatedAt.map { time in found?.updatedAt.map { $0 < time } ?? false } ?? false
        guard isNews, found == nil || isNewer else { return nil }
        if !work.isDryRun {
            if found != nil {
                try writer.replace(memory)
            } else if try !writer.add(memory) {
                return .idTaken
            }
        }
        existing?.rows[id] = ExistingRow(userID: memory.userID, updatedAt: memory.updatedAt)
        return nil
    }

    // MARK: Both

    /// Rows by what is to be done with them.
    private struct Sorted<Value> {
        var new: [Converted<Value>] = []
        var replaced: [Converted<Value>] = []
        var left: [Converted<Value>] = []
        /// Those of the rows that were left which are not what the target has.
        var kept: [Converted<Value>] = []
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
                sorted.kept.append(item)
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
        tally.kept += Int64(sorted.kept.count)
        for item in written + sorted.left { try keep(item.value[keyPath: parts], of: item.row.key) }
    }
}
