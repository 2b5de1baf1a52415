import AgnoMigrate
import ArgumentParser
import Foundation

/// Where the program begins and ends.
///
/// The library of the command line would end with 64 for usage errors; the contract says 2, so it only parses.
@main
enum EntryPoint {
    static func main() {
        exit(status(of: Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    private static func status(of words: [String]) -> ExitStatus {
        let arguments = Arguments(words)
        if arguments.wantsVersion {
            Console(isQuiet: false, noColor: true).section(["agno-migrate \(agnoMigrateVersion)"])
            return .success
        }
        let command: any Command
        do {
            try arguments.checkCommand()
            var parsed = try Root.parseAsRoot(words)
            guard let known = parsed as? any Command else {
                // Help is a command of the parser's own; running it throws the text.
                try parsed.run()
                return .success
            }
            command = known
        } catch {
            return end(with: error, arguments)
        }
        let run = Run(command: arguments.command ?? type(of: command)._commandName, command.global)
        var status: ExitStatus
        do {
            status = try command.execute(run)
        } catch {
            status = fail(
                MigrationError(any: error), run.console, isJSON: run.isJSON, command: run.command,
                signal: run.signals.signal)
        }
        if let number = run.console.outputError {
            run.console.error("the result could not be written: \(String(cString: strerror(number)))", remedy: "")
            if status.isSuccess { status = .failure }
        }
        return status
    }

    /// Ends a run that never began: help and completions are results, everything else is a usage error.
    private static func end(with error: any Error, _ arguments: Arguments) -> ExitStatus {
        let console = Console(isQuiet: false, noColor: arguments.wantsNoColor)
        SignalWatch.ignoreBrokenPipes()
        if !(error is MigrationError), Root.exitCode(for: error) == .success {
            console.section([Root.fullMessage(for: error)])
            return .success
        }
        return fail(
            usageError(from: error, arguments), console, isJSON: arguments.wantsJSON, command: arguments.command)
    }

    /// What the parser says, as an error of ours.
    private static func usageError(from error: any Error, _ arguments: Arguments) -> MigrationError {
        if let error = error as? MigrationError { return error }
        let name = arguments.command.map { " \($0)" } ?? ""
        let remedy = "see agno-migrate\(name) --help"
        let message = Redaction.redacted(Root.message(for: error), arguments: arguments.all)
        let isMisplaced = message.hasPrefix("Unexpected argument") && arguments.all.contains { $0.contains("://") }
        return MigrationError(
            .usage, message, remedy: isMisplaced ? "a database is given with --db URL; \(remedy)" : remedy)
    }

    /// Reports what kept a run from beginning, or ended it as a whole.
    private static func fail(
        _ error: MigrationError, _ console: Console, isJSON: Bool, command: String?, signal: Int32? = nil
    ) -> ExitStatus {
        if isJSON {
            let document = JSONDocument(command: command, isSuccess: false, error: Failure(error: error))
            console.result(document.value.pretty())
        }
        console.error(error.message, remedy: error.remedy)
        return ExitStatus(of: error, signal: signal)
    }
}
