import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Copies one table, batch after batch, and compares what is in both databases afterwards.
struct TableCopy {
    let task: CopyTask
    let source: CopySource
    /// nil in a dry run whose target has no such table.
    let target: CopyTarget?
    let isDryRun: Bool
    let version: SchemaVersion
    let options: EngineOptions

    private let pages: RowPages

    init(
        _ task: CopyTask, from source: CopySource, into target: CopyTarget?, isDryRun: Bool, version: SchemaVersion,
        options: EngineOptions
    ) {
        self.task = task
        self.source = source
        self.target = target
        self.isDryRun = isDryRun
        self.version = version
        self.options = options
        pages = RowPages(
            source.connection, table: task.source.name, columns: task.columns.map(\.name) + task.unplaced, key: task.key
        )
    }

    /// Copies the table. The report counts what was committed, also when this throws.
    ///
    /// - Throws: ``MigrationError``: `interrupted`, `not_verified` or what one of the servers refused.
    func run(_ report: inout CopiedTable) throws {
        let watch = Stopwatch()
        defer { report.seconds = watch.seconds }
        // Only names matter to a display; a table without a type goes with the sessions.
        let shownType = task.type ?? .sessions
        options.onEvent(.tableStarted(shownType, name: task.source.name))
        report.rows = try pages.count()
        try requireKeys()
        report.leftOut = try leftOut()
        let writer = target.map { CopyWriter($0.connection, task, options: options, isDryRun: isDryRun) }
        var read: Int64 = 0
        var bytes: Int64 = 0
        var refusedKeys: Set<[SQLValue]> = []
        try pages.forEachPage(sizer) { page in
            try options.interruption.checkpoint()
            let tally = try copy(page.rows, writer)
            report.add(tally)
            noteForProof(tally, among: page.rows)
            refusedKeys.formUnion(tally.refused.map(\.row.key))
            try target?.record(tally.refused.map { $0.1 }, of: task)
            read += Int64(page.rows.count)
            bytes += page.bytes
            options.onEvent(
                .progress(
                    shownType, name: task.source.name, version: version,
                    MigrationEvent.Progress(done: read, total: report.rows, bytes: bytes, elapsed: watch.elapsed)))
        }
        if !source.isSnapshot, try !source.isUntouched() { try findChanges(refusedKeys, &report) }
        try conclude(read, &report)
        try target?.conclude(report, of: task)
    }

    private var sizer: BatchSizer {
        let dialect = (target?.connection ?? source.connection).dialect
        return BatchSizer(batchBytes: min(options.batchBytes ?? dialect.batchBytes, 8 << 20))
    }

    /// Rows without a key have no place in the order in which rows are read.
    private func requireKeys() throws {
        let dialect = source.connection.dialect
        let nullable = task.key.filter { task.source.shape.column($0)?.isNullable ?? true }
        guard !nullable.isEmpty else { return }
        let isNull = nullable.map { "\(dialect.quote($0)) IS NULL" }.joined(separator: " OR ")
        let count =
            try source.connection.value(
                "SELECT COUNT(*) FROM \(dialect.table(task.source.name)) WHERE \(isNull)")?.int ?? 0
        guard count > 0 else { return }
        throw MigrationError(
            .notVerified,
            "\(task.source.name) has \(count) rows without a value of \(nullable.joined(separator: ", "))",
            remedy:
                "give these rows a key of their own or delete them, then run the same command again; none of the table's "
                + "rows was copied")
    }

    /// Converts the rows of a page and writes those that the target may have a place for.
    private func copy(_ rows: [SQLRow], _ writer: CopyWriter?) throws -> CopyWriter.Tally {
        var tally = CopyWriter.Tally()
        var converted: [ConvertedRow] = []
        for row in rows {
            switch convert(row) {
            case .success(let row): converted.append(row)
            case .failure(let refusal):
                let key = pages.key(of: row)
                let unplaced = ConvertedRow(key: key, values: [], keyText: Self.text(key))
                tally.refused.append((unplaced, RefusedRow(unplaced.keyText, refusal)))
            }
        }
        if let writer {
            tally += try writer.write(converted[...])
        } else {
            tally.copied += Int64(converted.count)
        }
        return tally
    }

