import DurabilitySupport
import Testing

extension Program {
    /// The program's answer must be exit code 10 and one line that holds the words, and nothing of a password.
    static func expectRefusal(
        _ url: String, command: String = "status", saying words: String, code: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result = try run(command, "--db", url, "--json")
        #expect(result.status == 10, sourceLocation: sourceLocation)
        let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("error:") }
        #expect(lines.count == 1 && result.errors.contains(words), "\(result.errors)", sourceLocation: sourceLocation)
        #expect(result.output.contains("\"\(code)\""), "\(result.output)", sourceLocation: sourceLocation)
        for text in [result.output, result.errors] {
            #expect(!text.contains(secret) && !text.contains("wr0ng"), sourceLocation: sourceLocation)
        }
    }
}
