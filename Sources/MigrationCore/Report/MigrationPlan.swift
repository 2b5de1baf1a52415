public import AgnoSchema

/// The work that a migration would do; making a plan writes nothing.
public struct MigrationPlan: Sendable, Codable, Hashable {
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
    public var tables: [TablePlan]
    /// Warnings; none of them prevents the migration.
    public var warnings: [String]
    /// The privileges that the role lacks, as statements that an administrator has to run first; empty if none are missing.
    public var missingPrivileges: [String]
    /// SHA-256 of the planned work, in hexadecimal: equal digests mean equal plans.
    public var digest: String

    /// Whether the migration would write or refuse anything.
    public var hasPendingWork: Bool { tables.contains { $0.outcome == .migrate || $0.outcome == .refused } }
    /// Everything that the migration would destroy.
    public var losses: [DataLoss] { tables.flatMap { $0.steps.flatMap(\.losses) } }
    /// Everything that the migration would park.
    public var parks: [DisplacedRows] { tables.flatMap(\.parks) }
    /// Every object of the application that the migration has to deal with.
    public var dependents: [Dependent] { tables.flatMap(\.dependents) }
}

/// The work that a migration would do on one table.
public struct TablePlan: Sendable, Codable, Hashable {
    /// The expected outcome of a table.
    public enum Outcome: String, Sendable, Codable, Hashable {
        /// At least one step or the stamp would change.
        case migrate
        /// The table is at the target version.
        case current
        /// The table does not exist.
        case absent
        /// Its rows prevent a step.
        case refused
    }

    /// The table type.
    public var type: TableType
    /// The table's real name.
    public var name: String
    /// The current version; nil for an absent table.
    public var from: SchemaVersion?
    /// The version after the migration; nil for an absent table.
    public var to: SchemaVersion?
    /// The expected outcome.
    public var outcome: Outcome
    /// The steps in the order of execution.
    public var steps: [StepPlan]
    /// The objects of the application that the steps have to deal with.
    public var dependents: [Dependent] { steps.flatMap(\.dependents).uniqued() }
    /// The values and rows that the steps would park.
    public var parks: [DisplacedRows] { steps.flatMap(\.parks) }
    /// The phases of the changes that rewrite the table.
    public var phases: [PlannedPhase] { steps.flatMap(\.phases) }
    /// The changes that make up for the table's drift, if its rows allow them.
    public var repairs: [String] { steps.flatMap(\.repairs) }
}

/// The work of one version on one table.
public struct StepPlan: Sendable, Codable, Hashable {
    /// The expected outcome of a step.
    public enum Outcome: String, Sendable, Codable, Hashable {
        /// The table or its rows would change.
        case apply
        /// The table is already up to date; only the version stamp changes.
        case alreadySatisfied = "already_satisfied"
        /// The version changes nothing for this type on this server.
        case notApplicable = "not_applicable"
        /// The table's rows prevent it.
        case refused
    }

    /// The version.
    public var version: SchemaVersion
    /// The expected outcome.
    public var outcome: Outcome
    /// The changes, in words.
    public var changes: [String]
    /// The changes of the version that do not apply to this table, each with its reason.
    public var skipped: [String]
    /// The statements that would change the structure if the migration ran now.
    public var statements: [String]
    /// The approximate number of rows to write or move.
    public var rows: Int64
    /// The values that the step would destroy.
    public var losses: [DataLoss]
    /// The values and rows that the step would park.
    public var parks: [DisplacedRows]
    /// The changes that make up for the table's drift, in words; part of ``changes``.
    public var repairs: [String]
    /// The objects of the application that the step drops or disables and restores, or that prevent it.
    public var dependents: [Dependent]
    /// The phases of a change that rewrites the table, in order; empty if no change does.
    public var phases: [PlannedPhase]
    /// The reason for the expected refusal; nil for every other outcome.
    public var error: MigrationError?

    package init(version: SchemaVersion, outcome: Outcome) {
        self.version = version
        self.outcome = outcome
        self.changes = []
        self.skipped = []
        self.statements = []
        self.rows = 0
        self.losses = []
        self.parks = []
        self.dependents = []
        self.repairs = []
        self.phases = []
    }
}

/// A phase of a change that rewrites a table.
public struct PlannedPhase: Sendable, Codable, Hashable {
    /// The phase.
    public enum Name: String, Sendable, Codable, Hashable {
        /// New columns are added, and a trigger that fills them at every write.
        case expand
        /// The rows that exist are converted in batches.
        case fill
        /// Every row is compared in both types.
        case compare
        /// The server checks that no row is missing.
        case validate
        /// The new columns take the places of the old ones.
        case exchange
        /// The table is rewritten while it is locked.
        case rewrite
    }

    /// The phase.
    public var name: Name
    /// The stored bytes that it reads or writes.
    public var bytes: Int64
    /// The least and the greatest expected duration, in seconds.
    public var seconds: [Double]
    /// For how long others may wait for the table because of it, in seconds.
    public var longestLock: Double

    /// - Parameter rate: bytes per second on a fast server; a slow one is expected to be ten times as slow.
    init(_ name: Name, bytes: Int64, rate: Double, isLocked: Bool = false) {
        self.name = name
        self.bytes = bytes
        let least = Double(bytes) / rate
        seconds = [least, least * 10]
        longestLock = isLocked ? least * 10 : 0.1
    }
}
