public import AgnoSchema
public import MigrationCore

/// The result of importing the v1 tables of one database, or of a dry run.
public struct V1ImportReport: Sendable, Codable, Hashable {
    /// A server and the schema used on it.
    public typealias Place = ReportPlace

    /// The database with the v1 tables.
    public var source: Place
    /// The database that receives the sessions, runs and memories.
    public var target: Place
    /// Whether nothing was written.
    public var isDryRun: Bool
    /// One entry per v1 table: agents, teams, workflows, memories.
    public var tables: [V1TableReport]
    /// Warnings; none of them stopped the import.
    public var warnings: [String]
    /// The wall time in seconds: the encoded form of ``duration``.
    package var seconds: Double
    /// Whether the run was stopped at a safe point; rows counted as written are committed.
    public var interrupted: Bool
    /// The file or folder that the sessions came from; the source is then a database that held them meanwhile. Nil if they
    /// came from a database.
    public package(set) var path: String?
    /// The proof, if one was asked for and could be made.
    public var proof: Proof?

    /// The wall time.
    public var duration: Duration { .seconds(seconds) }

    /// Whether every row and every part of a row was imported.
    public var isSuccess: Bool {
        !interrupted && tables.allSatisfy { $0.error == nil && $0.quarantined == 0 && $0.quarantinedParts == 0 }
    }
}

/// The result of one v1 table; rows read = written + already there + quarantined.
public struct V1TableReport: Sendable, Codable, Hashable {
    /// The table's name.
    public var table: String
    /// The kind of its rows.
    public var kind: V1Kind
    /// The number of rows read.
    public var read: Int64
    /// Rows written to the target, new or in place of older ones.
    public var written: Int64
    /// Rows that the target already has, the same or newer.
    public var alreadyThere: Int64
    /// Rows that the target has no place for; they are in the quarantine table.
    public var quarantined: Int64
    /// Parts of written rows that could not be converted; they are in the quarantine table.
    public var quarantinedParts: Int64
    /// The first 100 of both; the journal has all.
    public var quarantinedRows: [V1QuarantinedRow]
    /// Runs that got a new id because another session has a run of the same id.
    public var renamedRuns: Int64
    /// The first 100 of them.
    public var renamedRunRows: [QuarantinedRow]
    /// Rows of the target that differ from v1 and kept their fields: they are newer, or v1 has no time of change.
    public var keptRows: Int64
    /// Runs that only the target has, in sessions that v1 has too; they stay.
    public var keptRuns: Int64
    /// Runs that were added to sessions whose fields the target kept.
    public var addedRuns: Int64
    /// The number of changes that the conversion made, by name.
    public var changes: [String: Int64]
    /// A few rows with their changes: keys and counts only.
    public var examples: [String]
    /// The wall time in seconds: the encoded form of ``duration``.
    package var seconds: Double
    /// Why the import of the table failed; rows counted as written are committed.
    public var error: MigrationError?

    /// The wall time.
    public var duration: Duration { .seconds(seconds) }

    /// Whether every row read is accounted for.
    var isBalanced: Bool { read == written + alreadyThere + quarantined }
}

/// A quarantined v1 row, or a part of one.
public struct V1QuarantinedRow: Sendable, Codable, Hashable {
    /// The row's key.
    public var key: String
    /// The path of the part, such as `memory.runs[3].messages[0].images[1]`; nil for the whole row.
    public var part: String?
    /// The stable code of the reason, such as `not_storable`.
    public var reason: String

    package init(key: String, part: String?, reason: String) {
        self.key = key
        self.part = part
        self.reason = reason
    }
}
