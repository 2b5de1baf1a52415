package import AgnoSchema

/// What a journal entry records; the raw value is what the journal's table stores.
package enum JournalEvent: String, Sendable, CaseIterable {
    /// A whole run of the program begins or ends.
    case run
    /// One version's step of one table begins or ends.
    case step
    /// A table went down, or lost its backup column: older notes about its rows no longer count.
    case reverted
    /// A table is renamed out of reach before its last reading.
    case aside
    /// A row or a text that the program removes; the payload keeps it.
    case archive
    /// A row, or a part of one, that could not be placed.
    case quarantine
    /// A run that an import gave an id of its own.
    case renamed
    /// An import of one 1.x table ends.
    case imported
    /// A batch of an import is committed.
    case checkpoint
    /// The copy of one table from another database ends.
    case copied

    /// Whether it is about single rows, one batch or a part of a step; the entries of steps and runs sum these up.
    package var isDetail: Bool {
        switch self {
        case .run, .step, .reverted, .imported, .copied: false
        case .aside, .archive, .quarantine, .renamed, .checkpoint: true
        }
    }
}

/// How a recorded event ended; the raw value is what the journal's table stores.
package enum JournalOutcome: String, Sendable {
    // A run, a step.
    case started, finished, failed, interrupted
    case applied, refused
    case alreadySatisfied = "already_satisfied"
    case notApplicable = "not_applicable"
    // A way back.
    case done, cleanup
    // A table renamed out of reach: before the renaming, and once all its rows are elsewhere.
    case begun, merged
    // A row.
    case kept, written

    init(_ outcome: StepReport.Outcome) {
        switch outcome {
        case .applied: self = .applied
        case .alreadySatisfied: self = .alreadySatisfied
        case .notApplicable: self = .notApplicable
        case .refused: self = .refused
        case .failed: self = .failed
        }
    }
}

/// Why the journal keeps a removed row or text; the raw value is the entry's code.
enum ArchiveReason: String {
    /// A metrics day that Agno recalculates.
    case unfinishedMetricsDay = "unfinished_metrics_day"
    /// A run list that cannot be read, replaced by the session's rows.
    case unreadableRuns = "unreadable_runs"
}

/// The table that a journal entry is about, and the version whose work it is.
package struct JournalSubject: Sendable {
    package var type: TableType
    package var table: String
    package var version: SchemaVersion

    package init(_ type: TableType, table: String, version: SchemaVersion) {
        self.type = type
        self.table = table
        self.version = version
    }
}
