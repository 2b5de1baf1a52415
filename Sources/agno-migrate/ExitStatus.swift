import AgnoMigrate

/// The exit code of the process; only this file and `ExitVerdict` derive codes from reports and errors.
struct ExitStatus: RawRepresentable, Hashable, Sendable {
    let rawValue: Int32

    // `explanation` says what they mean.
    static let success = ExitStatus(rawValue: 0)
    static let failure = ExitStatus(rawValue: 1)
    static let usage = ExitStatus(rawValue: 2)
    static let pending = ExitStatus(rawValue: 3)
    static let drift = ExitStatus(rawValue: 4)
    static let locked = ExitStatus(rawValue: 5)
    static let refused = ExitStatus(rawValue: 6)
    static let partial = ExitStatus(rawValue: 7)
    static let dataLoss = ExitStatus(rawValue: 8)
    static let newerDatabase = ExitStatus(rawValue: 9)
    static let noConnection = ExitStatus(rawValue: 10)

    /// Stopped by a signal at a safe point: 130 for SIGINT, 143 for SIGTERM.
    static func interrupted(by signal: Int32?) -> ExitStatus { ExitStatus(rawValue: 128 + (signal ?? 2)) }

    /// The meaning of the codes, for the help.
    static let explanation = """
        0    done, or nothing to do
        1    failed, nothing succeeded
        2    invalid usage or configuration; nothing was changed
        3    migration pending (status --exit-code), or the release must not serve (check)
        4    drift, a verification found a mismatch, or a proof proves nothing
        5    another migration holds the lock
        6    a table was refused because of its rows, or rows were quarantined; none failed
        7    some databases or tables failed, others succeeded
        8    values would be lost, and data loss is not allowed
        9    the database is newer than this program
        10   cannot connect, or not authorised
        130  interrupted by SIGINT, 143 by SIGTERM; the database is consistent
        """

    /// Whether the command succeeded; a pending migration is a result, not a failure.
    var isSuccess: Bool { self == .success || self == .pending }
}

extension ExitStatus {
    /// The code of an error that ended the invocation or the work on a database.
    init(of error: MigrationError, signal: Int32?) {
        self =
            switch error.code {
            case .usage, .configuration: .usage
            case .notVerified, .drift: .drift
            case .locked: .locked
            case .duplicateValues, .ownedRows, .notStorable, .dependentObjects, .notAgnoTable, .rowSecurity,
                .tooLarge:
                .refused
            case .dataLoss: .dataLoss
            case .newerDatabase: .newerDatabase
            case .cannotConnect, .notAuthorised, .notADatabase, .readOnly: .noConnection
            case .interrupted: .interrupted(by: signal)
            default: .failure
            }
    }
}

extension MigrationError.Code {
    /// The configuration file or a file that it names is invalid.
    static let configuration = MigrationError.Code(rawValue: "configuration")
    static let declined = MigrationError.Code(rawValue: "declined")
    static let output = MigrationError.Code(rawValue: "output")
    static let `internal` = MigrationError.Code(rawValue: "internal")
}

extension ExitStatus {
    /// The code of an invocation over one or several databases. 0 if all are fine; 7 if some failed; if all failed,
    /// their common code or 1; if none failed, the most severe finding.
    init(of verdicts: [ExitVerdict], signal: Int32?) {
        var failures: Set<ExitStatus> = []
        var findings: [ExitStatus] = []
        for verdict in verdicts {
            switch verdict {
            case .fine: findings.append(.success)
            case .found(let status): findings.append(status)
            case .partial: failures.insert(.partial)
            case .failed(let status): failures.insert(status)
            case .interrupted:
                self = .interrupted(by: signal)
                return
            }
        }
        if failures.isEmpty {
            self = findings.max { $0.rawValue < $1.rawValue } ?? .success
        } else if !findings.isEmpty || failures.contains(.partial) {
            self = .partial
        } else {
            self = failures.count == 1 ? failures.first ?? .failure : .failure
        }
    }
}
