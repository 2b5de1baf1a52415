package import LosslessJSON

/// A v1 user memory, with the columns of the memories table of 2.3 and later.
package struct V1Memory: Sendable, Hashable {
    package var memoryID: String
    /// The memory's text, a JSON string.
    package var memory: JSONValue
    package var input: String?
    /// A list of strings; nil if v1 has none.
    package var topics: JSONValue?
    package var userID: String?
    package var agentID: String?
    package var teamID: String?
    package var feedback: String?
    /// Epoch seconds.
    package var createdAt: Int64
    /// Epoch seconds.
    package var updatedAt: Int64?
    package var parts: [V1Part]
    package var changes: [V1Change: Int]

    package init(memoryID: String, memory: JSONValue, createdAt: Int64) {
        self.memoryID = memoryID
        self.memory = memory
        self.createdAt = createdAt
        parts = []
        changes = [:]
    }
}
