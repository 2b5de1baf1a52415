import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

/// Reads and converts everything and writes nothing: what an import would do.
struct DryRun {
    let source: any DatabaseConnection
    /// Nil where there is no such database yet.
    let target: (any DatabaseConnection)?
    let engine: MigrationEngine
    let settings: ImportSettings
    let needs: V1Target.Needs

    private static let page = 256

    func run(_ tables: [V1Table], _ report: V1ImportReport) throws -> V1ImportReport {
        var report = report
        let found = try target.map { try V1Target.look($0, engine: engine, for: needs) }
        if let target, let found {
            report.target = V1ImportReport.Place(
                dialect: target.dialect.kind, serverVersion: found.serverVersion,
                schema: target.dialect.schemaName)
        } else {
            report.target.serverVersion = ""
            report.target.schema = nil
        }
        for (index, table) in tables.enumerated() {
            do {
                try look(at: table, after: tables[..<index], found, &report.tables[index])
            } catch {
                let failure = MigrationError(reporting: error, table: table.name)
                guard failure.code != .interrupted else {
                    report.interrupted = true
                    break
                }
                report.tables[index].error = failure
                guard failure.code != .connectionLost else { break }
            }
        }
        report.warnKept()
        return report
    }

    private func look(
        at table: V1Table, after earlier: ArraySlice<V1Table>, _ target: V1Target?, _ report: inout V1TableReport
    ) throws {
        let watch = Stopwatch()
        let type = V1Target.type(for: table.kind)
        let reader = V1Reader(source, table, isStreaming: false)
        let work = try makeWork(type, target, earlier.filter { V1Target.type(for: $0.kind) == type })
        var tally = Tally()
        defer {
            tally.fill(&report)
            report.seconds = watch.seconds
        }
        engine.options.onEvent(.tableStarted(type, name: table.name))
        try reader.requireKey()
        let total = try reader.count()
        var last: SQLValue?
        var isDone = false
        while !isDone {
            try engine.options.interruption.checkpoint()
            let before = tally.read
            var writer = PageWriter(work, tally: tally, looksFirst: false)
            try reader.read(after: last, limit: Self.page) { key, row in
                try writer.add(row)
                last = key
                return !engine.options.interruption.isRequested
            }
            try writer.finish()
            tally = writer.tally
            isDone = tally.read == before
            engine.options.onEvent(
                .progress(
                    type, name: table.name, version: target?.version ?? .latest,
                    MigrationEvent.Progress(
                        done: tally.read, total: total, bytes: tally.bytes, elapsed: watch.elapsed)))
        }
    }

    private func makeWork(
        _ type: TableType, _ found: V1Target?, _ earlier: [V1Table]
    ) throws -> PageWriter.Work {
        let isLoose = target.map { $0.dialect.traits.has(.looseJSON) } ?? true
        var work = PageWriter.Work(
            conversion: V1Conversion(now: engine.options.clock.now, json: isLoose ? .python : .standard))
        work.isDryRun = true
        work.conversion.takesUserMemories =
            type == .sessions && (found?.takesUserMemories ?? needs.bringsUserMemories)
        work.overwrites = settings.overwrites
        if let target, let found {
            if type == .memories {
                work.memories = found.memories.map { MemoryWriter(target, $0) }
            } else {
                if found.takesUserMemories { work.memories = found.memories.map { MemoryWriter(target, $0) } }
                work.sessions = found.sessions.map {
                    SessionWriter(target, $0, runs: found.runs, isDouble: found.isDoublyEncoded, now: 0)
                }
            }
            if try Journal.hasMarkers(target) {
                work.markers = ImportMarkers(target, table: engine.names[type], now: 0)
            }
        }
        if type == .sessions {
            let readers = earlier.map { V1Reader(source, $0, isStreaming: false) }
            work.isElsewhere = { keys in try readers.reduce(into: []) { $0.formUnion(try $1.known(keys)) } }
        }
        return work
    }
}
