import AgnoMigrate
package import LosslessJSON
import ReportJSON

/// A verification, and whether the statements that would repair are printed.
struct VerificationAnswer: CommandResult {
    let report: VerificationReport
    let printsSQL: Bool

    var serverKind: DatabaseKind? { report.dialect }
    var warnings: [String] { report.warnings }
    var verdict: ExitVerdict { report.isVerified ? .fine : .found(.drift) }
    var heading: String { Heading.server(report.dialect, report.serverVersion, report.schema) }

    var members: JSONObject {
        JSONObject(
            server: report.serverVersion, schema: report.schema,
            ["verified": report.isVerified, "tables": report.tables, "warnings": warnings])
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
        var lines = table.lines(style, absent: absent)
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

extension TableVerification: JSONRepresentable {
    package var json: JSONValue {
        JSONObject([
            "type": type.name, "name": name, "exists": exists, "version": version, "rows": rows,
            "mismatches": mismatches, "tolerated": tolerated, "sql": repairs,
        ]).json
    }
}
