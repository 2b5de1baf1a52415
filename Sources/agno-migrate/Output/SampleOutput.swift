import AgnoMigrate
import LosslessJSON
import ReportJSON

/// The content of a new sample database.
struct SampleAnswer: CommandResult {
    let report: SampleReport

    var serverKind: DatabaseKind? { report.dialect }
    var verdict: ExitVerdict { .fine }
    var heading: String { "\(report.dialect.rawValue), sample of schema \(report.version)" }

    var members: JSONObject {
        [
            "version": JSONValue(report.version.description), "tables": JSONValue(strings: report.tables),
            "rows": JSONValue(report.rows),
        ]
    }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        [
            "created \(Wording.count(report.tables.count, "table")) with \(Wording.count(report.rows, "row")): "
                + printable(report.tables.joined(separator: ", "))
        ]
    }
}
