public import MigrationCore
public import SQLDialects

/// What became of the v1 tables of one database.
public struct V1ImportReport: Sendable, Codable, Hashable {
    /// A server and what is chosen on it.
    public struct Place: Sendable, Codable, Hashable {
        /// The server.
        public var dialect: DatabaseKind
        /// The server's version text; empty for a file that does not exist yet.
        public var serverVersion: String
        /// The schema that holds the tables; nil where the server has none.
        public var schema: String?
    }

    /// Where the v1 tables are.
    public var source: Place
    /// Where the sessions, runs and memories went.
    public var target: Place
    /// Whether it only looked, and wrote nothing.
    public var isDryRun: Bool
    /// One entry per v1 table, agents before teams before workflows before memories.
    public var tables: [V1TableReport]
    /// Things worth knowing that stopped nothing.
    public var warnings: [String]
    /// The wall time in seconds: the encoded form of ``duration``.
    package var seconds: Double
    /// Set when the run was stopped at a safe point; what is counted as written is there.
    public var interrupted: Bool

    /// The wall time.
    public var duration: Duration { .seconds(seconds) }

    /// Whether every row and every part of a row arrived.
    public var isSuccess: Bool {
        !interrupted && tables.allSatisfy { $0.error == nil && $0.quarantined == 0 && $0.quarantinedParts == 0 }
    }
}

/// What became of one v1 table; rows read = written + already there + quarantined.
public struct V1TableReport: Sendable, Codable, Hashable {
    /// The table's real name.
    public var table: String
    /// What it holds.
    public var kind: V1Kind
    /// Rows that were read.
    public var read: Int64
    /// Rows that were written into the target, new or instead of older ones.
    public var written: Int64
    /// Rows that the target had already, be they the same or newer.
    public var alreadyThere: Int64
    /// Rows that could not be placed at all; they are kept in the quarantine table.
    public var quarantined: Int64
    /// Parts of written rows that could not be understood; they are kept in the quarantine table.
    public var quarantinedParts: Int64
    /// The first 100 of both; the rest is in the journal.
    public var quarantinedRows: [V1QuarantinedRow]
    /// Runs that got an id of their own because another session has a run of the same id.
    public var renamedRuns: Int64
    /// The first 100 of them.
    public var renamedRunRows: [QuarantinedRow]
    /// Rows that were left as they are in the target although v1 has something else: they are newer there, or v1 does not
    /// say when it changed them.
    public var keptRows: Int64
    /// How often each kind of change was made on the way, by the name of the change.
    public var changes: [String: Int64]
    /// A few rows with what was changed in them: keys and counts.
    public var examples: [String]
    /// The wall time in seconds: the encoded form of ``duration``.
    package var seconds: Double
    /// Why the table was not read to its end; what is counted as written is there.
    public var error: MigrationError?

    /// The wall time.
    public var duration: Duration { .seconds(seconds) }

    /// Whether each row that was read is somewhere.
    var isBalanced: Bool { read == written + alreadyThere + quarantined }
}

/// A v1 row, or a part of one, that could not be placed.
public struct V1QuarantinedRow: Sendable, Codable, Hashable {
    /// The row's key.
    public var key: String
    /// Where the part stood, such as `memory.runs[3].messages[0].images[1]`; nil when the whole row is meant.
    public var part: String?
    /// Why: a stable code such as `not_storable`.
    public var reason: String

    package init(key: String, part: String?, reason: String) {
        self.key = key
        self.part = part
        self.reason = reason
    }
}
