import AgnoMigrate
import LosslessJSON
import ReportJSON

struct HistoryAnswer: CommandResult {
    let entries: [HistoryEntry]

    var serverKind: DatabaseKind? { nil }
    var verdict: ExitVerdict { .fine }
    var heading: String { Wording.count(entries.count, "journal entry", plural: "journal entries") }

    var members: JSONObject { JSONObject(["entries": entries]) }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        guard !entries.isEmpty else { return ["no migrations recorded for this database"] }
        var table = TextTable(
            "WHEN", "RUN", "COMMAND", "TABLE", "VERSION", "EVENT", "OUTCOME", ">ROWS", ">TIME", "KEY", "REASON")
        for entry in entries {
            let position = entry.position.map { " [\($0)]" } ?? ""
            table.add(
                .init(entry.recordedAt), .init(String(entry.run.prefix(8))), .init(entry.command), .init(entry.table),
                .init(entry.version ?? ""), .init(entry.event), .init(entry.outcome),
                .init(entry.rows > 0 ? Wording.count(entry.rows) : ""),
                .init(entry.duration > .zero ? Wording.duration(entry.duration) : ""),
                .init(entry.key.map { $0 + position } ?? ""), .init(entry.code ?? ""))
        }
        return table.lines(style)
    }
}
