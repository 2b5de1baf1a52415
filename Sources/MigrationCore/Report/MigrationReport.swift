public import AgnoSchema

/// What became of one database.
public struct MigrationReport: Sendable, Codable, Hashable {
    /// Which way it went.
    public var direction: MigrationDirection
    /// Where it was to go.
    public var target: SchemaVersion
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version text.
    public var serverVersion: String
    /// The schema that holds the tables; nil where the server has none.
    public var schema: String?
    /// One entry per table type asked for, in processing order.
    public var tables: [TableReport]
    /// Things worth knowing that stopped nothing: a stamp that is no version, for example.
    public var warnings: [String]
    /// Wall time in seconds.
    public var seconds: Double
    /// Set when the run was stopped at a safe point; what is reported as applied is done.
    public var interrupted: Bool

    /// Whether nothing failed, nothing was refused and nothing interrupted the run.
    public var isSuccess: Bool {
        !interrupted && tables.allSatisfy { $0.outcome != .failed && $0.outcome != .refused }
    }

    package init(
        direction: MigrationDirection, target: SchemaVersion, dialect: DatabaseKind, serverVersion: String,
        schema: String?, tables: [TableReport] = [], warnings: [String] = []
    ) {
        self.direction = direction
        self.target = target
        self.dialect = dialect
        self.serverVersion = serverVersion
        self.schema = schema
        self.tables = tables
        self.warnings = warnings
        self.seconds = 0
        self.interrupted = false
    }
}

/// What became of one table.
public struct TableReport: Sendable, Codable, Hashable {
    /// How a table ended.
    public enum Outcome: String, Sendable, Codable, Hashable {
        /// At least one step was applied, or the stamp was put right.
        case migrated
        /// There was nothing to do.
        case current
        /// There is no such table; nothing was stamped.
        case absent
        /// Its rows do not allow a step; the steps before it are done and stamped.
        case refused
        /// A step failed and was rolled back; the steps before it are done and stamped.
        case failed
    }

    /// The table type.
    public var type: TableType
    /// The table's real name.
    public var name: String
    /// The version before the run; nil for an absent table.
    public var from: SchemaVersion?
    /// The version after the run; nil for an absent table.
    public var to: SchemaVersion?
    /// How it ended.
    public var outcome: Outcome
    /// The steps that were looked at, in the order in which they ran.
    public var steps: [StepReport]
    /// How many run elements or rows could not be placed; they stay where they were.
    public var quarantined: Int
    /// The first 100 of them; the rest is in the journal.
    public var quarantinedRows: [QuarantinedRow]

    package init(type: TableType, name: String, from: SchemaVersion?, to: SchemaVersion?, outcome: Outcome) {
        self.type = type
        self.name = name
        self.from = from
        self.to = to
        self.outcome = outcome
        self.steps = []
        self.quarantined = 0
        self.quarantinedRows = []
    }
}

/// What became of one version's work on one table.
public struct StepReport: Sendable, Codable, Hashable {
    /// How a step ended.
    public enum Outcome: String, Sendable, Codable, Hashable {
        /// Something was changed, and the result was verified.
        case applied
        /// The table already had everything that the step makes.
        case alreadySatisfied = "already_satisfied"
        /// The version does nothing to this type on this server.
        case notApplicable = "not_applicable"
        /// The table's rows do not allow it; nothing was changed.
        case refused
        /// It failed and was rolled back.
        case failed
    }

    /// The version whose work it is.
    public var version: SchemaVersion
    /// How it ended.
    public var outcome: Outcome
    /// What was changed, in words.
    public var changes: [String]
    /// How many rows were written or moved.
    public var rows: Int64
    /// Wall time in seconds.
    public var seconds: Double
    /// Why it was refused or failed.
    public var error: MigrationError?

    package init(version: SchemaVersion, outcome: Outcome) {
        self.version = version
        self.outcome = outcome
        self.changes = []
        self.rows = 0
        self.seconds = 0
    }
}
