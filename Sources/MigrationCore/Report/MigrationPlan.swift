public import AgnoSchema

/// What a migration would do, worked out without writing anything.
public struct MigrationPlan: Sendable, Codable, Hashable {
    /// Which way it goes.
    public var direction: MigrationDirection
    /// Where it goes.
    public var target: SchemaVersion
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version text.
    public var serverVersion: String
    /// The schema that holds the tables; nil where the server has none.
    public var schema: String?
    /// One entry per table type asked for, in processing order.
    public var tables: [TablePlan]
    /// Things worth knowing that stop nothing.
    public var warnings: [String]
    /// What the role lacks in order to do it: statements that somebody else has to run first.
    public var missingPrivileges: [String]
    /// SHA-256 over what would be done, in hexadecimal: equal digests mean equal plans.
    public var digest: String

    /// Whether anything would be written.
    public var hasPendingWork: Bool { tables.contains { $0.outcome == .migrate || $0.outcome == .refused } }
    /// Everything that would be destroyed.
    public var losses: [DataLoss] { tables.flatMap { $0.steps.flatMap(\.losses) } }
}

/// Which tables have something to do on the way to a version, by the way they go.
public struct PendingTables: Sendable, Codable, Hashable {
    /// Those below the version, or without its stamp.
    public var up: [TableType]
    /// Those above the version.
    public var down: [TableType]
}

/// What a migration would do to one table.
public struct TablePlan: Sendable, Codable, Hashable {
    /// How a table would end.
    public enum Outcome: String, Sendable, Codable, Hashable {
        /// Something would be done.
        case migrate
        /// There is nothing to do.
        case current
        /// There is no such table.
        case absent
        /// Its rows do not allow a step.
        case refused
    }

    /// The table type.
    public var type: TableType
    /// The table's real name.
    public var name: String
    /// The version that the table has; nil for an absent table.
    public var from: SchemaVersion?
    /// The version that the table would get; nil for an absent table.
    public var to: SchemaVersion?
    /// How it would end.
    public var outcome: Outcome
    /// The steps, in the order in which they would run.
    public var steps: [StepPlan]
}

/// What one version would do to one table.
public struct StepPlan: Sendable, Codable, Hashable {
    /// How a step would end.
    public enum Outcome: String, Sendable, Codable, Hashable {
        /// Something would be changed.
        case apply
        /// The table already has everything; at most the stamp changes.
        case alreadySatisfied = "already_satisfied"
        /// The version does nothing to this type on this server.
        case notApplicable = "not_applicable"
        /// The table's rows do not allow it.
        case refused
    }

    /// The version whose work it is.
    public var version: SchemaVersion
    /// How it would end.
    public var outcome: Outcome
    /// What would be changed, in words.
    public var changes: [String]
    /// What the version would change but this table has no place for, and why.
    public var skipped: [String]
    /// The statements that change the structure, as they would run now.
    public var statements: [String]
    /// About how many rows would be written or moved.
    public var rows: Int64
    /// What would be destroyed.
    public var losses: [DataLoss]
    /// Why it would be refused.
    public var error: MigrationError?

    package init(version: SchemaVersion, outcome: Outcome) {
        self.version = version
        self.outcome = outcome
        self.changes = []
        self.skipped = []
        self.statements = []
        self.rows = 0
        self.losses = []
    }
}

/// Values that a step would destroy.
public struct DataLoss: Sendable, Codable, Hashable {
    /// The table's real name.
    public var table: String
    /// What is lost, in words: `values of feedback`.
    public var what: String
    /// In how many rows.
    public var rows: Int64

    package init(table: String, what: String, rows: Int64) {
        self.table = table
        self.what = what
        self.rows = rows
    }
}
