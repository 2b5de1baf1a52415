import AgnoMigrate
import ArgumentParser

/// The facts about the command line that must be known even if it cannot be parsed.
struct Arguments {
    let all: [String]

    init(_ all: [String]) { self.all = all }

    /// The arguments before `--`; none after it is an option.
    private var options: ArraySlice<String> { all.prefix { $0 != "--" } }

    var wantsJSON: Bool { options.contains("--json") }
    var wantsNoColor: Bool { options.contains("--no-color") }

    /// Whether `--version` is given; `sample --version V` has another meaning.
    var wantsVersion: Bool { options.contains("--version") && word != Self.name(of: Sample.self) }

    /// Whether the parser itself must answer: a request for a completion script, or from one.
    private var isForShell: Bool {
        all.first?.hasPrefix("---") == true
            || options.contains { $0.hasPrefix("--generate-completion-script") || $0.hasPrefix("--experimental") }
    }

    /// The name of the command, such as `up` or `db status`; nil if it is unknown or missing.
    var command: String? {
        guard let word, Self.commands.contains(word) else { return nil }
        let group = Root.configuration.subcommands.first { Self.name(of: $0) == word }
        let second = group?.configuration.subcommands.map { Self.name(of: $0) }.first { words.dropFirst().first == $0 }
        return second.map { "\(word) \($0)" } ?? word
    }

    /// Refuses an unknown command and a command line without one.
    func checkCommand() throws {
        guard !isForShell, command == nil else { return }
        let known = "commands: \(Self.commands.joined(separator: ", "))"
        guard let word else {
            // The parser answers requests for help and reports unknown options.
            if options.contains(where: { $0.hasPrefix("-") && !Self.rootOptions.contains($0) }) { return }
            throw MigrationError(.usage, "no command given", remedy: "\(known); see --help")
        }
        guard word != "help" else { return }
        let suggestion = Suggestion.clause(for: word, among: Self.commands)
        let quoted = word.allSatisfy { $0.isLetter || $0 == "-" || $0 == "_" } && word.count <= 24 ? " '\(word)'" : ""
        let isLate = all.first?.hasPrefix("-") == true
        throw MigrationError(
            .usage, "unknown command\(quoted)\(suggestion)",
            remedy: isLate ? "put the command first: agno-migrate up --db URL; \(known)" : known)
    }

    /// The first argument that is neither an option nor the value of `--config`.
    private var word: String? { words.first }

    /// The arguments that are neither options nor the value of `--config`.
    private var words: [String] {
        var words: [String] = []
        var rest = options
        while let argument = rest.popFirst() {
            if argument == "--config" {
                _ = rest.popFirst()
            } else if !argument.hasPrefix("-") {
                words.append(argument)
            }
        }
        return words
    }

    private static let rootOptions = ["--config", "--json", "--verbose", "--quiet", "--no-color"]

    private static var commands: [String] { Root.configuration.subcommands.map { name(of: $0) } }

    private static func name(of command: any ParsableCommand.Type) -> String { command._commandName }
}
