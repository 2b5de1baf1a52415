import AgnoMigrate
import AgnoV1
import Foundation
import Testing

/// Conversations that the real document storages of 1.8.4 stored (`Tests/Parity/v1_files.py` made the files), imported, and
/// read by the classes of a later release.
@Suite("Conversations in files of 1.8.4, imported") struct V1FilesTests {
    private static let exports = [
        "json", "mongo-canonical", "mongo-relaxed", "mongo-list", "mongo-bson", "dynamodb", "redis",
    ]
    /// Those without a class for memories in 1.8.4: they stand in a session.
    private static let withoutMemories: Set = ["json", "dynamodb"]

    private func path(_ export: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/v1-files/\(export)").path
    }

    @Test("are the same to 3.1.10, whatever storage they were in", arguments: exports)
    func newest(_ export: String) async throws {
        let scratch = try Scratch()
        let target = try scratch.emptyDatabase("target.db")
        let work = try V1Import(fromFiles: path(export), into: database(target))
        let looked = try await work.run(dryRun: true)
        let report = try await work.run()
        #expect(report.isSuccess, "\(report.tables)")
        let memories: [Int64] = Self.withoutMemories.contains(export) ? [] : [2]
        #expect(report.tables.map(\.read) == [3, 1, 1] + memories)
        #expect(looked.tables.map(\.written) == report.tables.map(\.written))
        try await expectNone(export, target)
        #expect(try await work.run().tables.allSatisfy { $0.written == 0 })
        try await expectNone(export, target)
    }

    /// Nothing may be read otherwise than it was.
    private func expectNone(
        _ export: String, _ target: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let options = Self.withoutMemories.contains(export) ? ["--memories-in-sessions"] : []
        let checked = try await Release.v3_1_10.script("v1_check.py", ["--db", target] + options)
        guard checked.code < 2, !checked.errors.contains("Traceback") else {
            throw SetUpFailure(description: "v1_check.py: \(checked.errors)")
        }
        #expect(
            checked.output.split(separator: "\n").map(String.init) == [], sourceLocation: sourceLocation)
    }
}
