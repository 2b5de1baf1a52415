import AgnoMigrate
import LosslessJSON
import ReportJSON

/// A status, and whether pending versions count for the exit code.
struct StatusAnswer: CommandResult {
    let status: DatabaseStatus
    let reportsPending: Bool

    var serverKind: DatabaseKind? { status.dialect }
    var warnings: [String] { status.warnings }
    var verdict: ExitVerdict { ExitVerdict(of: status, reportsPending: reportsPending) }
    var heading: String { Heading.server(status.dialect, status.serverVersion, status.schema) }

    var members: JSONObject { status.members }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        let present = status.tables.filter(\.exists)
        let absent = status.tables.filter { !$0.exists }
        var table = TextTable("TABLE", "STAMP", "SHAPE", "STATE", "PENDING")
        for entry in present { entry.addRow(to: &table, style) }
        var lines = table.lines(style, absent: absent.map(\.name))
        for entry in absent where entry.stamp != nil {
            lines.append("\(printable(entry.name)): stamped \(printable(entry.stamp ?? "")) but absent")
        }
        for entry in status.tables {
            lines += entry.differences.map { "\(printable(entry.name)): \(printable($0))" }
        }
        if !status.knownTables.isEmpty {
            let names = printable(status.knownTables.joined(separator: ", "))
            lines.append(style.dim("Agno's tables without migrations: \(names)"))
        }
        lines += status.parked.map { "parked: \(printable($0.displayText))" }
        lines += status.elsewhere.map { style.yellow(printable($0.displayText)) }
        if status.isNewerThanProgram {
            lines.append(style.yellow("newer than this program supports (up to \(SchemaVersion.latest))"))
        } else if status.hasPendingWork {
            lines.append("run agno-migrate up to migrate, or agno-migrate plan to review the steps")
        }
        return lines
    }
}

extension TableStatus {
    fileprivate func addRow(to table: inout TextTable, _ style: Style) {
        let isNewer = stamp.flatMap { SchemaVersion($0) }.map { $0 > .latest } ?? false
        let (state, paint): (String, (String) -> String) =
            switch (isNewer, pending.isEmpty, agrees) {
            case (true, _, _): ("newer", style.yellow)
            case (_, false, _): ("pending", style.yellow)
            case (_, _, true): ("current", style.green)
            case (_, _, false): ("stamp disagrees", style.red)
            }
        table.add(
            .init(name), .init(stamp ?? "-"), .init(shape?.description ?? "-"), .init(state, paint: paint),
            .init(pending.map(\.description).joined(separator: " ")))
    }
}
