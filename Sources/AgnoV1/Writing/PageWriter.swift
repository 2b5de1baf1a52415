import AgnoSchema
import DatabaseAccess
import MigrationCore

/// Converts the rows of a page and writes each into the target or the quarantine.
struct PageWriter {
    private let context: PageContext
    private let looksFirst: Bool
    private(set) var tally: Tally
    private var queue: ConversionQueue
    private var sessions: WaitingRows<Converted<V1Session>>
    private var memories: WaitingRows<Converted<V1Memory>>

    init(_ context: PageContext, tally: Tally, looksFirst: Bool) {
        self.context = context
        self.looksFirst = looksFirst
        self.tally = tally
        queue = ConversionQueue(context.conversion)
        sessions = WaitingRows(limit: context.sessions?.limit ?? 1, bytes: context.sessions?.byteLimit ?? 0)
        memories = WaitingRows(limit: context.memories?.limit ?? 1, bytes: context.memories?.byteLimit ?? 0)
    }

    /// Converts and writes a row, perhaps only with later ones; see ``finish()``.
    mutating func add(_ row: V1Row) throws {
        queue.add(row)
        while queue.isFull, let item = queue.popFirst() { try write(item) }
    }

    private mutating func write(_ item: ConversionQueue.Item) throws {
        let (row, bytes) = (item.row, item.bytes)
        tally.read += 1
        tally.bytes += bytes
        switch item.outcome {
        case .refused(let reason): try refuse(row, because: reason.rawValue)
        case .session(let session):
            tally.note(session.changes, in: row.key)
            guard context.sessions?.fits(session) ?? true else { return try refuse(row, .idTooLong) }
            if sessions.isFull(for: bytes) { try flushSessions() }
            sessions.add(Converted(value: session, row: row, fingerprint: item.fingerprint), bytes: bytes)
        case .memory(let memory):
            tally.note(memory.changes, in: row.key)
            guard context.memories?.fits(memory) ?? true else { return try refuse(row, .idTooLong) }
            if memories.isFull(for: bytes) { try flushMemories() }
            memories.add(Converted(value: memory, row: row, fingerprint: item.fingerprint), bytes: bytes)
        }
    }

    /// Writes the rows that are still waiting.
    mutating func finish() throws {
        while let item = queue.popFirst() { try write(item) }
        try flushSessions()
        try flushMemories()
    }

    /// Quarantines a row that the target refused.
    mutating func refuse(_ row: V1Row, refusedBy error: DatabaseError) throws {
        tally.read += 1
        tally.bytes += row.byteCount
        try refuse(row, ImportReason(error))
    }

    /// Counts a row that is known to be in the target.
    mutating func skip() {
        tally.read += 1
        tally.alreadyThere += 1
    }

    private mutating func refuse(_ row: V1Row, _ reason: ImportReason) throws {
        try refuse(row, because: reason.rawValue)
    }

    private mutating func refuse(_ row: V1Row, because reason: String) throws {
        try context.quarantine?.keep(row, because: reason)
        tally.quarantine(row.key, because: reason)
    }

    private mutating func keep(_ parts: [V1Part], of key: String) throws {
        for part in parts {
            try context.quarantine?.keep(part, of: key)
            tally.quarantine(part: part.path, of: key, because: part.reason.rawValue)
        }
    }

    // MARK: Sessions

    private mutating func flushSessions() throws {
        let items = sessions.take()
        guard !items.isEmpty else { return }
        let ids = items.map(\.value.sessionID)
        let existing = try context.sessions?.existing(ids) ?? ExistingRows()
        let elsewhere = try context.isElsewhere(ids)
        var sorted = try sort(
            items, existing: existing, id: \.sessionID,
            incoming: {
                IncomingRow(
                    sessionType: $0.value.sessionType.rawValue, userID: $0.value.userID, updatedAt: $0.value.updatedAt,
                    fingerprint: $0.fingerprint)
            },
            isTaken: { elsewhere.contains($0) })
        sorted.replaced = try unite(sorted.replaced, existing, winner: .v1)
        sorted.kept = try unite(sorted.kept, existing, winner: .target)
        sorted.left += sorted.kept
        if !context.isDryRun, let writer = context.sessions {
            // The conversion has renamed duplicates within a session.
            let duplicates = (sorted.new + sorted.replaced).flatMap { item in
                item.value.renamedRuns.map {
                    QuarantinedRow(key: item.row.key, position: $0, reason: RunWriter.duplicate)
                }
            }
            try note(duplicates + (try writer.write(new: sorted.new, looksFirst: looksFirst)))
        }
        try bringMemories(of: sorted.new + sorted.replaced, and: sorted.left)
        for session in sorted.kept where !session.value.memories.isEmpty {
            tally.note([.leftUserMemories: session.value.memories.count], in: session.row.key)
        }
        try conclude(sorted, id: \.sessionID, parts: \.parts)
    }

    /// Unites sessions with those that the target has; returns those that were not refused.
    private mutating func unite(
        _ items: [Converted<V1Session>], _ existing: ExistingRows, winner: Winner
    ) throws -> [Converted<V1Session>] {
        var united: [Converted<V1Session>] = []
        for item in items {
            guard let writer = context.sessions, let row = existing.rows[item.value.sessionID] else { continue }
            guard let runs = try writer.unite(item.value, with: row, winner: winner, writes: !context.isDryRun) else {
                try refuse(item.row, .unreadableList)
                continue
            }
            if !context.isDryRun { try note(runs.renamed) }
            tally.keptRuns += Int64(runs.kept)
            if winner == .target { tally.addedRuns += Int64(runs.added) }
            united.append(item)
        }
        return united
    }

    private mutating func note(_ renamed: [QuarantinedRow]) throws {
        tally.rename(renamed)
        try context.quarantine?.note(renamed)
    }

