import Foundation
import LosslessJSON
import Testing

@Suite("Commands that only look leave the file as it is")
struct ReadOnlyTests {
    private static let looks = [
        ["status"], ["plan"], ["plan", "--down", "--target", "2.0.0"], ["verify"], ["history"], ["up", "--dry-run"],
        ["down", "--dry-run", "--target", "2.0.0"], ["cleanup", "--dry-run"], ["up", "--dry-run", "--force"],
        ["db", "status"], ["db", "migrate", "--dry-run"],
    ]

    /// Before 3.0.0 the runs are in the column only, so a clean-up would be refused.
    private func status(of command: [String], version: String) -> Int32 {
        command.first == "cleanup" && version != "3.0.0" ? 6 : 0
    }

    @Test("Byte for byte, and they make no other file", arguments: looks, ["2.0.0", "3.0.0"])
    func byteIdentical(command: [String], version: String) async throws {
        let folder = try Folder()
        try await folder.sample(version)
        let before = try folder.bytes(of: "agno.db")
        let outcome = try await Program.run(command + ["--db", "agno.db"], in: folder)
        #expect(outcome.status == status(of: command, version: version), "\(outcome.errors)")
        #expect(try folder.bytes(of: "agno.db") == before)
        #expect(try folder.files == ["agno.db"])
    }

    @Test("A read-only file in a read-only folder is enough", arguments: looks)
    func readOnlyFile(command: [String]) async throws {
        let folder = try Folder()
        try await folder.sample("2.5.0")
        chmod(folder.path("agno.db"), 0o444)
        let outcome = try await Program.run(command + ["--db", "sqlite:///file:agno.db?mode=ro&uri=true"], in: folder)
        #expect(outcome.status == status(of: command, version: "2.5.0"), "\(outcome.errors)")
        #expect(try folder.files == ["agno.db"])
    }

    @Test("Up on a read-only database ends with 10 and changes nothing")
    func upReadOnly() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.0")
        let before = try folder.bytes(of: "agno.db")
        let outcome = try await Program.run("up", "--db", "sqlite:///file:agno.db?mode=ro&uri=true", in: folder)
        #expect(outcome.status == 10, "\(outcome.errors)")
        #expect(try folder.bytes(of: "agno.db") == before)
        #expect(try folder.files == ["agno.db"])
    }
}
