import AgnoMigrate
import Foundation

/// Asks for confirmation on a terminal.
struct Confirmation {
    private let invocation: Invocation

    init(_ invocation: Invocation) { self.invocation = invocation }

    /// Shows the plans and asks; does not ask without a terminal or without pending work.
    ///
    /// - Throws: `declined` unless the answer is yes.
    func ask(about entries: [DatabaseEntry], plan: (MigrationManager) throws(MigrationError) -> MigrationPlan) throws {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return }
        var hasWork = false
        for entry in entries {
            guard let database = entry.database else { continue }
            let manager = invocation.manager(database)
            // What cannot be planned cannot be done either; the command itself reports the reason.
            guard let plan = try? invocation.signals.watching(manager, .read, { try plan(manager) }),
                plan.hasPendingWork
            else {
                continue
            }
            hasWork = true
            invocation.console.write(invocation.console.notes.bold(printable(entry.title)))
            for line in plan.details(invocation.console.notes, isVerbose: false) {
                invocation.console.write("  \(line)")
            }
        }
        guard hasWork, invocation.signals.signal == nil else { return }
        invocation.console.ask("Migrate down? [y/N] ")
        let answer = invocation.signals.asking { readLine() } ?? ""
        guard ["y", "yes"].contains(answer.trimmingCharacters(in: .whitespaces).lowercased()) else {
            throw MigrationError(.declined, "not confirmed; nothing was changed", remedy: "answer y, or pass --yes")
        }
    }
}
