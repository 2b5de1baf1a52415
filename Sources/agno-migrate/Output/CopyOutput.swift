import AgnoMigrate
import ReportJSON

extension CopyReport: CommandResult {
    var serverKind: DatabaseKind? { source.dialect }
    var verdict: ExitVerdict { ExitVerdict(of: self) }

    var heading: String {
        "\(source.heading) to \(target.heading)" + (version.map { ", schema version \($0)" } ?? "")
    }

    var problems: [MigrationError] { tables.compactMap { table in table.error?.prefixed(table.name) } }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        guard !tables.isEmpty else { return ["no tables of Agno found"] }
        var table = TextTable(
            "TABLE", ">ROWS", isDryRun ? ">TO COPY" : ">COPIED", ">THERE", ">REFUSED", "OUTCOME", ">TIME")
        for report in tables { report.addRow(to: &table, style) }
        var lines = table.lines(style)
        for report in tables { lines += report.notes(style) }
        lines.append("\(conclusion(style)), \(Wording.duration(duration))")
        return lines
    }

    private func conclusion(_ style: Style) -> String {
        if interrupted { return style.yellow("interrupted; run the same command again to resume") }
        if tables.contains(where: { $0.outcome == .failed }) {
            return style.red("some tables failed; run the same command again to resume")
        }
        if sourceWasWritten || tables.contains(where: { $0.changed > 0 }) {
            return style.yellow(
                "the source was written during the copy; run the same command again while nobody writes")
        }
        guard isSuccess else {
            return style.yellow(
                isDryRun
                    ? "some rows or tables would not be copied; nothing was written"
                    : "some rows or tables were not copied; they are in the source only")
        }
        return isDryRun ? "nothing was written" : style.green("every row is in the target, compared value by value")
    }
}

extension CopyReport.Place {
    /// A file that a copy would create has no version yet.
    fileprivate var heading: String {
        serverVersion.isEmpty ? "a new \(dialect.rawValue) database" : Heading.server(dialect, serverVersion, schema)
    }
}

extension CopiedTable {
    fileprivate func addRow(to table: inout TextTable, _ style: Style) {
        let isGood = outcome == .copied || outcome == .wouldCopy
        let paint: (String) -> String = {
            isGood ? style.green($0) : outcome == .failed ? style.red($0) : style.yellow($0)
        }
        let mark: (String) -> String = { refused > 0 ? style.yellow($0) : style.dim($0) }
        table.add(
            .init(name), .init(Wording.count(rows)), .init(Wording.count(copied)), .init(Wording.count(alreadyThere)),
            .init(Wording.count(refused), paint: mark),
            .init(outcome.rawValue.replacing("_", with: " "), paint: paint), .init(Wording.duration(duration)))
    }

    /// The refused and changed rows, and what stays in the source.
    fileprivate func notes(_ style: Style) -> [String] {
        var lines: [String] = []
        let title = "\(printable(name)): "
        if let reason, rows > 0 { lines.append("\(title)not copied: \(reason) (\(Wording.count(rows, "row")))") }
        if refused > 0 {
            lines.append(style.yellow(title) + "\(Wording.count(refused, "row")) refused")
            lines += Wording.listed(refusedRows.map(\.displayText), of: refused)
        }
        if changed > 0 {
            lines.append(style.yellow(title) + "\(Wording.count(changed, "row")) written in the source during the copy")
            lines += Wording.listed(changedRows, of: changed, hint: "")
        }
        if onlyInTarget > 0 { lines.append("\(title)\(Wording.count(onlyInTarget, "row")) only in the target") }
        for column in leftOut {
            let rows = Wording.count(column.rows, "row")
            lines.append(
                column.isBackup
                    ? "\(title)column runs is the backup of \(rows); the runs are in the runs table, the backup stays "
                        + "in the source"
                    : "\(title)column \(printable(column.name)) with values in \(rows) is not one of Agno's; "
                        + "it was not copied")
        }
        return lines
    }
}

extension RefusedRow {
    fileprivate var displayText: String { column.map { "\(key), \($0): \(reason)" } ?? "\(key): \(reason)" }
}
