import AgnoSchema
import DatabaseAccess
import SQLDialects

/// The database that is read.
struct CopySource {
    let connection: any DatabaseConnection
    /// Whether all that is read is of one moment.
    let isSnapshot: Bool
    private let baseline: MoveBaseline

    init(_ connection: any DatabaseConnection, isSnapshot: Bool) throws {
        self.connection = connection
        self.isSnapshot = isSnapshot
        baseline = try MoveBaseline(on: connection)
    }

    /// Whether the server tells of other programs' writes.
    var tellsWriters: Bool { connection.dialect.foreignCommits != nil }

    /// Whether no other program has written anything since the copy began, as far as the server tells.
    func isUntouched() throws -> Bool { try baseline.isUntouched(connection) }
}

/// The database that receives the rows.
struct CopyTarget {
    let connection: any DatabaseConnection
    private let engine: MigrationEngine
    private let version: SchemaVersion
    /// nil in a dry run.
    private let journal: Journal?
    /// The tables that existed before, by name.
    private let existing: Set<ExactText>
    /// The text of each stamp by table name.
    private let stamps: [ExactText: String]

    private var options: EngineOptions { engine.options }

    /// Inspects the target; writes nothing.
    ///
    /// - Throws: `not_verified`, `drift`, `not_an_agno_table`, `row_level_security` if a table of the target is not as the
    ///   source's version has it, `newer_database`.
    init(
        _ connection: any DatabaseConnection, for plan: CopyPlan, version: SchemaVersion, engine: MigrationEngine,
        isDryRun: Bool
    ) throws {
        self.connection = connection
        self.engine = engine
        self.version = version
        journal =
            isDryRun
            ? nil
            : Journal(
                run: engine.options.runID ?? MigrationEngine.makeRunID(), command: DatabaseCopier.command,
                toolVersion: engine.options.toolVersion, clock: engine.options.clock)
        let state = try DatabaseState.look(connection, names: engine.names, store: engine.store)
        try engine.refuseNewer(state)
        let context = engine.context(connection)
        try CopyOrigin.requireOwnTables(state, context)
        var existing: Set<ExactText> = []
        for type in TableType.allCases {
            guard let snapshot = state.snapshots[type] else { continue }
            existing.insert(ExactText(engine.names[type]))
            guard let planned = plan.tables.first(where: { $0.name == engine.names[type] }) else { continue }
            let isUnfinished = try !connection.dialect.missingIndexes(
                of: planned.shape, named: planned.name, using: connection
            ).isEmpty
            try Self.require(
                version, of: type, snapshot, stamp: state.stamp(of: type, names: engine.names), isUnfinished, context)
        }
        for table in plan.tables where !existing.contains(table.name) {
            guard let snapshot = try connection.snapshot(ofTable: table.name) else { continue }
            existing.insert(ExactText(table.name))
            let missing = table.shape.columns.filter { snapshot.shape.column($0.name) == nil }.map(\.name)
            guard missing.isEmpty else {
                throw Self.differs(snapshot.name, "it has no column \(missing.joined(separator: ", "))")
            }
        }
        self.existing = existing
        stamps = state.stamps
    }

    /// Requires that a table is one of the version.
    ///
    /// - Parameter isUnfinished: whether it lacks indexes after a kill, which are made then.
    private static func require(
        _ version: SchemaVersion, of type: TableType, _ snapshot: TableSnapshot, stamp: SchemaVersion?,
        _ isUnfinished: Bool, _ context: SchemaContext
    ) throws {
        if let stamp, type.isStamped, stamp != version {
            throw MigrationError(
                .notVerified, "\(snapshot.name) of the target is stamped \(stamp), the source is at \(version)",
                remedy: "migrate one of them, or copy to an empty database or schema. Nothing was copied.")
        }
        let comparison = Comparison(of: snapshot.shape, type: type, at: version, in: context)
        let differences = comparison.mismatches.filter { mismatch in
            if isUnfinished, case .addIndex? = mismatch.repair { false } else { true }
        }
        guard differences.isEmpty else { throw differs(snapshot.name, CopyOrigin.list(differences.map(\.text))) }
    }

    private static func differs(_ table: String, _ difference: String) -> MigrationError {
        MigrationError(
            .drift, "\(table) of the target is not a table of the source's version: \(difference)",
            remedy: "run agno-migrate up on the target, or copy to an empty database or schema. Nothing was copied.")
    }

    func has(_ task: CopyTask) -> Bool { existing.contains(task.name) }

    /// Creates and stamps the tables that the target lacks, as Agno makes them.
    func prepare(_ plan: CopyPlan) throws {
        guard let journal else { return }
        let context = engine.context(connection)
        let retry = LockRetry(connection: connection, options: options)
        try retry.change(plan.tables.first?.name ?? Journal.table) {
            for table in plan.tables {
                try connection.makeTable(table.shape, named: table.name) { $0.create(table.shape, named: table.name) }
            }
            // A stamp that is there is one of the version, and keeps its time.
            let stamped = plan.tables.filter { $0.stamp != nil && stamps[$0.name] == nil }
            if !stamped.isEmpty { try engine.store.prepare(connection, in: context, beside: nil) }
            for table in stamped {
                guard let stamp = table.stamp else { continue }
                try engine.store.write(stamp, for: table.name, on: connection, in: context)
            }
        }
        let names = [TableType.sessions: engine.names[.sessions]]
        let sessions = try connection.dialect.snapshots(of: names, using: connection)[.sessions]
        try retry.change(Journal.table) { try journal.prepare(connection, in: context, beside: sessions) }
        try append([.run(.started, target: version)])
    }

    // MARK: Journal

    /// Records rows that are not in the target.
    func record(_ rows: [RefusedRow], of task: CopyTask) throws {
        guard let journal, !rows.isEmpty else { return }
        try transaction {
            for row in rows {
                // Not every server has a place for U+0000.
                let key = String(String.UnicodeScalarView(row.key.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
                let isKnown = try Journal.isQuarantined(
                    key, at: nil, because: row.reason, table: task.name, on: connection)
                guard !isKnown else { continue }
                try journal.append(
                    .notCopied(key, because: row.reason, of: task.name, type: task.type, version: version),
                    to: connection)
            }
        }
    }

    /// Records the end of a table's copy.
    func conclude(_ report: CopiedTable, of task: CopyTask) throws {
        try append([
            .copied(report.copied, seconds: report.seconds, of: task.name, type: task.type, version: version)
        ])
    }

    /// Records the end of the run.
    func conclude(_ outcome: JournalOutcome) throws { try append([.run(outcome, target: version)]) }

    private func append(_ entries: [Journal.Entry]) throws {
        guard let journal else { return }
        try transaction { for entry in entries { try journal.append(entry, to: connection) } }
    }

    private func transaction(_ body: () throws -> Void) throws {
        try LockRetry(connection: connection, options: options).transaction(on: Journal.table, body)
    }
}
