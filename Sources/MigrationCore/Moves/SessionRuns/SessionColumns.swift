import AgnoSchema
import DatabaseAccess
import SQLDialects

/// The JSON columns of sessions, which the first 2.x releases cannot read as the newest write them.
///
/// The way down stores them as the former read them and marks those sessions; the way up stores the marked ones as they
/// were.
struct SessionColumns {
    static let names = ["session_data", "agent_data", "team_data", "workflow_data", "metadata", "summary"]

    private let context: RunsMoveContext
    private let connection: any DatabaseConnection

    init(_ context: RunsMoveContext, connection: any DatabaseConnection) {
        self.context = context
        self.connection = connection
    }

    /// Belongs to the transaction that stamps.
    func reencode(as direction: MigrationDirection) throws {
        let owner = "\(context.sessions.name) (JSON columns)"
        let statements = connection.dialect.reencode(
            Self.names, of: context.sessions, as: direction, markers: Markers.table, owner: owner, now: context.now)
        guard !statements.isEmpty else { return }
        if direction == .up, try Markers(connection, of: owner).isEmpty() { return }
        try connection.suspendingTriggers(of: context.sessions, during: .filling(Self.names)) {
            for statement in statements { try connection.execute(statement) }
        }
    }
}
