import AgnoMigrate
import LosslessJSON
import ReportJSON

struct MigrateRequest: Sendable, Hashable {
    /// The version as the client wrote it; nil means the newest.
    var targetText: String?
    var target: SchemaVersion = .latest
    /// The version that a release of Agno stands for, in words; nil if the client named a version or none.
    var note: String?
    /// The direction; nil lets the tables of each database decide.
    var direction: MigrationDirection?
    var allowsDataLoss = false
    /// The digest of a reviewed plan; nil migrates without one.
    var digest: String?
    /// Whether the job makes a proof.
    var makesProof = false

    /// `note`, if there is one.
    var notes: JSONObject { note.map { JSONObject(["note": $0]) } ?? JSONObject() }

    /// `version 2.3.0` as the client wrote it, or `latest version`.
    var targetDescription: String { targetText.map { "version \($0)" } ?? "latest version" }
}

/// The reason why a database was not migrated; it holds no SQL, driver message, URL or path.
struct Problem: Error, Sendable, Hashable {
    var code: String
    var message: String
    /// The keys of the rows that are the cause; empty if rows are not the cause.
    var rows: [String] = []

    static let interrupted = Problem(
        code: "interrupted",
        message: "the migration was stopped at a safe point; everything reported as done is committed")
}

extension Problem {
    /// Converts an error of the library, without the path of the database.
    init(_ error: any Error, in database: Database) {
        switch error {
        case let error as MigrationError:
            self.init(code: error.code.rawValue, message: error.message, rows: error.rows)
        case is CancellationError:
            self.init(code: "interrupted", message: "the migration was stopped at a safe point")
        default: self.init(code: "internal", message: "an unexpected error stopped the migration")
        }
        // The path of a file stays private; its name distinguishes several databases.
        if let path = database.url.path, let name = path.split(separator: "/").last {
            message = message.replacing(path, with: name)
        }
        // The log names the process and the host.
        if code == "locked" { message = "another migration holds the lock" }
        if code == "data_loss_not_allowed" {
            message += "; pass allow_data_loss=true to allow it. Nothing was changed."
        }
    }
}

struct DatabaseResult: Sendable {
    var id: String
    var dialect: DatabaseKind?
    var report: MigrationReport?
    /// The reason of a failure; nil if the database is at its target.
    var problem: Problem?

    var isSuccess: Bool { problem == nil }
}

extension MigrationReport {
    /// The first failure or, without one, the first refusal; nil if every table reached its target.
    func problem(in database: Database) -> Problem? {
        if interrupted { return .interrupted }
        let steps = tables.flatMap { table in table.steps.map { (table, $0) } }
        for outcome in [StepReport.Outcome.failed, .refused] {
            guard let (table, step) = steps.first(where: { $0.1.outcome == outcome }), let error = step.error else {
                continue
            }
            var problem = Problem(error, in: database)
            problem.message = "\(table.name) \(step.version) \(outcome.rawValue): \(problem.message)"
            return problem
        }
        return isSuccess ? nil : Problem(code: "internal", message: "a table did not reach its target version")
    }
}
