import AgnoMigrate
import LosslessJSON
import ReportJSON

extension MigrationReport: CommandResult {
    var serverKind: DatabaseKind? { dialect }
    var verdict: ExitVerdict { ExitVerdict(of: self) }
    var heading: String { "\(Heading.server(dialect, serverVersion, schema)), \(direction.rawValue) to \(target)" }

    var problems: [MigrationError] {
        tables.flatMap { table in
            table.steps.compactMap { step in
                step.error?.prefixed("\(table.name) \(step.version) \(step.outcome.rawValue)")
            }
        }
    }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        let present = tables.filter { $0.outcome != .absent }
        let absent = tables.filter { $0.outcome == .absent }.map(\.name)
        var table = TextTable("TABLE", "FROM", "TO", "OUTCOME", "REASON", "STEPS", ">ROWS", ">TIME")
        for report in present { report.addRow(to: &table, style) }
        var lines = table.lines(style, absent: absent)
        for report in present { lines += report.notes(style, isVerbose: isVerbose) }
        if let cleanup {
            lines += cleanup.lines(style, isVerbose: isVerbose)
        } else if let sessions = present.first(where: { $0.type == .sessions && $0.outcome == .migrated }),
            direction == .up, sessions.to?.hasRunsTable == true
        {
            lines.append(
                "\(printable(sessions.name)) keeps its old runs column as a backup; until agno-migrate cleanup drops it, "
                    + "Agno 3.x finds deleted runs there again")
        }
        lines.append("\(conclusion(present, style)), \(Wording.duration(duration))")
        return lines
    }

    private func conclusion(_ present: [TableReport], _ style: Style) -> String {
        var counts: [String: Int] = [:]
        for table in present { counts[table.outcomeText, default: 0] += 1 }
        let paints = [
            ("migrated", style.green), ("current", { $0 }), ("refused", style.yellow), ("drifted", style.yellow),
            ("failed", style.red),
            ("unfinished", style.yellow),
        ]
        let words = paints.compactMap { word, paint in counts[word].map { paint("\($0) \(word)") } }
        if interrupted { return ([style.yellow("interrupted")] + words).joined(separator: ", ") }
        return present.allSatisfy { $0.outcome == .current } ? "nothing to do" : words.joined(separator: ", ")
    }
}

extension TableReport {
    fileprivate func addRow(to table: inout TextTable, _ style: Style) {
        let applied = steps.filter { $0.outcome == .applied }
        let rows = applied.reduce(0) { $0 + $1.rows }
        let duration = steps.reduce(Duration.zero) { $0 + $1.duration }
        let paint: (String) -> String =
            switch outcome {
            case .migrated: style.green
            case .failed where isUnfinished: style.yellow
            case .failed: style.red
            case .refused, .drifted: style.yellow
            case .current, .absent: style.dim
            }
        let reasons = isUnfinished || outcome == .migrated ? [] : steps.compactMap(\.error?.code.rawValue)
        table.add(
            .init(name), .init(from?.description ?? ""), .init(to?.description ?? ""), .init(outcomeText, paint: paint),
            .init(reasons.joined(separator: " ")),
            .init(applied.map(\.version.description).joined(separator: " ")),
            .init(rows > 0 ? Wording.count(rows) : ""), .init(applied.isEmpty ? "" : Wording.duration(duration)))
    }

    /// Whether an interruption stopped the work on the table; the table is consistent.
    private var isUnfinished: Bool { outcome == .failed && steps.contains { $0.error?.code == .interrupted } }

    fileprivate var outcomeText: String { isUnfinished ? "unfinished" : outcome.rawValue }

    /// The elements that could not be placed and, if verbose, the changes.
    fileprivate func notes(_ style: Style, isVerbose: Bool) -> [String] {
        var lines: [String] = []
        let title = printable(name)
        if isVerbose {
            for step in steps where step.outcome == .applied {
                lines += step.changes.map { "\(title) \(step.version): \(printable($0))" }
            }
        }
        let dropped = steps.filter { $0.error == nil }.flatMap(\.dependents).filter { $0.handling == .dropped }
        lines += dropped.map { "\(title): dropped \(printable("\($0.kind) \($0.name): \($0.reason ?? "")"))" }
        lines += repaired.map { "\(title): repaired: \(printable($0))" }
        lines += parked.map { "\(title): parked: \(printable($0.displayText))" }
        lines += restored.map { "\(title): put back: \(printable($0.displayText))" }
        lines += drift.map { style.yellow("\(title): ") + printable($0) }
        if quarantined > 0 {
            let count = Wording.count(quarantined, "element")
            lines.append(style.yellow("\(title): ") + "\(count) could not be moved and stayed in place")
            lines += Wording.listed(quarantinedRows.map(\.displayText), of: quarantined)
        }
        return lines
    }
}
