import AgnoMigrate
import LosslessJSON
import ReportJSON

extension VerificationReport: CommandResult {
    var serverKind: DatabaseKind? { dialect }
    var verdict: ExitVerdict { ExitVerdict(of: self) }
    var heading: String { Heading.server(dialect, serverVersion, schema) }

    var members: JSONObject {
        var members = JSONObject(server: serverVersion, schema: schema)
        members.add("verified", JSONValue(isVerified))
        members.add("tables", .array(tables.map(\.json)))
        members.add("warnings", JSONValue(strings: warnings))
        return members
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
        lines.append(isVerified ? style.green("verified") : style.red("verification failed"))
        return lines
    }
}

extension TableVerification {
    fileprivate var json: JSONValue {
        [
            "type": JSONValue(type.name), "name": JSONValue(name), "exists": JSONValue(exists),
            "version": JSONValue(optional: version), "rows": JSONValue(rows),
            "mismatches": JSONValue(strings: mismatches), "tolerated": JSONValue(strings: tolerated),
        ]
    }
}
