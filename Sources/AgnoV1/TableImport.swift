import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

/// Brings one v1 table into the target, in batches: each commits with its place, so that a run that was killed goes on.
struct TableImport {
    static let command = "import-v1"

    let reader: V1Reader
    let connection: any DatabaseConnection
    let engine: MigrationEngine
    let target: V1Target
    let journal: Journal
    let settings: ImportSettings

    /// How far it is.
    private struct State {
        var last: SQLValue?
        var tally = Tally()
        /// The table for memories of users, which may be made on the way.
        var memories: TableSnapshot?
    }

    private var table: V1Table { reader.table }
    private var options: EngineOptions { engine.options }
    private var type: TableType { V1Target.type(for: table.kind) }
    private var targetName: String { engine.names[type] }
    private var lockRetry: LockRetry { LockRetry(connection: connection, options: options) }

    /// How the journal and the quarantine call the table: never by the bare name of one of the target's own.
    private var label: String { settings.label(of: table) }

    /// Imports the table; what was committed is in the report, also where it throws.
    func run(_ report: inout V1TableReport) throws {
        let watch = Stopwatch()
        var state = State(memories: target.memories)
        defer {
            state.tally.fill(&report)
            report.seconds = watch.seconds
        }
        options.onEvent(.tableStarted(type, name: table.name))
        try reader.requireKey()
        let total = try reader.count()
        func tell(_ tally: Tally) {
            options.onEvent(
                .progress(
                    type, name: table.name, version: target.version,
                    MigrationEvent.Progress(
                        done: tally.read, total: total, bytes: tally.bytes, elapsed: watch.elapsed)))
        }
        if let end = try resumePoint() { try passOver(through: end, &state, tell) }
        try importAll(&state, tell)
        try verify(state.tally, total: total)
        try journal.append(
            .init(
                event: "imported", outcome: "finished", type: type, table: label, version: target.version,
                rows: state.tally.written, seconds: watch.seconds), to: connection)
    }

    /// Nothing is claimed that does not add up.
    private func verify(_ tally: Tally, total: Int64) throws {
        let placed = tally.written + tally.alreadyThere + tally.quarantined
        let seesOneMoment = reader.isStreaming && !reader.connection.dialect.beginSnapshot.isEmpty
        guard tally.read == placed, !seesOneMoment || tally.read == total else {
            throw MigrationError(
                .notVerified,
                "\(table.name) has \(total) rows; \(tally.read) were read and \(placed) of them are accounted for",
                remedy: "the v1 table is as it was; report this")
        }
    }

    private func importAll(_ state: inout State, _ tell: (Tally) -> Void) throws {
        var pace = Pace(batchBytes: min(options.batchBytes, 16 << 20), most: settings.batchSize ?? .max)
        var isDone = false
        while !isDone {
            try options.interruption.checkpoint()
            let before = state
            let limit = pace.rows
            isDone = try batch(&state, keys: { try reader.keys(after: $0, limit: limit) }) { state, writer in
                try importPage(&state, &writer, limit: limit, bytes: pace.mostBytes)
            }
            pace.learn(rows: state.tally.read - before.tally.read, bytes: state.tally.bytes - before.tally.bytes)
            tell(state.tally)
        }
    }

    /// Reads and writes up to so many rows; true when there are no more.
    private func importPage(
        _ state: inout State, _ writer: inout PageWriter, limit: Int, bytes most: Int64
    ) throws -> Bool {
        var count = 0
        var bytes: Int64 = 0
        var isStopped = false
        try reader.read(after: state.last, limit: limit) { key, row in
            try writer.add(row)
            state.last = key
            count += 1
            bytes += row.byteCount
            isStopped = bytes >= most || options.interruption.isRequested
            return !isStopped
        }
        return count < limit && !isStopped
    }

    // MARK: Batches

    /// Runs a body in one transaction that also notes how far it came. Where the target refuses something, the rows of
    /// these keys go one by one, and the one that is refused is kept in the quarantine.
    private func batch(
        _ state: inout State, keys: (SQLValue?) throws -> [SQLValue],
        _ body: (inout State, inout PageWriter) throws -> Bool
    ) throws -> Bool {
        let before = state
        do {
            return try attempt(&state, body)
        } catch let error as DatabaseError where error.isAboutARow {
            let page = try keys(before.last)
            for key in page { try single(key, &state) }
            return page.isEmpty
        }
    }

