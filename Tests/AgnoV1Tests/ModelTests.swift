import AgnoSchema
import Testing

@testable import AgnoV1

@Suite("A v1 row")
struct ModelTests {
    @Test("a column that an older table lacks is the same as NULL")
    func absentColumns() {
        let row = V1Row(kind: .agentSessions, key: "a", columns: ["session_id": .text("a")])
        #expect(row["team_session_id"] == .null)
        #expect(row["session_id"] == .text("a"))
    }
}
