import Foundation
import Testing

@Suite("Secrets are never printed")
struct SecretTests {
    private static let secret = "s3cr3t-Pa55"

    private func expectNoSecret(
        _ arguments: [String], in folder: Folder, environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for more in [["--verbose"], ["--json"]] {
            let outcome = try await Program.run(arguments + more, in: folder, environment: environment)
            #expect(outcome.status != 0, sourceLocation: sourceLocation)
            let everything = outcome.text + outcome.errors
            #expect(!everything.isEmpty, sourceLocation: sourceLocation)
            #expect(!everything.contains(Self.secret), "\(everything)", sourceLocation: sourceLocation)
            #expect(!everything.contains("cr3t"), "\(everything)", sourceLocation: sourceLocation)
        }
    }

    @Test(
        "In no message about a URL",
        arguments: [
            "postgresql://ai:\(secret)@localhost:1/ai", "postgresql://ai:\(secret)@localhost:port/ai",
            "postgresql://ai:\(secret)@localhost:99999999/ai", "postgresql+nonsense://ai:\(secret)@localhost/ai",
            "postgresql://ai:\(secret)%zz@localhost/ai", "postgresql://ai:\(secret)%ff@localhost/ai",
            "mysql://ai:\(secret)?x@localhost:1/ai", "mysql://ai:\(secret)#x@localhost:1/ai", "ai:\(secret)@localhost",
            "//ai:\(secret)@localhost/ai", "\(secret)://x", "postgresql:ai:\(secret)@localhost/ai",
            "singlestoredb://:\(secret)@[::1:3306/ai", "sqlite://ai:\(secret)@x/agno.db",
        ])
    func urls(url: String) async throws {
        let folder = try Folder()
        try await expectNoSecret(["up", "--db", url], in: folder)
        try await expectNoSecret(["status"], in: folder, environment: ["AGNO_DB_URL": url])
        try folder.write("[[database]]\nurl = '\(url)'\n", to: "agno-migrate.toml")
        try await expectNoSecret(["status"], in: folder)
        try folder.write("[[database]]\nurl = \"${URL}\"\n", to: "agno-migrate.toml")
        try await expectNoSecret(["status"], in: folder, environment: ["URL": url])
        try folder.write("[[database]]\nurl_file = \"url\"\n", to: "agno-migrate.toml")
        try folder.write(url, to: "url")
        try await expectNoSecret(["status"], in: folder)
        try folder.write("[[database]]\nurl = \(url)\n", to: "agno-migrate.toml")
        try await expectNoSecret(["status"], in: folder)
    }

    @Test(
        "In no message about the command line",
        arguments: [
            ["up", "postgresql://ai:\(secret)@localhost/ai"], ["postgresql://ai:\(secret)@localhost/ai"],
            ["up", "--bd", "postgresql://ai:\(secret)@localhost/ai"],
            ["up", "--bd=postgresql://ai:\(secret)@localhost/ai"], ["up", "--password", secret],
            ["up", "--password=\(secret)"], ["up", "--db", "x.db", "--pw", secret],
            ["up", "--target", "postgresql://ai:\(secret)@localhost/ai", "--db", "x.db", "--sessions"],
            ["status", "--wait-timeout", "ai:\(secret)"], ["up", "--wait-timeout", "ai:\(secret)"],
        ])
    func arguments(arguments: [String]) async throws {
        try await expectNoSecret(arguments, in: Folder())
    }

    @Test("Not from a password file either")
    func passwordFile() async throws {
        let folder = try Folder()
        try folder.write("\(Self.secret)\n", to: "pw")
        try await expectNoSecret(
            ["status", "--db", "postgresql://ai@localhost:1/ai", "--password-file", "pw"], in: folder)
        try folder.write("\(Self.secret)\n\(Self.secret)\n", to: "pw")
        try await expectNoSecret(
            ["status", "--db", "postgresql://ai@localhost:1/ai", "--password-file", "pw"], in: folder)
    }

    @Test("--verbose shows statements and times, and no values")
    func verbose() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0")
        try folder.execute("UPDATE agno_memories SET user_id = '\(Self.secret)', updated_at = 1234567890")
        let outcome = try await Program.run("up", "--db", "agno.db", "--verbose", in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("CREATE TABLE"))
        #expect(outcome.errors.contains("milliseconds="))
        #expect(!(outcome.errors + outcome.text).contains(Self.secret))
        #expect(!(outcome.errors + outcome.text).contains("1234567890"))
    }
}
