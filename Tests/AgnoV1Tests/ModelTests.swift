import AgnoSchema
import Testing

@testable import AgnoV1

@Suite("Rows of v1")
struct ModelTests {
    @Test("A column that an older table lacks is the same as NULL")
    func absentColumns() {
        let row = V1Row(kind: .agentSessions, key: "a", columns: ["session_id": .text("a")])
        #expect(row["team_session_id"] == .null)
        #expect(row["session_id"] == .text("a"))
    }
}
