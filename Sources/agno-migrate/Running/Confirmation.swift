import AgnoMigrate
import Foundation

extension Invocation {
    /// Shows the plans and asks on a terminal; does not ask without one or without pending work.
    ///
    /// - Throws: `declined` unless the answer is yes.
    func confirm(_ entries: [DatabaseEntry], plan: (MigrationManager) throws(MigrationError) -> MigrationPlan) throws {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return }
        var hasWork = false
        for entry in entries {
            guard let manager = entry.database.map({ manager($0) }) else { continue }
            // What cannot be planned cannot be done either; the command itself reports the reason.
            let planned = try? signals.watching(.read, cancel: manager.cancelRunningStatement) { try plan(manager) }
            guard let planned, planned.hasPendingWork else { continue }
            hasWork = true
            console.write(console.notes.bold(printable(entry.title)))
            for line in planned.details(console.notes, isVerbose: false) { console.write("  \(line)") }
        }
        guard hasWork, signals.signal == nil else { return }
        console.ask("Migrate down? [y/N] ")
        let answer = signals.asking { readLine() } ?? ""
        guard ["y", "yes"].contains(answer.trimmingCharacters(in: .whitespaces).lowercased()) else {
            throw MigrationError(.declined, "not confirmed; nothing was changed", remedy: "answer y, or pass --yes")
        }
    }
}
