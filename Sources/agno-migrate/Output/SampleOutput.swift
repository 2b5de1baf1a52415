import AgnoMigrate
import LosslessJSON
import ReportJSON

struct SampleAnswer: CommandResult {
    let report: SampleReport

    var serverKind: DatabaseKind? { report.dialect }
    var verdict: ExitVerdict { .fine }
    var heading: String { "\(report.dialect.rawValue), sample of schema \(report.version)" }

    var members: JSONObject { JSONObject(["version": report.version, "tables": report.tables, "rows": report.rows]) }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        [
            "created \(Wording.count(report.tables.count, "table")) with \(Wording.count(report.rows, "row")): "
                + printable(report.tables.joined(separator: ", "))
        ]
    }
}
