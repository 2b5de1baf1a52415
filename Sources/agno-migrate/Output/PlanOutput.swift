import AgnoMigrate
import LosslessJSON
import ReportJSON

extension MigrationPlan: CommandResult {
    var serverKind: DatabaseKind? { dialect }
    /// An expected refusal counts as one.
    var verdict: ExitVerdict { tables.contains { $0.outcome == .refused } ? .found(.refused) : .fine }
    var heading: String {
        "\(Heading.server(dialect, serverVersion, schema)), plan: \(direction.rawValue) to \(target)"
    }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        let consent = losses.isEmpty ? [] : [style.yellow("down requires --discard --allow-data-loss")]
        let conclusion = hasPendingWork ? "nothing was written; digest \(digest)" : "nothing to do"
        return details(style, isVerbose: isVerbose) + consent + [conclusion]
    }

    /// The planned work on each table, and the losses.
    func details(_ style: Style, isVerbose: Bool) -> [String] {
        var lines: [String] = []
        for table in tables where table.outcome == .migrate || table.outcome == .refused {
            lines += table.lines(style, isVerbose: isVerbose)
        }
        lines += style.dimmed("nothing to do", tables.filter { $0.outcome == .current }.map(\.name))
        lines += style.dimmed("absent", tables.filter { $0.outcome == .absent }.map(\.name))
        lines += missingPrivileges.map { style.yellow("the role lacks: ") + printable($0) }
        lines += parks.map { "would be parked: " + printable($0.displayText) }
        lines += losses.map { style.yellow("would be lost: ") + printable($0.displayText) }
        return lines
    }
}

extension TablePlan {
    fileprivate func lines(_ style: Style, isVerbose: Bool) -> [String] {
        let path = from == to ? "" : "  \(from?.description ?? "-") \u{2192} \(to?.description ?? "-")"
        let mark = outcome == .refused ? style.yellow("  would be refused") : ""
        let details = steps.flatMap { $0.lines(style, isVerbose: isVerbose) }
        let stampOnly = details.isEmpty ? [style.dim("  already up to date; only the version stamp changes")] : []
        return [style.bold(printable(name)) + path + mark] + details + stampOnly
    }
}

extension StepPlan {
    fileprivate func lines(_ style: Style, isVerbose: Bool) -> [String] {
        var details: [String] = []
        switch outcome {
        case .apply: details += changes.map(printable)
        case .alreadySatisfied: if isVerbose { details.append(style.dim("already up to date")) }
        case .notApplicable: if isVerbose { details.append(style.dim("no changes on this server")) }
        case .refused:
            details.append(style.yellow("would be refused: ") + printable(error?.message ?? ""))
            details += error?.advice ?? []
        }
        details += dependents.filter { $0.handling == .restored }.map {
            "suspends and restores \(printable("\($0.kind) \($0.name)"))"
        }
        details += dependents.filter { $0.handling == .dropped }.map {
            "drops \(printable("\($0.kind) \($0.name): \($0.reason ?? "")"))"
        }
        details += phases.map(\.line)
        details += skipped.map { style.dim("skipped: \(printable($0))") }
        if rows > 0 { details.append("about \(Wording.count(rows, "row"))") }
        if isVerbose { details += statements.map { style.dim("sql: \(oneLine($0))") } }
        let label = "  \(version)  "
        let blank = String(repeating: " ", count: label.count)
        return details.enumerated().map { ($0.offset == 0 ? label : blank) + $0.element }
    }
}

extension PlannedPhase {
    /// The phase in a line: what it does, its size and its expected time.
    fileprivate var line: String {
        let what =
            switch name {
            case .expand: "adds columns of the new type, kept up to date by a trigger"
            case .fill: "converts the rows in batches beside the application"
            case .compare: "compares every row in both types"
            case .validate: "has the server check that no row is missing"
            case .exchange:
                "exchanges the columns; prepared statements of psycopg 3 and asyncpg fail once per connection, and processes "
                    + "that were started since the first phase have to be restarted"
            case .rewrite: "rewrites the table while it is locked"
            }
        let size = bytes == 0 ? "" : ", \(Wording.count(max(bytes / 1_000_000, 1))) MB"
        let range =
            seconds[1] < 1 ? "under a second" : "\(Int(seconds[0].rounded(.up))) to \(Int(seconds[1].rounded(.up))) s"
        return
            "\(what)\(size), \(range); others wait up to \(longestLock < 1 ? "0.1" : String(Int(longestLock.rounded(.up)))) s"
    }
}

extension MigrationError {
    var advice: [String] {
        var lines: [String] = []
        if !remedy.isEmpty { lines.append("  \u{2192} \(printable(remedy))") }
        if !rows.isEmpty { lines.append("  rows: \(printable(Wording.some(rows)))") }
        return lines
    }
}
