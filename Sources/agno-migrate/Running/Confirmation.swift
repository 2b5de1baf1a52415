import AgnoMigrate
import Foundation

/// Asks a person at a terminal whether to go on.
struct Confirmation {
    private let run: Run

    init(_ run: Run) { self.run = run }

    /// Shows what would be taken back and asks; does not ask off a terminal, nor where nothing would be done.
    ///
    /// - Throws: when the answer is not yes.
    func ask(about entries: [DatabaseEntry], plan: (MigrationManager) throws -> MigrationPlan) throws {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return }
        var hasWork = false
        for entry in entries {
            guard let database = entry.database else { continue }
            let manager = run.manager(database)
            // What cannot be planned cannot be done; the command itself will say why.
            guard let plan = try? run.signals.watching(manager, .read, { try plan(manager) }), plan.hasPendingWork
            else {
                continue
            }
            hasWork = true
            run.console.write(run.console.notes.bold(printable(entry.title)))
            for line in plan.details(run.console.notes, isVerbose: false) { run.console.write("  \(line)") }
        }
        guard hasWork, run.signals.signal == nil else { return }
        run.console.ask("Go down? [y/N] ")
        let answer = run.signals.asking { readLine() } ?? ""
        guard ["y", "yes"].contains(answer.trimmingCharacters(in: .whitespaces).lowercased()) else {
            throw MigrationError(.declined, "not confirmed; nothing was done", remedy: "answer y, or give --yes")
        }
    }
}
