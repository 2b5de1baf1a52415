import Foundation

/// What differs between two databases, or between two documents of what was read from them.
struct Comparison: Sendable {
    /// Differences that nobody allowed, one per line.
    let differences: [String]
    /// Differences that an entry of the allow file covers, by that entry's position.
    let allowed: [(entry: Int, line: String)]

    enum Direction: String { case up, down }

    /// - Parameters:
    ///   - direction: which entries of Tests/Parity/allowed-differences.json count; nil: none at all.
    ///   - engine: what the documents were read from; of databases it is known.
    ///   - except: patterns of more differences that do not count.
    ///   - numbersByValue: whether numbers in JSON may be spelt otherwise.
    static func of(
        _ theirs: String, _ ours: String, _ direction: Direction?, on engine: Engine? = nil, schema: String? = nil,
        except: [String] = [], numbersByValue: Bool = false
    ) async throws -> Comparison {
        let scratch = try Scratch()
        // All rows are dated 2023 and 2024; what is newer is the time of a migration.
        var arguments = [theirs, ours, "--verbose", "--ignore-now", "1750000000"]
        if let schema { arguments += ["--schema", schema] }
        if numbersByValue { arguments.append("--numbers-by-value") }
        if let direction {
            arguments += ["--engine", (engine ?? Engine(of: ours)).rawValue]
            arguments += ["--direction", direction.rawValue, "--allow", Repository.allowedDifferences]
        }
        if !except.isEmpty {
            let file = try scratch.emptyFile("except.json")
            try JSONEncoder().encode(except.map { ["pattern": $0, "reason": "named by the test"] }).write(to: file)
            arguments += ["--allow", file.path]
        }
        let compared = try await Release.v3_1_10.script("compare.py", arguments)
        guard compared.code < 2 else { throw SetUpFailure(description: "compare.py: \(compared.errors)") }
        var differences: [String] = []
        var allowed: [(Int, String)] = []
        for line in compared.output.split(separator: "\n").map(String.init) {
            if let match = line.wholeMatch(of: /allowed by (\d+): (.*)/), let entry = Int(match.1) {
                allowed.append((entry, String(match.2)))
            } else {
                differences.append(line)
            }
        }
        return Comparison(differences: differences, allowed: allowed)
    }
}
