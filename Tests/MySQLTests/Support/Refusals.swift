import DurabilitySupport
import Testing

extension Program {
    /// The program's answer must be exit code 10 and one line that holds the words, and nothing of a password.
    static func expectRefusal(
        _ url: String, command: String = "status", _ options: [String] = [], saying words: String, code: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result = try start([command, "--db", url, "--json"] + options).wait()
        #expect(result.status == 10, "\(result.errors)", sourceLocation: sourceLocation)
        let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("error:") }
        #expect(lines.count == 1 && result.errors.contains(words), "\(result.errors)", sourceLocation: sourceLocation)
        #expect(result.output.contains("\"\(code)\""), "\(result.output)", sourceLocation: sourceLocation)
        for text in [result.output, result.errors] {
            for secret in [secret, TestUser.password, "wr0ng"] {
                #expect(!text.contains(secret), sourceLocation: sourceLocation)
            }
        }
    }
}
