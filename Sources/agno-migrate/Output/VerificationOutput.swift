import AgnoMigrate
import LosslessJSON
import ReportJSON

/// A verification, and whether the statements that would repair are printed.
struct VerificationAnswer: CommandResult {
    let report: VerificationReport
    let printsSQL: Bool

    var serverKind: DatabaseKind? { report.dialect }
    var warnings: [String] { report.warnings }
    var verdict: ExitVerdict { ExitVerdict(of: report) }
    var heading: String { Heading.server(report.dialect, report.serverVersion, report.schema) }

    var members: JSONObject {
        var members = JSONObject(server: report.serverVersion, schema: report.schema)
        members.add("verified", JSONValue(report.isVerified))
        members.add("tables", .array(report.tables.map(\.json)))
        members.add("warnings", JSONValue(strings: warnings))
        return members
    }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        let tables = report.tables
        let shown = tables.filter { $0.exists || !$0.mismatches.isEmpty }
        let absent = tables.filter { !$0.exists && $0.mismatches.isEmpty }.map(\.name)
        var table = TextTable("TABLE", "VERSION", ">ROWS", "RESULT")
        for entry in shown {
            let count = entry.mismatches.count
            table.add(
                .init(entry.name), .init(entry.version?.description ?? ""), .init(Wording.count(entry.rows)),
                count == 0
                    ? .init("verified", paint: style.green)
                    : .init(Wording.count(count, "mismatch", plural: "mismatches"), paint: style.red))
        }
        var lines = shown.isEmpty ? ["no Agno tables found"] : table.lines(style)
        if !absent.isEmpty, !shown.isEmpty {
            lines.append(style.dim("absent: \(printable(absent.joined(separator: ", ")))"))
        }
        for entry in tables {
            lines += entry.mismatches.map { style.red("\(printable(entry.name)): ") + printable($0) }
        }
        for entry in tables {
            lines += entry.tolerated.map { style.dim("\(printable(entry.name)): \(printable($0)) (harmless)") }
        }
        if printsSQL { lines += tables.flatMap(\.repairs).map { printable("\($0);") } }
        lines.append(report.isVerified ? style.green("verified") : style.red("verification failed"))
        return lines
    }
}

extension TableVerification {
    fileprivate var json: JSONValue {
        [
            "type": JSONValue(type.name), "name": JSONValue(name), "exists": JSONValue(exists),
            "version": JSONValue(optional: version), "rows": JSONValue(rows),
            "mismatches": JSONValue(strings: mismatches), "tolerated": JSONValue(strings: tolerated),
            "sql": JSONValue(strings: repairs),
        ]
    }
}
