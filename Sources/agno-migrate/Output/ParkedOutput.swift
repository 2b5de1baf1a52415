import AgnoMigrate
import LosslessJSON
import ReportJSON

extension ParkedReport: CommandResult {
    var serverKind: DatabaseKind? { dialect }
    var verdict: ExitVerdict { .fine }
    var heading: String { Heading.server(dialect, serverVersion, schema) }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        let removed = dropped.map { style.yellow("dropped: ") + printable($0.displayText) }
        guard entries.isEmpty else { return removed + entries.map { printable($0.displayText) } }
        return removed.isEmpty ? ["nothing is parked"] : removed + ["nothing is parked any more"]
    }
}

/// What is parked, and how many values an export has written.
struct ParkedExport: CommandResult {
    let report: ParkedReport
    let exported: Int

    var serverKind: DatabaseKind? { report.dialect }
    var verdict: ExitVerdict { .fine }
    var heading: String { report.heading }

    var members: JSONObject {
        var members = report.members
        members.add(["exported": Int64(exported)])
        return members
    }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        report.lines(style, isVerbose: isVerbose) + ["exported \(Wording.count(exported, "value"))"]
    }
}

extension ParkedSummary {
    /// `12 values of feedback of agno_memories (2.3.0)`
    var displayText: String {
        let what = column.map { "\(Wording.count(count, "value")) of \($0)" } ?? Wording.count(count, "row")
        return "\(what) of \(table) (\(version))"
    }
}

extension DisplacedRows {
    /// `values of feedback of 12 rows of agno_memories`
    var displayText: String { "\(what) in \(Wording.count(rows, "row")) of \(table)" }
}
