import AgnoMigrate
import AgnoMigrateServer
import ArgumentParser
import Foundation

/// The entry point of the program. ArgumentParser would exit with 64 for a usage error, and the contract is 2; so it
/// only parses.
@main
enum EntryPoint {
    static func main() { exit(status(of: Array(CommandLine.arguments.dropFirst())).rawValue) }

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
                // Help is a command of the parser itself; running it throws the text.
                try parsed.run()
                return .success
            }
            command = known
        } catch {
            return end(with: error, arguments)
        }
        let invocation = Invocation(command: arguments.command ?? type(of: command)._commandName, command.global)
        var status: ExitStatus
        do {
            status = try command.execute(invocation)
        } catch {
            status = fail(
                migrationError(from: error), invocation.console, isJSON: invocation.isJSON,
                command: invocation.command, signal: invocation.signals.signal)
        }
        if let number = invocation.console.outputError {
            let reason = String(cString: strerror(number))
            invocation.console.error(MigrationError(.output, "cannot write the result: \(reason)", remedy: ""))
            if status.isSuccess { status = .failure }
        }
        return status
    }

    /// Ends an invocation whose command was not parsed: help and completions are results, everything else is a usage error.
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

    private static func usageError(from error: any Error, _ arguments: Arguments) -> MigrationError {
        if let error = error as? MigrationError { return error }
        let name = arguments.command.map { " \($0)" } ?? ""
        let remedy = "see agno-migrate\(name) --help"
        let message = Redaction.redacted(Root.message(for: error), arguments: arguments.all)
        let isMisplaced = message.hasPrefix("Unexpected argument") && arguments.all.contains { $0.contains("://") }
        return MigrationError(
            .usage, message, remedy: isMisplaced ? "pass the database with --db URL; \(remedy)" : remedy)
    }

    /// Converts an error that preceded any work on a database; the text of an unknown one stays hidden.
    private static func migrationError(from error: any Error) -> MigrationError {
        switch error {
        case let error as MigrationError: error
        case let error as ServiceError: MigrationError(.usage, error.message, remedy: error.remedy)
        default:
            MigrationError(
                .internal, "unexpected error \(type(of: error))",
                remedy: "run the same command with --verbose and report its output")
        }
    }

    private static func fail(
        _ error: MigrationError, _ console: Console, isJSON: Bool, command: String?, signal: Int32? = nil
    ) -> ExitStatus {
        if isJSON {
            let document = JSONDocument(command: command, isSuccess: false, error: Failure(error: error))
            console.result(document.value.pretty())
        }
        console.error(error)
        return ExitStatus(of: error, signal: signal)
    }
}
