import AgnoMigrate
package import LosslessJSON
import ReportJSON

extension VerificationReport: CommandResult {
    var serverKind: DatabaseKind? { dialect }
    var verdict: ExitVerdict { isVerified ? .fine : .found(.drift) }
    var heading: String { Heading.server(dialect, serverVersion, schema) }

    var members: JSONObject {
        JSONObject(
            server: serverVersion, schema: schema, ["verified": isVerified, "tables": tables, "warnings": warnings])
    }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
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
        lines.append(isVerified ? style.green("verified") : style.red("verification failed"))
        return lines
    }
}

extension TableVerification: JSONRepresentable {
    package var json: JSONValue {
        JSONObject([
            "type": type.name, "name": name, "exists": exists, "version": version, "rows": rows,
            "mismatches": mismatches, "tolerated": tolerated,
        ]).json
    }
}
