import AgnoMigrate
import ReportJSON

extension CleanupReport: CommandResult {
    var serverKind: DatabaseKind? { dialect }
    var verdict: ExitVerdict { ExitVerdict(of: self) }
    var heading: String { "\(dialect.rawValue), clean-up of \(table)" }

    var problems: [MigrationError] { error.map { [$0.prefixed("clean-up refused")] } ?? [] }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        let result =
            switch outcome {
            case .dropped: style.green("the runs column was dropped")
            case .wouldDrop: "the runs column would be dropped; nothing was written"
            case .nothingToDo: "nothing to do: the runs column from before 3.0.0 does not exist"
            case .refused: style.yellow("refused; nothing was changed")
            }
        guard outcome != .nothingToDo else { return [result] }
        let lines = [
            "sessions with a run list       \(Wording.count(sessions))",
            "elements with a row            \(Wording.count(covered))",
            "deleted after they were moved  \(Wording.count(deletedSince))",
            "only in the column             \(Wording.count(uncovered))",
        ]
        return lines + Wording.listed(uncoveredRows.map(\.displayText), of: uncovered, hint: "") + [result]
    }
}
