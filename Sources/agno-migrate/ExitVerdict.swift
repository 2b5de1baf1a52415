import AgnoMigrate

/// The contribution of one database to the exit code.
enum ExitVerdict: Hashable, Sendable {
    /// Done, or nothing to do.
    case fine
    /// The work was done and found pending versions, drift or refused rows.
    case found(ExitStatus)
    /// Some tables failed, others succeeded.
    case partial
    /// Nothing succeeded.
    case failed(ExitStatus)
    /// A signal stopped the work at a safe point.
    case interrupted

    init(of error: MigrationError) {
        switch ExitStatus(of: error, signal: nil) {
        case _ where error.code == .interrupted: self = .interrupted
        case .refused: self = .found(.refused)
        case let status: self = .failed(status)
        }
    }

    /// The verdict of a migration; a current table counts as a success, and a clean-up that followed has the last word.
    init(of report: MigrationReport) {
        if let cleanup = report.cleanup {
            self.init(of: cleanup)
            return
        }
        let outcomes = report.tables.map(\.outcome)
        let isCutOff = report.tables.flatMap(\.steps).contains { $0.error?.code == .connectionLost }
        if report.interrupted {
            self = .interrupted
        } else if isCutOff {
            // The connection ended the whole run; this is not the failure of one table.
            self = .failed(.failure)
        } else if outcomes.contains(.failed) {
            self = outcomes.contains { [.migrated, .current, .drifted].contains($0) } ? .partial : .failed(.failure)
        } else {
            self =
                outcomes.contains(.refused)
                ? .found(.refused) : outcomes.contains(.drifted) ? .found(.drift) : .fine
        }
    }

    /// The verdict of a status; fine without `--exit-code` and for a database newer than this program.
    init(of status: DatabaseStatus, reportsPending: Bool) {
        if !reportsPending || status.isNewerThanProgram {
            self = .fine
        } else if status.hasPendingWork {
            self = .found(.pending)
        } else {
            self = status.tables.allSatisfy(\.agrees) ? .fine : .found(.drift)
        }
    }

    /// The verdict of an import; quarantined rows are a finding, not a failure.
    init(of report: V1ImportReport) {
        let failures = report.tables.compactMap(\.error)
        if let end = Self.end(report.interrupted, failures) {
            self = end
        } else if !failures.isEmpty {
            let verdicts = Set(failures.map(ExitVerdict.init(of:)))
            if verdicts == [.found(.refused)] {
                self = .found(.refused)
            } else {
                self = failures.count < report.tables.count ? .partial : verdicts.first ?? .failed(.failure)
            }
        } else {
            self = report.isSuccess ? .fine : .found(.refused)
        }
    }

    /// The verdict of a copy; refused rows are a finding, and so are those that changed meanwhile.
    init(of report: CopyReport) {
        let failures = report.tables.compactMap(\.error)
        if let end = Self.end(report.interrupted, failures) {
            self = end
        } else if !failures.isEmpty {
            let verdicts = Set(failures.map(ExitVerdict.init(of:)))
            let isPartial = failures.count < report.tables.count || verdicts.count > 1
            self = isPartial ? .partial : verdicts.first ?? .failed(.failure)
        } else if report.sourceWasWritten || report.tables.contains(where: { $0.changed > 0 }) {
            self = .found(.drift)
        } else {
            self = report.isSuccess ? .fine : .found(.refused)
        }
    }

    /// The verdict where the whole run ended early; nil: each table has its own.
    private static func end(_ isInterrupted: Bool, _ failures: [MigrationError]) -> ExitVerdict? {
        if isInterrupted { return .interrupted }
        return failures.contains { $0.code == .connectionLost } ? .failed(.failure) : nil
    }

    /// The verdict of a clean-up; content that would be lost has a code of its own.
    init(of report: CleanupReport) {
        switch report.outcome {
        case .refused: self = report.error?.code == .dataLoss ? .failed(.dataLoss) : .found(.refused)
        case .dropped, .wouldDrop, .nothingToDo: self = .fine
        }
    }
}
