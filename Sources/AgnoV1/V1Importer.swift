import AgnoSchema
package import DatabaseAccess
import Logging
package import MigrationCore
import SQLDialects

/// Moves v1 tables into the tables of 2.x and 3.x; all functions run to their end on the caller's thread.
///
/// The v1 tables are read only. Rows go over in batches, each with its sessions, runs, marks and place in one transaction,
/// so that the same command goes on after a kill, and a second run changes nothing.
package struct V1Importer: Sendable {
    private let source: any DatabaseDriver
    private let target: (any DatabaseDriver)?
    private let engine: MigrationEngine
    private let settings: ImportSettings

    /// - Parameters:
    ///   - target: nil for a dry run into a file that does not exist yet.
    ///   - engine: knows the target's table names, and how a run behaves.
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

    /// Imports, or only looks.
    ///
    /// Where single tables fail the others go on; the report says which and why.
    package func run() throws(MigrationError) -> V1ImportReport {
        let watch = Stopwatch()
        return try engine.reporting {
            if let size = settings.batchSize, size < 1 {
                throw MigrationError(
                    .usage, "a batch has at least one row, not \(size)",
                    remedy: "leave --batch-size out; nothing was done")
            }
            var (report, tables, needs) = try source.withConnection(for: .read) { try look(for: settings.tables, $0) }
            if tables.isEmpty {
                let place = report.source.schema.map { " in schema \($0)" } ?? ""
                report.warnings.append("there is no table with the shape of a v1 table\(place); nothing was done")
            } else {
                report = try settings.isDryRun ? looked(at: tables, needs, report) : imported(tables, needs, report)
            }
            report.seconds = watch.seconds
            return report
        }
    }

    // MARK: Looking

    private func look(
        for wanted: V1Tables, _ connection: any DatabaseConnection
    ) throws -> (V1ImportReport, [V1Table], V1Target.Needs) {
        let tables = try V1Discovery(connection: connection).tables(wanted)
        try refuseClashes(tables)
        if wanted.isEmpty {
            for table in tables { options.onEvent(.note("found \(table.name): v1 \(table.kind.words)")) }
        }
        let dialect = connection.dialect
        let place = V1ImportReport.Place(
            dialect: dialect.kind, serverVersion: try dialect.serverVersion(using: connection),
            schema: dialect.schemaName)
        return (
            V1ImportReport(
                source: place,
                target: place,
                isDryRun: settings.isDryRun, tables: tables.map(Self.report), warnings: [], seconds: 0,
                interrupted: false
            ), tables,
            // Beside a table of memories, those inside of sessions are copies, some of memories that were deleted.
            V1Target.Needs(
                kinds: Set(tables.map(\.kind)),
                bringsUserMemories: try !tables.contains { $0.kind == .memories }
                    && !V1Discovery(connection: connection).hasMemories())
        )
    }

    private static func report(_ table: V1Table) -> V1TableReport {
        V1TableReport(
            table: table.name, kind: table.kind, read: 0, written: 0, alreadyThere: 0, quarantined: 0,
            quarantinedParts: 0, quarantinedRows: [], renamedRuns: 0, renamedRunRows: [], keptRows: 0, changes: [:],
            examples: [], seconds: 0)
    }

    /// A table cannot be read and be written under the same name.
    private func refuseClashes(_ tables: [V1Table]) throws {
        guard settings.isSamePlace else { return }
        let own = [engine.names.versions, Journal.table, Markers.table, Quarantine.table]
        let names = Set(TableType.allCases.map { engine.names[$0] } + own)
        guard let clash = tables.first(where: { names.contains($0.name) }) else { return }
        throw MigrationError(
            .usage, "\(clash.name) is a v1 table and has the name of a table to write into",
            remedy: "rename it, choose another name with --table-name, or another database with --to; nothing was done")
    }

    private func looked(
        at tables: [V1Table], _ needs: V1Target.Needs, _ report: V1ImportReport
    ) throws -> V1ImportReport {
        try reading(source) { source in
            guard let target else {
                return try DryRun(source: source, target: nil, engine: engine, settings: settings, needs: needs)
                    .run(tables, report)
            }
            return try target.withConnection(for: .read) { connection in
                try DryRun(source: source, target: connection, engine: engine, settings: settings, needs: needs)
                    .run(tables, report)
            }
        }
    }

    /// Opens a connection that only reads; it sees one moment, where the server can do that without keeping writers out.
    private func reading<Result>(
        _ driver: any DatabaseDriver, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try driver.withConnection(for: .read) { connection in
            let begin = connection.dialect.beginSnapshot
            guard !begin.isEmpty else { return try body(connection) }
            for statement in begin { try connection.execute(statement) }
            defer { _ = try? connection.execute("ROLLBACK") }
            return try body(connection)
        }
    }

    // MARK: Importing

    private func imported(
        _ tables: [V1Table], _ needs: V1Target.Needs, _ report: V1ImportReport
    ) throws -> V1ImportReport {
        guard let target else { throw MigrationError(.usage, "there is nothing to write into", remedy: "") }
        return try engine.withLock("import-v1") {
            try target.withConnection(for: .create) { connection in
                // Where only one can write, a second connection that reads would be in the way.
                if settings.isSamePlace, connection.dialect.beginSnapshot.isEmpty {
                    return try imported(tables, needs, from: connection, isShared: true, into: connection, report)
                }
                return try reading(source) {
                    try imported(tables, needs, from: $0, isShared: false, into: connection, report)
                }
            }
        }
    }

    private func imported(
        _ tables: [V1Table], _ needs: V1Target.Needs, from source: any DatabaseConnection, isShared: Bool,
        into connection: any DatabaseConnection, _ report: V1ImportReport
    ) throws -> V1ImportReport {
        var report = report
        let target = try V1Target.prepare(connection, engine: engine, for: needs)
        report.target = V1ImportReport.Place(
            dialect: connection.dialect.kind, serverVersion: target.serverVersion,
            schema: connection.dialect.schemaName)
        let journal = Journal(
            run: MigrationEngine.makeRunID(), command: TableImport.command, toolVersion: options.toolVersion,
            clock: options.clock)
        let lockRetry = LockRetry(connection: connection, options: options)
        try lockRetry.change(Journal.table) {
            try journal.prepare(
                connection, in: engine.context(connection), beside: target.sessions ?? target.memories)
        }
        try lockRetry.transaction(on: Journal.table) {
            try journal.append(.run(.started, target: target.version), to: connection)
        }
        for (index, table) in tables.enumerated() {
            let reader = V1Reader(source, table, isStreaming: !isShared)
            let work = TableImport(
                reader: reader, connection: connection, engine: engine, target: target, journal: journal,
                settings: settings)
            do {
                try work.run(&report.tables[index])
            } catch {
                let failure = MigrationError(reporting: error, table: table.name)
                options.logger.debug("import failed", metadata: ["detail": "\(failure.detail)"])
                guard failure.code != .interrupted else {
                    report.interrupted = true
                    break
                }
                report.tables[index].error = failure
                guard failure.code != .connectionLost else { break }
            }
        }
        report.warnKept()
        let outcome: JournalOutcome =
            report.interrupted ? .interrupted : report.tables.allSatisfy { $0.error == nil } ? .finished : .failed
        // A lost connection must not hide what the report says.
        try? journal.append(.run(outcome, target: target.version), to: connection)
        return report
    }
}

extension V1ImportReport {
    /// Says where the target's rows were left as they are.
    mutating func warnKept() {
        for table in tables where table.keptRows > 0 {
            warnings.append(
                "\(table.keptRows) rows of \(table.table) were not taken over: the target's are newer, or v1 does not say "
                    + "when it changed its own; --overwrite replaces them")
        }
    }
}