    /// The same transaction until its outer circumstances are right; the state is as before when it throws.
    private func attempt(
        _ state: inout State, keepingMemories memoriesRefusal: ImportReason? = nil,
        _ body: (inout State, inout PageWriter) throws -> Bool
    ) throws -> Bool {
        var before = state
        var looksFirst = false
        while true {
            do {
                return try lockRetry.transaction(on: targetName) {
                    state = before
                    var writer = try makeWriter(state, looksFirst: looksFirst, memoriesRefusal)
                    let isDone = try body(&state, &writer)
                    try writer.finish()
                    state.tally = writer.tally
                    try noteProgress(state, since: before)
                    return isDone
                }
            } catch is RunWriter.IDsTaken where !looksFirst {
                looksFirst = true
            } catch is PageWriter.MemoriesTableMissing {
                before.memories = try V1Target.madeMemories(connection, engine: engine)
            } catch is Quarantine.TableMissing {
                try lockRetry.change(Quarantine.table) {
                    try Quarantine.makeTable(connection, in: engine.context(connection))
                }
            } catch {
                state = before
                throw error
            }
        }
    }

    /// One row in a transaction of its own.
    private func single(_ key: SQLValue, _ state: inout State) throws {
        try options.interruption.checkpoint()
        func attempt(refusedBy refusal: DatabaseError? = nil, keepingMemories reason: ImportReason? = nil) throws {
            _ = try self.attempt(&state, keepingMemories: reason) { state, writer in
                state.last = key
                guard let row = try reader.row(key) else { return false }
                if let refusal { try writer.refuse(row, refusedBy: refusal) } else { try writer.add(row) }
                return false
            }
        }
        do { try attempt() } catch let error as DatabaseError where error.isAboutARow {
            guard target.takesUserMemories else { return try attempt(refusedBy: error) }
            // Perhaps it is a memory of a user that stands in the session, which need not keep the session out.
            do { try attempt(keepingMemories: ImportReason(error)) } catch let error as DatabaseError
                where error.isAboutARow
            {
                try attempt(refusedBy: error)
            }
        }
    }

    private func makeWriter(
        _ state: State, looksFirst: Bool, _ memoriesRefusal: ImportReason?
    ) throws -> PageWriter {
        let dialect = connection.dialect
        let now = options.clock.now
        let isDouble = target.isDoublyEncoded
        var work = PageWriter.Work(
            conversion: V1Conversion(now: now, json: dialect.traits.has(.looseJSON) ? .python : .standard))
        switch type {
        case .memories: work.memories = state.memories.map { MemoryWriter(connection, $0) }
        default:
            work.sessions = target.sessions.map {
                SessionWriter(connection, $0, runs: target.runs, isDouble: isDouble, now: now)
            }
        }
        work.markers = ImportMarkers(connection, table: targetName, now: now)
        work.quarantine = try makeQuarantine()
        work.overwrites = settings.overwrites
        if type == .sessions, target.takesUserMemories {
            work.conversion.takesUserMemories = true
            work.memoriesRefusal = memoriesRefusal
            work.memories = state.memories.map { MemoryWriter(connection, $0) }
        }
        return PageWriter(work, tally: state.tally, looksFirst: looksFirst)
    }

    private func makeQuarantine() throws -> Quarantine {
        try Quarantine(
            connection, journal: journal, clock: options.clock, label: label, type: type, version: target.version)
    }

    // MARK: Going on

    private func noteProgress(_ state: State, since before: State) throws {
        // Where nothing was written there is nothing to go on from.
        guard let last = state.last, state.tally.written > before.tally.written else { return }
        try journal.append(
            .init(
                event: "checkpoint", outcome: "written", type: type, table: label, version: target.version,
                rows: state.tally.written - before.tally.written, key: last.keyText), to: connection)
    }

