import AgnoMigrate
import LosslessJSON
import ReportJSON

extension CleanupReport: Presentable {
    var serverKind: DatabaseKind? { dialect }
    var verdict: Verdict { Verdict(of: self) }
    var heading: String { "\(dialect.rawValue), clean-up of \(table)" }

    var problems: [MigrationError] { error.map { [$0.prefixed("clean-up refused")] } ?? [] }

    var members: JSONObject {
        var members = JSONObject()
        members.add("table", JSONValue(table))
        members.add("outcome", JSONValue(outcome.rawValue))
        members.add("sessions", JSONValue(sessions))
        members.add("covered", JSONValue(covered))
        members.add("deleted_since", JSONValue(deletedSince))
        members.add("uncovered", JSONValue(uncovered))
        members.add("uncovered_rows", .array(uncoveredRows.map(\.json)))
        if let error { members.add(error, keysAlways: true) }
        return members
    }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        let result =
            switch outcome {
            case .dropped: style.green("the runs column was dropped")
            case .wouldDrop: "the runs column would be dropped; nothing was written"
            case .nothingToDo: "nothing to do: there is no runs column left from before 3.0.0"
            case .refused: style.yellow("refused; nothing was done")
            }
        guard outcome != .nothingToDo else { return [result] }
        var lines = [
            "sessions with a list of runs  \(Wording.count(sessions))",
            "elements that have their row  \(Wording.count(covered))",
            "moved once, deleted since     \(Wording.count(deletedSince))",
            "in the column only            \(Wording.count(uncovered))",
        ]
        lines += uncoveredRows.prefix(10).map { "  \(printable($0.words))" }
        let more = uncovered - min(10, uncoveredRows.count)
        if more > 0 { lines.append("  and \(Wording.count(more)) more") }
        return lines + [result]
    }
}
