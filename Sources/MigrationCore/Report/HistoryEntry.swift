/// One entry of the journal; it holds keys and counts, never row contents.
public struct HistoryEntry: Sendable, Codable, Hashable {
    /// The id of the run that wrote the entry.
    public var run: String
    /// The time of writing in UTC (ISO 8601).
    public var recordedAt: String
    /// The version of the program that wrote it.
    public var tool: String
    /// `up`, `down`, `cleanup` or `import-v1`.
    public var command: String
    /// The table's real name; empty for an entry about the whole run.
    public var table: String
    /// The version that the step belongs to; nil for an entry that is not about a version.
    public var version: String?
    /// The kind of entry: `run`, `step`, `reverted`, `aside`, `archive`, `quarantine`; of an import `imported`,
    /// `checkpoint`, `renamed`.
    public var event: String
    /// The outcome.
    public var outcome: String
    /// The number of rows.
    public var rows: Int64
    /// The wall time in seconds: the encoded form of ``duration``.
    package var seconds: Double
    /// The key of the row concerned; nil for an entry that is not about a single row.
    public var key: String?
    /// The position in that row's list, counted from 0; nil for an entry that is not about a list element.
    public var position: Int?
    /// The error code or reason; nil if there is none.
    public var code: String?

    /// The wall time.
    public var duration: Duration { .seconds(seconds) }

    /// Whether the entry is about single rows, one batch or a part of a step, which the entries of its step and run sum
    /// up; false for an event that this version does not write.
    public var isDetail: Bool { JournalEvent(rawValue: event)?.isDetail ?? false }
}
