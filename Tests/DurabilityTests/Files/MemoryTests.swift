import DurabilitySupport
import Foundation
import MigrationCore
import Testing

extension Tag {
    /// Takes more than a few seconds.
    @Tag static var slow: Self
}

/// One session may be enormous.
@Suite(.serialized) struct MemoryTests {
    @Test("A session of 200 MB goes up within a gigabyte of memory", .tags(.slow))
    func session200MBGoes() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("agno.db")
        try UglyDatabase(pageSize: 4096, isSmall: true).make(at: path)
        let list = #"""
            '"[{\"run_id\": \"huge\", \"content\": \"' || hex(zeroblob(99999950)) || '\"}]"'
            """#
        try RawDatabase(path).execute(
            """
            INSERT INTO agno_sessions (session_id, session_type, runs, created_at) VALUES ('huge', 'agent', \(list), 1)
            """)
        let length = "SELECT length(runs) FROM agno_sessions WHERE session_id = 'huge'"
        let size = try #require(try RawDatabase(path).int(length))
        try #require(size > 199_000_000)

        let up = try await FaultRunner.run("up", path)
        #expect(try up.exitCode == 0 && up.report.isSuccess, "\(up.errors)")
        #expect(up.ownPeakMemory < 1 << 30, "up took \(up.ownPeakMemory >> 20) MB")
        let runs = "SELECT session_id, length(run_data) FROM agno_runs WHERE run_id = 'huge'"
        // The element without the text's quotes and the list's brackets; its eight quotes are no longer escaped.
        #expect(try RawDatabase(path).rows(runs) == [["'huge'", "\(size - 2 - 2 - 8)"]])
    }
}
