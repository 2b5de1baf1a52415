import AgnoMigrate
import LosslessJSON
import ReportJSON

extension ReleaseCheck: CommandResult {
    var serverKind: DatabaseKind? { dialect }
    var verdict: ExitVerdict { mayServe ? .fine : .found(.pending) }
    var heading: String { "\(Heading.server(dialect, serverVersion, schema)), Agno \(release)" }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        var table = TextTable("TABLE", "STAMP", "AGNO \(release)")
        for entry in tables where entry.exists {
            table.add(
                .init(entry.name), .init(entry.stamp ?? "-"),
                entry.serves ? .init("may serve", paint: style.green) : .init("must not serve", paint: style.red))
        }
        var lines = table.lines(style, absent: tables.filter { !$0.exists }.map(\.name))
        for entry in tables {
            lines += entry.reasons.map { style.red("\(printable(entry.name)): ") + printable($0) }
        }
        lines.append(
            mayServe
                ? style.green("Agno \(release) may serve")
                : style.red("Agno \(release) must not serve") + "; it uses schema version \(schemaVersion): run "
                    + "agno-migrate plan --target \(schemaVersion), with --down if the tables are newer")
        return lines
    }
}
