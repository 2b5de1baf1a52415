/// A row of the runs table: one run of a session.
package struct RunRow: Sendable {
    /// What every row of a session repeats.
    package struct Session: Sendable {
        package var id: SQLValue
        package var userID: SQLValue
        /// Epoch seconds.
        package var createdAt: Int64?

        package init(id: SQLValue, userID: SQLValue = .null, createdAt: Int64? = nil) {
            self.id = id
            self.userID = userID
            self.createdAt = createdAt
        }
    }

    package var runID: SQLValue
    package var sessionID: SQLValue
    /// `agent`, `team` or `workflow`.
    package var runType: String
    package var agentID: SQLValue
    package var teamID: SQLValue
    package var workflowID: SQLValue
    package var userID: SQLValue
    package var parentRunID: SQLValue
    package var status: SQLValue
    /// The run's position in its session's list, counted from 0.
    package var position: Int
    /// The whole element, byte for byte.
    package var data: SQLValue
    /// Epoch seconds.
    package var createdAt: Int64
    /// Epoch seconds.
    package var updatedAt: Int64

    package init(
        runID: SQLValue, sessionID: SQLValue, runType: String, agentID: SQLValue, teamID: SQLValue,
        workflowID: SQLValue, userID: SQLValue, parentRunID: SQLValue, status: SQLValue, position: Int, data: SQLValue,
        createdAt: Int64, updatedAt: Int64
    ) {
        self.runID = runID
        self.sessionID = sessionID
        self.runType = runType
        self.agentID = agentID
        self.teamID = teamID
        self.workflowID = workflowID
        self.userID = userID
        self.parentRunID = parentRunID
        self.status = status
        self.position = position
        self.data = data
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// The columns of the runs table in Agno's order.
    package static let columns = [
        "run_id", "session_id", "run_type", "agent_id", "team_id", "workflow_id", "user_id", "parent_run_id", "status",
        "run_index", "run_data", "created_at", "updated_at",
    ]

    /// The values of ``columns``.
    package var values: [SQLValue] {
        [
            runID, sessionID, .text(runType), agentID, teamID, workflowID, userID, parentRunID, status,
            .integer(Int64(position)), data, .integer(createdAt), .integer(updatedAt),
        ]
    }

    /// The columns that repeat a member of the element, which is a string or absent.
    package static let memberColumns = ["agent_id", "team_id", "workflow_id", "parent_run_id", "status"]
}
