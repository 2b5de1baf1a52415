import AgnoSchema
package import DatabaseAccess
import Logging
package import MigrationCore
import SQLDialects

/// Imports v1 tables into the tables of 2.x and 3.x; every function blocks the caller's thread until it is done.
///
/// The v1 tables are only read. Rows are written in batches; each commits its sessions, runs, markers and resume key in one
/// transaction, so that the same command resumes after a kill, and a second run changes nothing.
package struct V1Importer: Sendable {
    private let source: any DatabaseDriver
    private let target: (any DatabaseDriver)?
    private let engine: MigrationEngine
    private let settings: ImportSettings

    /// - Parameters:
    ///   - target: nil for a dry run into a file that does not exist yet.
    ///   - engine: the target's table names and the options of the run.
    package init(
        from source: any DatabaseDriver, into target: (any DatabaseDriver)?, engine: MigrationEngine,
        settings: ImportSettings
    ) {
        self.source = source
        self.target = target
        self.engine = engine
        self.settings = settings
    }

    private var options: EngineOptions { engine.options }

    /// Imports the tables, or reports what an import would do.
    ///
    /// A table that fails does not stop the others; its error is in the report.
    ///
    /// - Throws: `usage` for an invalid batch size or table, `lock_timeout` and what concerns the target as a whole.
    package func run() throws(MigrationError) -> V1ImportReport {
        let watch = Stopwatch()
        return try engine.reporting {
            if let size = settings.batchSize, size < 1 {
                throw MigrationError(
                    .usage, "--batch-size must be 1 or greater (got \(size))",
                    remedy: "omit --batch-size for batches of a few megabytes. Nothing was imported.")
            }
            var (report, tables, needs) = try source.withConnection(for: .read) { try look(for: settings.tables, $0) }
            if tables.isEmpty {
                let schema = report.source.schema.map { " in schema \($0)" } ?? ""
                report.warnings.append("no tables of Agno 1.x or phidata 2.x found\(schema); nothing was imported")
            } else if settings.isDryRun {
                try dryRun(tables, needs, &report)
            } else {
                try importTables(tables, needs, &report)
            }
            report.seconds = watch.seconds
            return report
        }
    }

    // MARK: Dry run

    private func look(
        for wanted: V1Tables, _ connection: any DatabaseConnection
    ) throws -> (V1ImportReport, [V1Table], V1Target.Needs) {
        let tables = try V1Discovery(connection: connection).tables(wanted)
        try refuseClashes(tables)
        if wanted.isEmpty {
            for table in tables { options.onEvent(.note("found \(table.name): v1 \(table.kind.displayText)")) }
        }
        let source = V1ImportReport.Place(
            connection, serverVersion: connection.dialect.serverVersion)
        return (
            V1ImportReport(
                source: source, target: source, isDryRun: settings.isDryRun, tables: tables.map(Self.report),
                warnings: [], seconds: 0, interrupted: false), tables,
            // If there is a memories table, those inside sessions are copies, some of them of deleted memories.
            V1Target.Needs(
                kinds: Set(tables.filter { $0.refusal == nil }.map(\.kind)),
                bringsUserMemories: try !tables.contains { $0.kind == .memories && $0.refusal == nil }
                    && !V1Discovery(connection: connection).hasMemories())
        )
    }

    private static func report(_ table: V1Table) -> V1TableReport {
        V1TableReport(
            table: table.name, kind: table.kind, read: 0, written: 0, alreadyThere: 0, quarantined: 0,
            quarantinedParts: 0, quarantinedRows: [], renamedRuns: 0, renamedRunRows: [], keptRows: 0, keptRuns: 0,
            addedRuns: 0,
            changes: [:], examples: [], seconds: 0)
    }

    /// Refuses a v1 table with the name of a table that the import or a migration writes.
    private func refuseClashes(_ tables: [V1Table]) throws {
        guard settings.isSamePlace else { return }
        let own = [engine.names.versions, Journal.table, Markers.table, Quarantine.table]
        let names = Set(exact: TableType.allCases.map { engine.names[$0] } + own)
        guard let clash = tables.first(where: { names.contains($0.name) }) else { return }
        throw MigrationError(
            .usage, "\(clash.name) is a v1 table, but the target uses this name",
            remedy:
                "rename it, choose another target name with --table-name or another database with --to. Nothing was imported."
        )
    }

    private func dryRun(_ tables: [V1Table], _ needs: V1Target.Needs, _ report: inout V1ImportReport) throws {
        func run(_ source: any DatabaseConnection, _ target: (any DatabaseConnection)?) throws {
            try DryRun(source: source, target: target, engine: engine, settings: settings, needs: needs)
                .run(tables, &report)
        }
        try reading(source) { source in
            guard let target else { return try run(source, nil) }
            try target.withConnection(for: .read) { try run(source, $0) }
        }
    }

    /// Opens a connection for reading, in a snapshot if the server can hold one without blocking writers.
    private func reading(_ driver: any DatabaseDriver, _ body: (any DatabaseConnection) throws -> Void) throws {
        try driver.withConnection(for: .read) { connection in
            let begin = connection.dialect.beginSnapshot
            guard !begin.isEmpty else { return try body(connection) }
            for statement in begin { try connection.execute(statement) }
            defer { _ = try? connection.execute("ROLLBACK") }
            try body(connection)
        }
    }

    // MARK: Import

    private func importTables(_ tables: [V1Table], _ needs: V1Target.Needs, _ report: inout V1ImportReport) throws {
        guard let target else {
            throw MigrationError(.usage, "the import has no target database", remedy: "name one with --to")
        }
        try engine.withLock(TableImport.command) {
            try target.withConnection(for: .create) { connection in
                // If only one connection can write, a second one that reads would block it.
                if settings.isSamePlace, connection.dialect.beginSnapshot.isEmpty {
                    return try importTables(tables, needs, from: connection, isShared: true, into: connection, &report)
                }
                try reading(source) {
                    try importTables(tables, needs, from: $0, isShared: false, into: connection, &report)
                }
            }
        }
    }

    private func importTables(
        _ tables: [V1Table], _ needs: V1Target.Needs, from source: any DatabaseConnection, isShared: Bool,
        into connection: any DatabaseConnection, _ report: inout V1ImportReport
    ) throws {
        if options.makesProof { try engine.beginProof(engine.proofState(connection)) }
        let target = try V1Target.prepare(connection, engine: engine, for: needs)
        report.target = V1ImportReport.Place(connection, serverVersion: target.serverVersion)
        let journal = Journal(
            run: MigrationEngine.makeRunID(), command: TableImport.command, toolVersion: options.toolVersion,
            clock: options.clock)
        let lockRetry = LockRetry(connection: connection, options: options)
        try lockRetry.change(Journal.table) {
            try journal.prepare(
                connection, in: engine.context(connection), beside: target.sessions ?? target.memories,
                and: target.memories.map { [$0] } ?? [])
        }
        try lockRetry.transaction(on: Journal.table) {
            try journal.append(.run(.started, target: target.version), to: connection)
        }
        report.forEachTable(tables, options: options) { index, report in
            let reader = V1Reader(source, tables[index], isStreaming: !isShared)
            let tableImport = TableImport(
                reader: reader, connection: connection, engine: engine, target: target, journal: journal,
                settings: settings)
            try tableImport.run(&report)
        }
        if options.makesProof, !report.interrupted {
            report.attach(
                Result { [report] in
                    var proof = engine.proof(
                        of: TableImport.command, in: report.target, after: try engine.proofState(connection))
                    proof?.target = target.version
                    proof?.run = journal.runID
                    try proof?.add(tables, report, engine, source)
                    return proof
                })
        }
        let outcome: JournalOutcome =
            report.interrupted ? .interrupted : report.tables.allSatisfy { $0.error == nil } ? .finished : .failed
        // A lost connection must not hide what the report says.
        try? journal.append(.run(outcome, target: target.version), to: connection)
    }
}

