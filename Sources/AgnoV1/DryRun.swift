import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

/// Reads and converts every row and writes nothing: reports what an import would do.
struct DryRun {
    let source: any DatabaseConnection
    /// Nil if the target database does not exist yet.
    let target: (any DatabaseConnection)?
    let engine: MigrationEngine
    let settings: ImportSettings
    let needs: V1Target.Needs

    private static let pageSize = 256

    /// Fills the report with what an import of these tables would do.
    func run(_ tables: [V1Table], _ report: inout V1ImportReport) throws {
        let found = try target.map { try V1Target.look($0, engine: engine, for: needs) }
        if let target, let found {
            report.target = V1ImportReport.Place(target, serverVersion: found.serverVersion)
        } else {
            report.target.serverVersion = ""
            report.target.schema = nil
        }
        report.forEachTable(tables, options: engine.options) { index, report in
            try look(at: tables[index], after: tables[..<index], found, &report)
        }
    }

    private func look(
        at table: V1Table, after earlier: ArraySlice<V1Table>, _ target: V1Target?, _ report: inout V1TableReport
    ) throws {
        let watch = Stopwatch()
        let type = V1Target.type(for: table.kind)
        let reader = V1Reader(source, table, isStreaming: false)
        let context = try makeContext(type, target, earlier.filter { V1Target.type(for: $0.kind) == type })
        var tally = Tally()
        defer {
            tally.fill(&report)
            report.seconds = watch.seconds
        }
        engine.options.onEvent(.tableStarted(type, name: table.name))
        try reader.requireKey()
        let total = try reader.count()
        var lastKey: SQLValue?
        var isDone = false
        while !isDone {
            try engine.options.interruption.checkpoint()
            let before = tally.read
            var writer = PageWriter(context, tally: tally, looksFirst: false)
            try reader.read(after: lastKey, limit: Self.pageSize) { key, row in
                try writer.add(row)
                lastKey = key
                return !engine.options.interruption.isRequested
            }
            try writer.finish()
            tally = writer.tally
            isDone = tally.read == before
            engine.options.onEvent(
                tally.progressEvent(type, table, target?.version ?? .latest, total: total, elapsed: watch.elapsed))
        }
    }

    private func makeContext(_ type: TableType, _ found: V1Target?, _ earlier: [V1Table]) throws -> PageContext {
        let now = engine.options.clock.now
        var context = PageContext(conversion: V1Conversion(now: now, json: .python), overwrites: settings.overwrites)
        if let target, let found {
            context = found.pageContext(for: type, target, settings: settings, now: now)
            if try Markers.exist(target) {
                context.markers = ImportMarkers(target, table: engine.names[type], now: now)
            }
        } else {
            context.conversion.takesUserMemories = type == .sessions && needs.bringsUserMemories
        }
        context.isDryRun = true
        if type == .sessions {
            let readers = earlier.map { V1Reader(source, $0, isStreaming: false) }
            context.isElsewhere = { keys in try readers.reduce(into: []) { $0.formUnion(try $1.known(keys)) } }
        }
        return context
    }
}