    // MARK: Memories

    private mutating func flushMemories() throws {
        let items = memories.take()
        guard !items.isEmpty else { return }
        let existing = try context.memories?.existing(items.map(\.value.memoryID)) ?? ExistingRows()
        var sorted = try sort(
            items, existing: existing, id: \.memoryID,
            incoming: {
                IncomingRow(userID: $0.value.userID, updatedAt: $0.value.updatedAt, fingerprint: $0.fingerprint)
            })
        if !context.isDryRun {
            try context.memories?.write(new: sorted.new.map(\.value), replacing: sorted.replaced.map(\.value))
        }
        sorted.left += sorted.kept
        try conclude(sorted, id: \.memoryID, parts: \.parts)
    }

    // MARK: Memories inside sessions

    /// Writes the user memories that sessions hold; of a memory in several sessions the newest one is kept. Memories of
    /// sessions that are left unchanged were written with them, and are only checked for those that the target refused.
    private mutating func bringMemories(
        of written: [Converted<V1Session>], and left: [Converted<V1Session>]
    ) throws {
        let sessions = (written + left).filter { !$0.value.memories.isEmpty }
        guard !sessions.isEmpty else { return }
        if context.memories == nil, !context.isDryRun {
            // Unchanged sessions have no memories in a table that does not exist.
            guard written.contains(where: { !$0.value.memories.isEmpty }) else { return }
            throw RetryReason.memoriesTableMissing
        }
        let count = written.count { !$0.value.memories.isEmpty }
        var existing = try context.memories?.existing(
            all: sessions.flatMap { $0.value.memories.map(\.memory.memoryID) })
        for (index, session) in sessions.enumerated() {
            var brought = 0
            for memory in session.value.memories {
                let isNew = index < count
                var refusal = try bring(memory.memory, isNew: isNew, among: &existing)
                if refusal == nil, !isNew, existing?.rows[memory.memory.memoryID] == nil {
                    // What the server refused before is in quarantine.
                    refusal = try context.quarantine?.reason(
                        forKeeping: memory.path, of: session.row.key, among: [.notStorable, .constraint])
                }
                if let reason = refusal {
                    let (key, reason) = (session.row.key, reason.rawValue)
                    try context.quarantine?.keep(memory.raw, at: memory.path, of: key, because: reason)
                    tally.quarantine(part: memory.path, of: key, because: reason)
                } else if isNew {
                    brought += 1
                }
            }
            if brought > 0 { tally.note([.broughtUserMemories: brought], in: session.row.key) }
        }
    }

    /// Writes one memory; returns the reason if it has no place in the target.
    private func bring(
        _ memory: V1Memory, isNew: Bool, among existing: inout ExistingRows?
    ) throws -> ImportReason? {
        if let reason = context.memoriesRefusal { return reason }
        guard let writer = context.memories, existing != nil else { return nil }
        let id = memory.memoryID
        guard writer.fits(memory) else { return .idTooLong }
        guard existing?.alike.contains(id) != true else { return .idTaken }
        let found = existing?.rows[id]
        if let owner = found?.userID, SQLValue(owner) != SQLValue(memory.userID) { return .otherUser }
        let isNewer = memory.updatedAt.map { time in found?.updatedAt.map { $0 < time } ?? false } ?? false
        guard isNew, found == nil || isNewer else { return nil }
        if !context.isDryRun {
            if found != nil {
                try writer.replace(memory)
            } else if try !writer.add(memory) {
                return .idTaken
            }
        }
        existing?.rows[id] = ExistingRow(userID: memory.userID, updatedAt: memory.updatedAt)
        return nil
    }

    // MARK: Conflicts

    /// Rows by the resolution of their conflict.
    private struct SortedRows<Value> {
        var new: [Converted<Value>] = []
        var replaced: [Converted<Value>] = []
        var left: [Converted<Value>] = []
        /// Those that differ from the target's.
        var kept: [Converted<Value>] = []
    }

    private mutating func sort<Value>(
        _ items: [Converted<Value>], existing: ExistingRows, id: KeyPath<Value, String>,
        incoming: (Converted<Value>) -> IncomingRow, isTaken: (ExactText) -> Bool = { _ in false }
    ) throws -> SortedRows<Value> {
        let imported = try context.markers?.fingerprints(of: existing.rows.keys) ?? [:]
        var sorted = SortedRows<Value>()
        var seen: Set<ExactText> = []
        for item in items {
            let key = ExactText(item.value[keyPath: id])
            guard seen.insert(key).inserted, !isTaken(key), !existing.alike.contains(key) else {
                try refuse(item.row, .idTaken)
                continue
            }
            guard let found = existing.rows[key] else {
                sorted.new.append(item)
                continue
            }
            switch ConflictResolution(
                incoming(item), meets: found, imported: imported[key], overwrites: context.overwrites)
            {
            case .same: sorted.left.append(item)
            case .kept: sorted.kept.append(item)
            case .replaced: sorted.replaced.append(item)
            case .refused(let reason): try refuse(item.row, reason)
            }
        }
        return sorted
    }

    private mutating func conclude<Value>(
        _ sorted: SortedRows<Value>, id: KeyPath<Value, String>, parts: KeyPath<Value, [V1Part]>
    ) throws {
        let written = sorted.new + sorted.replaced
        if !context.isDryRun {
            try context.markers?.set(written.map { ($0.value[keyPath: id], $0.fingerprint) })
        }
        tally.written += Int64(written.count)
        tally.alreadyThere += Int64(sorted.left.count)
        tally.kept += Int64(sorted.kept.count)
        for item in written + sorted.left { try keep(item.value[keyPath: parts], of: item.row.key) }
    }
}