extension V1ImportReport: ProvableReport {}

extension Proof {
    /// Adds what was read of v1, and what became of its rows.
    fileprivate mutating func add(
        _ tables: [V1Table], _ report: V1ImportReport, _ engine: MigrationEngine, _ connection: any DatabaseConnection
    ) throws {
        source = ProofPlace(report.source)
        for (table, result) in zip(tables, report.tables) {
            let columns = try engine.proofColumns(
                of: table.name, key: table.keyColumn, columns: table.columns, on: connection)
            imported.append(
                ImportedTable(
                    name: table.name, read: result.read, written: result.written, alreadyThere: result.alreadyThere,
                    quarantined: result.quarantined, columns: columns))
            quarantined += result.quarantinedRows.map { row in
                let place = row.part.map { "\(row.key): \($0)" } ?? row.key
                return ProofQuarantine(table: table.name, key: place, position: nil, reason: row.reason)
            }
            if let error = result.error { reasons.append("\(table.name) was not imported: \(error.message)") }
        }
        conclude()
    }
}

extension V1ImportReport {
    /// Runs the body for each table and puts its error into the table's report. An interruption or a lost connection ends
    /// the loop.
    mutating func forEachTable(
        _ v1Tables: [V1Table], options: EngineOptions, _ body: (Int, inout V1TableReport) throws -> Void
    ) {
        for (index, table) in v1Tables.enumerated() {
            do {
                try body(index, &tables[index])
            } catch {
                let failure = MigrationError(reporting: error, table: table.name)
                options.logger.debug("import failed", metadata: ["detail": "\(failure.detail)"])
                guard failure.code != .interrupted else {
                    interrupted = true
                    break
                }
                tables[index].error = failure
                guard failure.code != .connectionLost else { break }
            }
        }
        for table in tables where table.keptRows > 0 {
            warnings.append(
                "\(table.keptRows) rows of \(table.table) did not replace the target's: those are newer, or v1 has no time of "
                    + "change for its own; --overwrite replaces them")
        }
    }
}

extension V1ImportReport.Place {
    init(_ connection: any DatabaseConnection, serverVersion: String) {
        let dialect = connection.dialect
        self.init(dialect: dialect.kind, serverVersion: serverVersion, schema: dialect.schemaName)
    }
}
