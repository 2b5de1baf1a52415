import AgnoSchema
import DatabaseAccess
import SQLDialects

/// The JSON columns of sessions, which the first 2.x releases cannot read as the newest write them.
///
/// The way down stores them as the former read them and marks those sessions; the way up stores the marked ones as they
/// were.
struct SessionColumns {
    static let names = ["session_data", "agent_data", "team_data", "workflow_data", "metadata", "summary"]

    let sessions: TableSnapshot
    let connection: any DatabaseConnection
    /// Epoch seconds.
    let now: Int64

    /// Belongs to the transaction that stamps.
    func reencode(as direction: MigrationDirection) throws {
        let owner = "\(sessions.name) (JSON columns)"
        let statements = connection.dialect.reencode(
            Self.names, of: sessions, as: direction, markers: Markers.table, owner: owner, now: now)
        guard !statements.isEmpty else { return }
        if direction == .up, try Markers(connection, of: owner).isEmpty() { return }
        try connection.suspendingTriggers(of: sessions, during: .filling(Self.names)) {
            for statement in statements { try connection.execute(statement) }
        }
    }
}