    /// Lists the rows that were refused.
    private func noteForProof(_ tally: CopyWriter.Tally, among rows: [SQLRow]) {
        guard let proof = options.proof, !tally.refused.isEmpty else { return }
        let keys = Set(tally.refused.map(\.row.keyText))
        let refused = rows.filter { keys.contains(Self.text(pages.key(of: $0))) }
        proof.note("refused", .gone, task.proofSubject, refused.map { Array($0.prefix(task.columns.count)) })
    }

    private func convert(_ row: SQLRow) -> Result<ConvertedRow, CopiedColumn.Refusal> {
        for (name, value) in zip(task.unplaced, row[task.columns.count...]) where !value.isNull {
            return .failure(CopiedColumn.Refusal(column: name, reason: .noColumn))
        }
        var values: SQLRow = []
        for (column, value) in zip(task.columns, row) {
            switch column.converted(value) {
            case .success(let value): values.append(value)
            case .failure(let refusal): return .failure(refusal)
            }
        }
        let key = pages.key(of: row)
        return .success(
            ConvertedRow(key: task.keyPositions.map { values[$0] }, values: values, keyText: Self.text(key)))
    }

    private static func text(_ key: [SQLValue]) -> String { key.map(\.keyText).joined(separator: ", ") }

    // MARK: Afterwards

    /// The application's columns of the source that have values.
    private func leftOut() throws -> [LeftOutColumn] {
        let dialect = source.connection.dialect
        return try task.leftOut.compactMap { name in
            let count = try source.connection.value(
                "SELECT COUNT(\(dialect.quote(name))) FROM \(dialect.table(task.source.name))")?.int
            let isBackup = task.type == .sessions && name == "runs"
            return count.flatMap { $0 == 0 ? nil : LeftOutColumn(name: name, rows: $0, isBackup: isBackup) }
        }
    }

    /// Reads the source once more, for rows that another program wrote since they were copied.
    private func findChanges(_ refused: Set<[SQLValue]>, _ report: inout CopiedTable) throws {
        guard let target, !isDryRun else { return }
        let stored = StoredCopies(target.connection, task)
        report.rows = try pages.count()
        try pages.forEachPage(sizer) { page in
            try options.interruption.checkpoint()
            let rows = page.rows.compactMap { try? convert($0).get() }.filter { !refused.contains($0.key) }
            let found = try stored.find(rows[...])
            for row in rows {
                if let copy = found[row.key], stored.difference(of: row, from: copy) == nil { continue }
                report.changed += 1
                if report.changedRows.count < 100 { report.changedRows.append(row.keyText) }
            }
        }
    }

    /// Compares the counts: every row of the source is there, refused, or changed meanwhile.
    private func conclude(_ read: Int64, _ report: inout CopiedTable) throws {
        let placed = report.copied + report.alreadyThere
        if let target, !isDryRun {
            let there = try StoredCopies(target.connection, task).count()
            report.onlyInTarget = max(0, there - placed - report.differing)
            guard there >= placed else {
                throw MigrationError(
                    .notVerified, "\(task.name) has \(there) rows after \(placed) were copied or found there",
                    remedy: "find what deletes rows in the target, then run the same command again")
            }
        }
        guard placed + report.refused == read, !source.isSnapshot || read == report.rows else {
            throw MigrationError(
                .notVerified,
                "\(task.source.name) has \(report.rows) rows, but \(read) were read and "
                    + "\(placed + report.refused) are accounted for",
                remedy: "report this as a bug; the source is unchanged")
        }
        let isComplete = report.refused == 0 && report.changed == 0
        report.outcome = !isComplete ? .incomplete : isDryRun ? .wouldCopy : .copied
    }
}

extension CopiedTable {
    fileprivate mutating func add(_ tally: CopyWriter.Tally) {
        copied += tally.copied
        alreadyThere += tally.alreadyThere
        refused += Int64(tally.refused.count)
        differing += Int64(tally.refused.count { $0.1.reason == CopyRefusal.differs.rawValue })
        refusedRows += tally.refused.prefix(max(0, 100 - refusedRows.count)).map { $0.1 }
    }
}
