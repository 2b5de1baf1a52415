import AgnoMigrate
import LosslessJSON
import ReportJSON

/// What a sample database holds.
struct SampleAnswer: Presentable {
    let report: SampleReport

    var serverKind: DatabaseKind? { report.dialect }
    var verdict: Verdict { .fine }
    var heading: String { "\(report.dialect.rawValue), sample of schema \(report.version)" }

    var members: JSONObject {
        [
            "version": JSONValue(report.version.description), "tables": JSONValue(texts: report.tables),
            "rows": JSONValue(report.rows),
        ]
    }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        [
            "made \(Wording.count(report.tables.count, "table")) with \(Wording.count(report.rows, "row")): "
                + printable(report.tables.joined(separator: ", "))
        ]
    }
}
