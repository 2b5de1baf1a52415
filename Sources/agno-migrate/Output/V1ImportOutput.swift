import AgnoMigrate
package import LosslessJSON
import ReportJSON

extension V1ImportReport: CommandResult {
    private var place: Place { path == nil ? source : target }
    var serverKind: DatabaseKind? { place.dialect }
    var verdict: ExitVerdict { ExitVerdict(of: self) }

    var heading: String {
        let origin = path.map { "\(printable($0))" } ?? "\(source.heading), v1 tables"
        return origin + (source == target ? "" : " into \(target.heading)")
    }

    var problems: [MigrationError] { tables.compactMap { table in table.error?.prefixed(table.table) } }

    var members: JSONObject {
        let place = JSONObject([
            "dialect": target.dialect.rawValue, "server_version": target.serverVersion, "schema": target.schema,
        ])
        var members = JSONObject(server: self.place.serverVersion, schema: self.place.schema, [:])
        if let path { members.add(["from": path]) }
        members.add(["target": place, "tables": tables, "seconds": duration, "warnings": warnings])
        return members
    }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        guard !tables.isEmpty else { return ["no v1 tables found"] }
        var table = TextTable(
            "V1 TABLE", "KIND", ">READ", isDryRun ? ">TO WRITE" : ">WRITTEN", ">THERE", ">QUARANTINED", ">PARTS",
            ">TIME")
        for report in tables { report.addRow(to: &table, style) }
        var lines = table.lines(style)
        for report in tables { lines += report.notes(style, isDryRun: isDryRun) }
        lines.append("\(conclusion(style)), \(Wording.duration(duration))")
        return lines
    }

    private func conclusion(_ style: Style) -> String {
        if interrupted { return style.yellow("interrupted; run the same command again to resume") }
        if tables.contains(where: { $0.error != nil }) {
            return style.red("some tables failed; run the same command again to resume")
        }
        let kept = tables.reduce(0) { $0 + $1.quarantined + $1.quarantinedParts }
        if isDryRun { return "nothing was written" }
        let balance = "every row is accounted for"
        guard kept > 0 else { return style.green(balance) }
        return style.yellow(
            "\(balance); rows and parts that could not be imported are in \(V1TableReport.quarantineTable)")
    }
}

extension V1ImportReport.Place {
    fileprivate var heading: String { Heading.server(dialect, serverVersion, schema) }
}

extension V1TableReport: JSONRepresentable {
    fileprivate static let quarantineTable = "agno_migration_quarantine"

    package var json: JSONValue {
        let changes = changes.sorted { $0.key < $1.key }.map {
            JSONMember(key: JSONString(decoding: $0.key), value: JSONValue($0.value))
        }
        var members = JSONObject([
            "table": table, "kind": kind.rawValue, "read": read, "written": written, "already_there": alreadyThere,
            "quarantined": quarantined, "quarantined_parts": quarantinedParts, "quarantined_rows": quarantinedRows,
            "kept": keptRows, "kept_runs": keptRuns, "added_runs": addedRuns, "renamed_runs": renamedRuns,
            "renamed_run_rows": renamedRunRows,
            "changes": JSONObject(members: changes), "examples": examples, "seconds": duration,
        ])
        if let error {
            var failure = JSONObject()
            failure.add(error, keysAlways: true)
            members.add(["error": failure])
        }
        return members.json
    }

    fileprivate func addRow(to table: inout TextTable, _ style: Style) {
        let good: (String) -> String = { error == nil ? style.green($0) : style.red($0) }
        let isComplete = quarantined + quarantinedParts == 0
        let kept: (String) -> String = { isComplete ? style.dim($0) : style.yellow($0) }
        table.add(
            .init(self.table), .init(kind.displayText), .init(Wording.count(read)),
            .init(Wording.count(written), paint: good),
            .init(Wording.count(alreadyThere)), .init(Wording.count(quarantined), paint: kept),
            .init(Wording.count(quarantinedParts), paint: kept), .init(Wording.duration(duration)))
    }

    /// The quarantined rows, the runs with new ids and, in a dry run, the conversions.
    fileprivate func notes(_ style: Style, isDryRun: Bool) -> [String] {
        var lines: [String] = []
        let title = style.yellow("\(printable(table)): ")
        if quarantined + quarantinedParts > 0 {
            let words = [(quarantined, "row"), (quarantinedParts, "part")].filter { $0.0 > 0 }
                .map { Wording.count($0.0, $0.1) }.joined(separator: " and ")
            let verb = isDryRun ? "would be kept in" : "kept in"
            lines.append(title + "\(words) \(verb) \(Self.quarantineTable)")
            lines += Wording.listed(quarantinedRows.map(\.displayText), of: quarantined + quarantinedParts)
        }
        if renamedRuns > 0 {
            let runs = Wording.count(renamedRuns, "run")
            lines.append("\(title)\(runs) got a new id; another session has a run with the old one")
            lines += Wording.listed(renamedRunRows.map(\.displayText), of: renamedRuns)
        }
        for (count, words) in [
            (keptRuns, "kept, which only the target has"), (addedRuns, "added to sessions that keep their fields"),
        ] where count > 0 {
            lines.append("\(printable(table)): runs \(words): \(Wording.count(count))")
        }
        if !isDryRun {
            for (change, words) in [("brought", "imported"), ("left", "not imported")] {
                guard let count = changes["\(change)_user_memories"] else { continue }
                lines.append("\(printable(table)): user memories inside sessions, \(words): \(Wording.count(count))")
            }
        }
        guard isDryRun, !changes.isEmpty else { return lines }
        let words = changes.sorted { $0.key < $1.key }.map { "\($0.key) \(Wording.count($0.value))" }
        lines.append("\(printable(table)): converted: \(words.joined(separator: ", "))")
        return lines + examples.map { "  \(printable($0))" }
    }
}

extension V1QuarantinedRow: JSONRepresentable {
    package var json: JSONValue { JSONObject(["key": key, "part": part, "reason": reason]).json }

    fileprivate var displayText: String { part.map { "\(key), \($0): \(reason)" } ?? "\(key): \(reason)" }
}
