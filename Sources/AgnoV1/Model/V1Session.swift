package import AgnoSchema
package import LosslessJSON

/// A v1 session, with the columns of the sessions table of 2.x and 3.x; the writer encodes them.
package struct V1Session: Sendable, Hashable {
    package enum SessionType: String, Sendable, Hashable, CaseIterable {
        case agent, team, workflow
    }

    package var sessionID: String
    package var sessionType: SessionType
    package var agentID: String?
    package var teamID: String?
    package var workflowID: String?
    package var userID: String?
    /// The JSON columns; nil if v1 stored nothing.
    package var sessionData: JSONValue?
    package var agentData: JSONValue?
    package var teamData: JSONValue?
    package var workflowData: JSONValue?
    package var metadata: JSONValue?
    package var summary: JSONValue?
    /// Epoch seconds.
    package var createdAt: Int64
    /// Epoch seconds; nil if v1 has none.
    package var updatedAt: Int64?
    /// The session's runs in order.
    package var runs: [V1Run]
    /// User memories inside the session.
    package var memories: [V1SessionMemory] = []
    /// Positions of runs that got a new id because an earlier run of the session has theirs.
    package var renamedRuns: [Int] = []
    /// The parts that could not be converted.
    package var parts: [V1Part]
    package var changes: [V1Change: Int]

    package init(sessionID: String, sessionType: SessionType, createdAt: Int64) {
        self.sessionID = sessionID
        self.sessionType = sessionType
        self.createdAt = createdAt
        runs = []
        parts = []
        changes = [:]
    }
}

/// A user memory inside a session.
package struct V1SessionMemory: Sendable, Hashable {
    package var memory: V1Memory
    /// Its path, as in ``V1Part``.
    package var path: String
    /// Its JSON text in the session.
    package var raw: SQLValue
}

/// A run: a row of the runs table, or an element of the `runs` column.
package struct V1Run: Sendable, Hashable {
    package var runID: String
    package var runType: V1Session.SessionType
    package var agentID: String?
    package var teamID: String?
    package var workflowID: String?
    package var parentRunID: String?
    package var status: String?
    /// Position in the session's list, from 0.
    package var index: Int
    /// The whole run, an object; its `run_id` is ``runID``.
    package var data: JSONValue
    /// Epoch seconds.
    package var createdAt: Int64

    package init(runID: String, runType: V1Session.SessionType, index: Int, data: JSONValue, createdAt: Int64) {
        self.runID = runID
        self.runType = runType
        self.index = index
        self.data = data
        self.createdAt = createdAt
    }
}
