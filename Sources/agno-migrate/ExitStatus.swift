import AgnoMigrate

/// How the process ends: the only place where codes are made of reports and errors.
struct ExitStatus: RawRepresentable, Hashable, Sendable {
    let rawValue: Int32

    /// Done, or nothing to do.
    static let success = ExitStatus(rawValue: 0)
    /// Failed, and nothing succeeded.
    static let failure = ExitStatus(rawValue: 1)
    /// The command line or the configuration is wrong; nothing was touched.
    static let usage = ExitStatus(rawValue: 2)
    /// Something is pending (`status --exit-code`).
    static let pending = ExitStatus(rawValue: 3)
    /// The stamps and the tables disagree, or a verification found a mismatch.
    static let drift = ExitStatus(rawValue: 4)
    /// Another migration holds the lock.
    static let locked = ExitStatus(rawValue: 5)
    /// A table was refused because of its rows; none failed.
    static let refused = ExitStatus(rawValue: 6)
    /// Some databases or tables failed, others succeeded.
    static let partial = ExitStatus(rawValue: 7)
    /// Data loss was not consented to.
    static let dataLoss = ExitStatus(rawValue: 8)
    /// The database is newer than this program.
    static let newerDatabase = ExitStatus(rawValue: 9)
    /// The database cannot be reached or opened, or access was refused.
    static let noConnection = ExitStatus(rawValue: 10)

    /// Stopped by a signal at a safe point: 130 for SIGINT, 143 for SIGTERM.
    static func interrupted(by signal: Int32?) -> ExitStatus { ExitStatus(rawValue: 128 + (signal ?? 2)) }

    /// What the codes mean, for the help.
    static let explanation = """
        0    done, or nothing to do
        1    failed, nothing succeeded
        2    usage or configuration; nothing was touched
        3    something is pending (status --exit-code)
        4    drift, or a verification found a mismatch
        5    another migration holds the lock
        6    a table was refused because of its rows, or rows are in the quarantine; none failed
        7    some databases or tables failed, others succeeded
        8    values would be lost, and that was not consented to
        9    the database is newer than this program
        10   cannot connect, or not authorised
        130  interrupted by SIGINT, 143 by SIGTERM; the state is consistent
        """

    /// Whether the command did what it was asked for; something pending is an answer, not a failure.
    var isSuccess: Bool { self == .success || self == .pending }
}

extension ExitStatus {
    /// The code of an error that ended a whole run, or the work on a whole database.
    init(of error: MigrationError, signal: Int32?) {
        self =
            switch error.code {
            case .usage, .configuration: .usage
            case .notVerified: .drift
            case .locked: .locked
            case .duplicateValues, .ownedRows, .notStorable: .refused
            case .dataLoss: .dataLoss
            case .newerDatabase: .newerDatabase
            case .cannotConnect, .notAuthorised, .notADatabase, .readOnly: .noConnection
            case .interrupted: .interrupted(by: signal)
            default: .failure
            }
    }
}

extension MigrationError.Code {
    /// The configuration file, or something that it names, is wrong.
    static let configuration = MigrationError.Code(rawValue: "configuration")
    /// The person at the terminal said no.
    static let declined = MigrationError.Code(rawValue: "declined")
    /// A result could not be written.
    static let output = MigrationError.Code(rawValue: "output")
}

/// What one database adds to the exit code.
enum Verdict: Hashable, Sendable {
    /// Done, or nothing to do.
    case fine
    /// The work was done, and this is what it found: something pending, drift, refused rows.
    case found(ExitStatus)
    /// Some tables failed, others are where they should be.
    case partial
    /// Nothing succeeded.
    case failed(ExitStatus)
    /// A signal stopped the work at a safe point.
    case interrupted
}

extension Verdict {
    /// What an error that ended the work on a whole database adds.
    init(of error: MigrationError) {
        switch ExitStatus(of: error, signal: nil) {
        case _ where error.code == .interrupted: self = .interrupted
        case .refused: self = .found(.refused)
        case let status: self = .failed(status)
        }
    }

    /// What a migration adds; a table with nothing to do counts as one that succeeded.
    init(of report: MigrationReport) {
        let outcomes = report.tables.map(\.outcome)
        let isCutOff = report.tables.flatMap(\.steps).contains { $0.error?.code == .connectionLost }
        if report.interrupted {
            self = .interrupted
        } else if isCutOff {
            // Not a table's failure: the run was cut off, whatever it had done before.
            self = .failed(.failure)
        } else if outcomes.contains(.failed) {
            self = outcomes.contains { $0 == .migrated || $0 == .current } ? .partial : .failed(.failure)
        } else {
            self = outcomes.contains(.refused) ? .found(.refused) : .fine
        }
    }

    /// What a plan adds: steps that would be refused are said beforehand.
    init(of plan: MigrationPlan) {
        self = plan.tables.contains { $0.outcome == .refused } ? .found(.refused) : .fine
    }

    /// What a status adds; without `--exit-code`, and for a database newer than this program, nothing.
    init(of status: DatabaseStatus, tellsPending: Bool) {
        if !tellsPending || status.isNewerThanProgram {
            self = .fine
        } else if status.hasPendingWork {
            self = .found(.pending)
        } else {
            self = status.tables.allSatisfy(\.agrees) ? .fine : .found(.drift)
        }
    }

    /// What a verification adds.
    init(of report: VerificationReport) {
        self = report.isVerified ? .fine : .found(.drift)
    }

    /// What an import adds; what is in the quarantine is a finding, not a failure.
    init(of report: V1ImportReport) {
        let failures = report.tables.compactMap(\.error)
        if report.interrupted {
            self = .interrupted
        } else if failures.contains(where: { $0.code == .connectionLost }) {
            self = .failed(.failure)
        } else if !failures.isEmpty {
            let verdicts = Set(failures.map(Verdict.init(of:)))
            if verdicts == [.found(.refused)] {
                self = .found(.refused)
            } else {
                self = failures.count < report.tables.count ? .partial : verdicts.first ?? .failed(.failure)
            }
        } else {
            self = report.isSuccess ? .fine : .found(.refused)
        }
    }

    /// What a clean-up adds; kept content that nobody consented to lose is a refusal of its own.
    init(of report: CleanupReport) {
        guard report.outcome == .refused else {
            self = .fine
            return
        }
        self = report.error?.code == .dataLoss ? .failed(.dataLoss) : .found(.refused)
    }
}

extension ExitStatus {
    /// The code of a run over one or several databases.
    ///
    /// All fine is 0. Where some failed and others did not, 7; where all failed, their code if they agree, else 1. Where
    /// none failed, the gravest thing found.
    init(of verdicts: [Verdict], signal: Int32?) {
        if verdicts.contains(.interrupted) {
            self = .interrupted(by: signal)
            return
        }
        var failures: Set<ExitStatus> = []
        var findings: [ExitStatus] = []
        var hasSuccess = false
        for verdict in verdicts {
            switch verdict {
            case .fine: hasSuccess = true
            case .found(let status): findings.append(status)
            case .partial: (hasSuccess, failures) = (true, failures.union([.partial]))
            case .failed(let status): failures.insert(status)
            case .interrupted: break
            }
        }
        if failures.isEmpty {
            self = findings.max { $0.rawValue < $1.rawValue } ?? .success
        } else if hasSuccess || !findings.isEmpty {
            self = .partial
        } else {
            self = failures.count == 1 ? failures.first ?? .failure : .failure
        }
    }
}
