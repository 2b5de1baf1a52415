public import AgnoSchema

/// The outcome of a migration of one database.
public struct MigrationReport: Sendable, Codable, Hashable {
    /// The direction.
    public var direction: MigrationDirection
    /// The requested version.
    public var target: SchemaVersion
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version string.
    public var serverVersion: String
    /// The schema that holds the tables; nil on a server without schemas.
    public var schema: String?
    /// One entry per requested table type, in processing order.
    public var tables: [TableReport]
    /// Warnings, such as an invalid stamp; none of them stopped the migration.
    public var warnings: [String]
    /// The clean-up that followed, if one was asked for and nothing stood against it.
    public var cleanup: CleanupReport?
    /// The wall time in seconds: the encoded form of ``duration``.
    package var seconds: Double
    /// Whether the run was stopped at a safe point; steps reported as applied are committed.
    public var interrupted: Bool
    /// The proof, if one was asked for and could be made.
    public var proof: Proof?

    /// The wall time.
    public var duration: Duration { .seconds(seconds) }

    /// The objects of the application that the migration dropped and recreated.
    public var dependents: [Dependent] { tables.flatMap { $0.steps.flatMap(\.dependents) }.uniqued() }

    /// Whether nothing failed, nothing was refused and nothing interrupted the run.
    public var isSuccess: Bool {
        !interrupted && tables.allSatisfy { ![.failed, .refused, .drifted].contains($0.outcome) }
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

/// The outcome of one table.
public struct TableReport: Sendable, Codable, Hashable {
    /// The outcome of a table.
    public enum Outcome: String, Sendable, Codable, Hashable {
        /// At least one step was applied, or the stamp was corrected.
        case migrated
        /// The table was already at the target version.
        case current
        /// The table does not exist; nothing was stamped.
        case absent
        /// Its rows prevent a step; earlier steps are applied and stamped.
        case refused
        /// A step failed; earlier steps are applied and stamped.
        case failed
        /// Every step is done as far as it can be, but the table differs from its version: it has its last true stamp.
        case drifted
    }

    /// The table type.
    public var type: TableType
    /// The table's real name.
    public var name: String
    /// The version before the run; nil for an absent table.
    public var from: SchemaVersion?
    /// The version after the run; nil for an absent table.
    public var to: SchemaVersion?
    /// The outcome.
    public var outcome: Outcome
    /// The steps in the order of execution.
    public var steps: [StepReport]
    /// What the table still differs in from a fresh one of its version, each with the reason why it is not repaired.
    public var drift: [String] { steps.flatMap(\.drift) }
    /// What made up for the table's drift.
    public var repaired: [String] { steps.flatMap(\.repaired) }
    /// What the older schema has no place for and was parked.
    public var parked: [DisplacedRows] { steps.flatMap(\.parked) }
    /// What was parked and has been put back.
    public var restored: [DisplacedRows] { steps.flatMap(\.restored) }
    /// The number of run elements or rows that could not be placed; they remain where they were.
    public var quarantined: Int
    /// The first 100 of them; the journal lists all.
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

/// The outcome of one version on one table.
public struct StepReport: Sendable, Codable, Hashable {
    /// The outcome of a step.
    public enum Outcome: String, Sendable, Codable, Hashable {
        /// The table was changed, and the result was verified.
        case applied
        /// The table was already up to date.
        case alreadySatisfied = "already_satisfied"
        /// The version changes nothing for this type on this server.
        case notApplicable = "not_applicable"
        /// The table's rows prevent it; the step changed nothing.
        case refused
        /// It failed; its running transaction was rolled back.
        case failed
    }

    /// The version.
    public var version: SchemaVersion
    /// The outcome.
    public var outcome: Outcome
    /// The changes, in words.
    public var changes: [String]
    /// The number of rows written or moved.
    public var rows: Int64
    /// The wall time in seconds: the encoded form of ``duration``.
    package var seconds: Double
    /// The reason for a refusal or failure; nil for every other outcome.
    public var error: MigrationError?
    /// What made up for the table's drift, in words; part of ``changes``.
    public var repaired: [String]
    /// What the table still differs in after its last step, in words.
    public var drift: [String]
    /// What the step down has no place for and has parked.
    public var parked: [DisplacedRows]
    /// What the step up has put back.
    public var restored: [DisplacedRows]
    /// The objects of the application that the step dropped and recreated, or that prevent it.
    public var dependents: [Dependent]

    /// The wall time.
    public var duration: Duration { .seconds(seconds) }

    package init(version: SchemaVersion, outcome: Outcome) {
        self.version = version
        self.outcome = outcome
        self.changes = []
        self.rows = 0
        self.seconds = 0
        self.dependents = []
        self.repaired = []
        self.drift = []
        self.parked = []
        self.restored = []
    }
}
