/// A row, or a part of one, that could not be moved and stays in its place.
public struct QuarantinedRow: Sendable, Codable, Hashable {
    /// The row's key.
    public var key: String
    /// The position in the row's list, counted from 0; nil for the whole row.
    public var position: Int?
    /// Why: a stable code such as `missing_run_id`.
    public var reason: String

    package init(key: String, position: Int?, reason: String) {
        self.key = key
        self.position = position
        self.reason = reason
    }
}