    /// Where an import of this table that did not come to its end has been; nil where there was none.
    private func resumePoint() throws -> SQLValue? {
        guard type == .sessions else { return nil }
        let dialect = connection.dialect
        let journal = dialect.table(Journal.table)
        let finished =
            "SELECT COALESCE(MAX(id), 0) FROM \(journal) WHERE event = 'imported' AND table_name = \(dialect.placeholder(1))"
        return try connection.value(
            "SELECT row_key FROM \(journal) WHERE event = 'checkpoint' AND table_name = \(dialect.placeholder(2)) "
                + "AND id > (\(finished)) ORDER BY id DESC LIMIT 1", [.text(label), .text(label)])
    }

    /// Goes over what a run that was killed has written, without reading conversations that have not changed since.
    private func passOver(through end: SQLValue, _ state: inout State, _ tell: (Tally) -> Void) throws {
        var isDone = false
        while !isDone {
            try options.interruption.checkpoint()
            let page: (SQLValue?) throws -> [V1Reader.Head] = { try reader.heads(after: $0, through: end, limit: 256) }
            isDone = try batch(&state, keys: { try page($0).map(\.key) }) { state, writer in
                let heads = try page(state.last)
                let settled = try self.settled(heads)
                for head in heads {
                    if settled.contains(head.key) {
                        writer.passOver()
                    } else if let row = try reader.row(head.key) {
                        try writer.add(row)
                    }
                    state.last = head.key
                }
                return heads.isEmpty
            }
            tell(state.tally)
        }
        // A new page begins after it, also where the table's times cannot be read.
    }

    /// The sessions that are in the target as v1 has them, as far as times and marks tell. A time that is as old as its
    /// mark proves nothing: v1 counts whole seconds.
    private func settled(_ heads: [V1Reader.Head]) throws -> Set<SQLValue> {
        guard let sessions = target.sessions, !heads.isEmpty else { return [] }
        let dialect = connection.dialect
        let keys = heads.map(\.key.keyText)
        let places = keys.indices.map { dialect.placeholder($0 + 2) }.joined(separator: ", ")
        let rows = try connection.rows(
            SQLStatement(
                "SELECT s.session_id, s.updated_at, m.moved_at FROM \(dialect.table(sessions.name)) s "
                    + "JOIN \(dialect.table(Journal.markers)) m ON m.row_key = s.session_id "
                    + "WHERE m.table_name = \(dialect.placeholder(1)) AND s.session_id IN (\(places))",
                [.text(ImportMarkers.name(of: targetName))] + keys.map(SQLValue.text)))
        let found = Dictionary(rows.map { ($0[0], (updatedAt: $0[1].int, markedAt: $0[2].int ?? 0)) }) { first, _ in
            first
        }
        let kept = try makeQuarantine().known(keys)
        return Set(
            heads.filter { head in
                guard let there = found[head.key], !kept.contains(head.key.keyText) else { return false }
                guard there.updatedAt == head.updatedAt.int, let time = head.updatedAt.int ?? head.createdAt.int else {
                    return false
                }
                return time < there.markedAt - 2
            }.map(\.key))
    }
}

extension ImportSettings {
    /// How the journal and the quarantine call a v1 table.
    func label(of table: V1Table) -> String {
        let schema = isSamePlace ? "" : sourceSchema.map { "\($0)." } ?? ""
        let label = "v1:\(schema)\(table.name)" + (sourceName.map { "@\($0)" } ?? "")
        // As many characters as the journal has for it.
        return FittedName(limit: 128, size: { $0.unicodeScalars.count }).fitted(label, table: table.name)
    }
}

extension DatabaseError {
    /// Whether it is the fault of some row, and the others may go on.
    var isAboutARow: Bool { condition == .constraint || condition == .notStorable }
}

/// How many rows the next batch takes, after what the last one weighed.
private struct Pace {
    private let batchBytes: Int64
    private let most: Int
    private(set) var rows: Int

    init(batchBytes: Int64, most: Int) {
        self.batchBytes = batchBytes
        self.most = most
        rows = min(most, 64)
    }

    /// A batch of large rows ends before its number is reached.
    var mostBytes: Int64 { batchBytes * 2 }

    mutating func learn(rows read: Int64, bytes: Int64) {
        guard read > 0, bytes > 0 else { return }
        let fitting = Int(min(batchBytes * read / bytes, 4096))
        rows = min(most, max(1, min(fitting, rows * 4)))
    }
}
