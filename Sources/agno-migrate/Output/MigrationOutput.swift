import AgnoMigrate
import LosslessJSON

extension MigrationReport: Presentable {
    var serverKind: DatabaseKind? { dialect }
    var verdict: Verdict { Verdict(of: self) }
    var heading: String {
        "\(Heading.server(dialect, serverVersion, schema)), \(direction.rawValue) to \(target)"
    }

    var members: JSONObject {
        var members = JSONObject(server: serverVersion, schema: schema)
        members.add("tables", .array(tables.map(\.json)))
        members.add("seconds", JSONValue(seconds: seconds))
        members.add("warnings", JSONValue(texts: warnings))
        return members
    }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        let present = tables.filter { $0.outcome != .absent }
        let absent = tables.filter { $0.outcome == .absent }.map(\.name)
        var table = TextTable("TABLE", "FROM", "TO", "OUTCOME", "STEPS", ">ROWS", ">TIME")
        for report in present { report.addRow(to: &table, style) }
        var lines = present.isEmpty ? ["no Agno tables here"] : table.lines(style)
        if !absent.isEmpty, !present.isEmpty {
            lines.append(style.dim("absent: \(printable(absent.joined(separator: ", ")))"))
        }
        for report in present { lines += report.notes(style, isVerbose: isVerbose) }
        lines.append("\(conclusion(present, style)), \(Wording.duration(seconds))")
        return lines
    }

    private func conclusion(_ present: [TableReport], _ style: Style) -> String {
        func count(_ outcome: TableReport.Outcome) -> Int { present.count { $0.outcome == outcome } }
        let parts = [
            (count(.migrated), "migrated", style.green), (count(.current), "current", { $0 }),
            (count(.refused), "refused", style.yellow), (count(.failed), "failed", style.red),
        ]
        let words = parts.filter { $0.0 > 0 }.map { $0.2("\($0.0) \($0.1)") }.joined(separator: ", ")
        if interrupted { return style.yellow("interrupted") + (words.isEmpty ? "" : ": \(words)") }
        let isNothing = present.allSatisfy { $0.outcome == .current }
        return isNothing ? "nothing to do" : words
    }
}

extension TableReport {
    fileprivate var json: JSONValue {
        [
            "type": JSONValue(type.name), "name": JSONValue(name), "from": JSONValue(optional: from),
            "to": JSONValue(optional: to), "outcome": JSONValue(outcome.rawValue), "steps": .array(steps.map(\.json)),
            "quarantined": JSONValue(quarantined), "quarantined_rows": .array(quarantinedRows.map(\.json)),
        ]
    }

    fileprivate func addRow(to table: inout TextTable, _ style: Style) {
        let applied = steps.filter { $0.outcome == .applied }
        let rows = applied.reduce(0) { $0 + $1.rows }
        let seconds = steps.reduce(0) { $0 + $1.seconds }
        let paint: (String) -> String =
            switch outcome {
            case .migrated: style.green
            case .failed: style.red
            case .refused: style.yellow
            case .current, .absent: style.dim
            }
        table.add(
            .init(name), .init(from?.description ?? ""), .init(to?.description ?? ""),
            .init(outcome.rawValue, paint: paint), .init(applied.map(\.version.description).joined(separator: " ")),
            .init(rows > 0 ? Wording.count(rows) : ""), .init(applied.isEmpty ? "" : Wording.duration(seconds)))
    }

    /// What went wrong, what could not be placed, and, if asked for, what was changed.
    fileprivate func notes(_ style: Style, isVerbose: Bool) -> [String] {
        var lines: [String] = []
        let title = printable(name)
        if isVerbose {
            for step in steps where step.outcome == .applied {
                lines += step.changes.map { "\(title) \(step.version): \(printable($0))" }
            }
        }
        for step in steps {
            guard let error = step.error else { continue }
            let paint = step.outcome == .failed ? style.red : style.yellow
            lines.append(paint("\(title) \(step.version) \(step.outcome.rawValue): ") + printable(error.message))
            lines += error.advice
        }
        if quarantined > 0 {
            lines.append(
                style.yellow("\(title): ")
                    + "\(Wording.count(quarantined, "element")) could not be placed and stayed where \(quarantined == 1 ? "it was" : "they were")"
            )
            lines += quarantinedRows.prefix(10).map { "  \(printable($0.words))" }
            let more = quarantined - min(10, quarantinedRows.count)
            if more > 0 { lines.append("  and \(Wording.count(more)) more; the history lists all") }
        }
        return lines
    }
}

extension StepReport {
    fileprivate var json: JSONValue {
        var members = JSONObject(
            dictionaryLiteral: ("version", JSONValue(version.description)), ("outcome", JSONValue(outcome.rawValue)),
            ("changes", JSONValue(texts: changes)), ("rows", JSONValue(rows)), ("seconds", JSONValue(seconds: seconds)))
        if let error { members.add(error, keysAlways: true) }
        return .object(members)
    }
}

extension MigrationError {
    /// The remedy and the rows, one line each, for results.
    var advice: [String] {
        var lines: [String] = []
        if !remedy.isEmpty { lines.append("  \u{2192} \(printable(remedy))") }
        if !rows.isEmpty { lines.append("  rows: \(printable(Wording.some(rows)))") }
        return lines
    }
}
