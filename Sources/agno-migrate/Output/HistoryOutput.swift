import AgnoMigrate
import LosslessJSON

/// The journal of one database.
struct HistoryAnswer: Presentable {
    let entries: [HistoryEntry]

    var serverKind: DatabaseKind? { nil }
    var verdict: Verdict { .fine }
    var heading: String { Wording.count(entries.count, "journal entry").replacing("entrys", with: "entries") }

    var members: JSONObject { ["entries": .array(entries.map(\.json))] }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        guard !entries.isEmpty else { return ["nothing was done here by this program"] }
        var table = TextTable(
            "WHEN", "RUN", "COMMAND", "TABLE", "VERSION", "EVENT", "OUTCOME", ">ROWS", ">TIME", "KEY", "REASON")
        for entry in entries {
            let position = entry.position.map { " [\($0)]" } ?? ""
            table.add(
                .init(entry.recordedAt), .init(String(entry.run.prefix(8))), .init(entry.command), .init(entry.table),
                .init(entry.version ?? ""), .init(entry.event), .init(entry.outcome),
                .init(entry.rows > 0 ? Wording.count(entry.rows) : ""),
                .init(entry.seconds > 0 ? Wording.duration(entry.seconds) : ""),
                .init(entry.key.map { $0 + position } ?? ""), .init(entry.code ?? ""))
        }
        return table.lines(style)
    }
}

extension HistoryEntry {
    fileprivate var json: JSONValue {
        [
            "run": JSONValue(run), "recorded_at": JSONValue(recordedAt), "tool": JSONValue(tool),
            "command": JSONValue(command), "table": JSONValue(table), "version": JSONValue(optional: version),
            "event": JSONValue(event), "outcome": JSONValue(outcome), "rows": JSONValue(rows),
            "seconds": JSONValue(seconds: seconds), "key": JSONValue(optional: key),
            "position": position.map { JSONValue($0) } ?? .null, "code": JSONValue(optional: code),
        ]
    }
}
