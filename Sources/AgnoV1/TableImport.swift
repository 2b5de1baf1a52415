import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

/// Imports one v1 table into the target in batches. Each batch commits together with its resume key, so that the next run
/// resumes after a kill.
struct TableImport {
    static let command = "import-v1"

    let reader: V1Reader
    let connection: any DatabaseConnection
    let engine: MigrationEngine
    let target: V1Target
    let journal: Journal
    let settings: ImportSettings

    /// How far the import has come.
    struct Progress {
        var lastKey: SQLValue?
        var tally = Tally()
        /// The table for user memories, which the import may create on the way.
        var memories: TableSnapshot?
    }

    var table: V1Table { reader.table }
    var options: EngineOptions { engine.options }
    var type: TableType { V1Target.type(for: table.kind) }
    var targetName: String { engine.names[type] }

    /// The table's name in the journal and the quarantine; never the bare name of one of the target's own tables.
    var label: String { settings.label(of: table) }
    var subject: JournalSubject { JournalSubject(type, table: label, version: target.version) }

    /// - Parameter rows: how many are committed.
    func lockRetry(after rows: Int64) -> LockRetry {
        LockRetry(connection: connection, options: options, whatRemains: LockRetry.committed(rows, "rows"))
    }

    /// Imports the table. The report counts what was committed, also when this throws.
    ///
    /// - Throws: ``MigrationError``: `duplicate_values`, `interrupted`, `not_verified` or what the server refused.
    func run(_ report: inout V1TableReport) throws {
        let watch = Stopwatch()
        var progress = Progress(memories: target.memories)
        defer {
            progress.tally.fill(&report)
            report.seconds = watch.seconds
        }
        options.onEvent(.tableStarted(type, name: table.name))
        try reader.requireKey()
        let total = try reader.count()
        func reportProgress(_ tally: Tally) {
            options.onEvent(tally.progressEvent(type, table, target.version, total: total, elapsed: watch.elapsed))
        }
        if let resumeKey = try resumeKey() { try skip(through: resumeKey, &progress, reportProgress) }
        try importAll(&progress, reportProgress)
        try verify(progress.tally, total: total)
        try journal.append(.imported(progress.tally.written, seconds: watch.seconds, of: subject), to: connection)
    }

    /// Compares the counts: every row that was read is written, present or in quarantine.
    private func verify(_ tally: Tally, total: Int64) throws {
        let placed = tally.written + tally.alreadyThere + tally.quarantined
        let readsSnapshot = reader.isStreaming && !reader.connection.dialect.beginSnapshot.isEmpty
        guard tally.read == placed, !readsSnapshot || tally.read == total else {
            throw MigrationError(
                .notVerified,
                "\(table.name) has \(total) rows, but \(tally.read) were read and \(placed) are accounted for",
                remedy: "report this as a bug; the v1 table is unchanged")
        }
    }

    private func importAll(_ progress: inout Progress, _ reportProgress: (Tally) -> Void) throws {
        var sizer = BatchSizer(
            batchBytes: min(options.batchBytes ?? connection.dialect.batchBytes, 16 << 20),
            rowLimit: settings.batchSize ?? .max)
        var isDone = false
        while !isDone {
            try options.interruption.checkpoint()
            let before = progress.tally
            let limit = sizer.rows
            isDone = try batch(&progress, keys: { try reader.keys(after: $0, limit: limit) }) { progress, writer in
                try importPage(&progress, &writer, limit: limit, byteLimit: sizer.byteLimit)
            }
            sizer.learn(rows: progress.tally.read - before.read, bytes: progress.tally.bytes - before.bytes)
            reportProgress(progress.tally)
        }
    }

    /// Reads and writes one page; true if it was the last one.
    private func importPage(
        _ progress: inout Progress, _ writer: inout PageWriter, limit: Int, byteLimit: Int64
    ) throws -> Bool {
        var count = 0
        var bytes: Int64 = 0
        var isStopped = false
        try reader.read(after: progress.lastKey, limit: limit) { key, row in
            try writer.add(row)
            progress.lastKey = key
            count += 1
            bytes += row.byteCount
            isStopped = bytes >= byteLimit || options.interruption.isRequested
            return !isStopped
        }
        return count < limit && !isStopped
    }
}

extension ImportSettings {
    /// The name of a v1 table in the journal and the quarantine.
    func label(of table: V1Table) -> String {
        let schema = isSamePlace ? "" : sourceSchema.map { "\($0)." } ?? ""
        let label = "v1:\(schema)\(table.name)" + (sourceName.map { "@\($0)" } ?? "")
        // The journal's column has 128 characters.
        return FittedName(limit: 128, size: { $0.unicodeScalars.count }).fitted(label, table: table.name)
    }
}
