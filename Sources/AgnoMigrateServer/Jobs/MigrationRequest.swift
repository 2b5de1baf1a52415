import AgnoMigrate

/// What a client asks of one database or of all.
struct MigrateRequest: Sendable, Hashable {
    /// The version as the client wrote it; nil: the newest.
    var targetText: String?
    /// The version meant.
    var target: SchemaVersion = .latest
    /// The way, where the client said it; else each database's own tables decide.
    var direction: MigrationDirection?
    /// Whether values may be destroyed on the way down.
    var allowsDataLoss = false
    /// The digest of the plan that somebody has looked at.
    var digest: String?

    /// `version 2.3.0` as the client wrote it, or `latest version`.
    var words: String { targetText.map { "version \($0)" } ?? "latest version" }
}

/// Why one database was not migrated; no text of it holds SQL, a driver's words, a URL or a path.
struct Problem: Error, Sendable, Hashable {
    /// A stable name.
    var code: String
    /// What happened.
    var message: String
    /// The keys of the rows that are the cause.
    var rows: [String] = []

    init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// An error of the library, about a database that is called by its id.
    init(_ error: any Error, in database: Database) {
        switch error {
        case let error as MigrationError:
            code = error.code.rawValue
            message = error.message
            rows = error.rows
        case is CancellationError: (code, message) = ("interrupted", "the migration was stopped at a safe point")
        default: (code, message) = ("internal", "an unexpected error stopped the work")
        }
        // Where the file lies is nobody's business; its name helps whoever has several.
        if let path = database.url.path, let name = path.split(separator: "/").last {
            message = message.replacing(path, with: name)
        }
        // Which process on which host it is stands in the log.
        if code == "locked" { message = "another migration holds the lock" }
        if code == "data_loss_not_allowed" { message += "; consent with allow_data_loss=true, nothing was touched" }
    }

    static let interrupted = Problem(
        code: "interrupted", message: "the migration was stopped at a safe point; what was reported as done is done")
}

/// What became of one database.
struct DatabaseResult: Sendable {
    var id: String
    var dialect: DatabaseKind?
    /// What was done, where something was begun.
    var report: MigrationReport?
    /// Why it is not where it should be.
    var problem: Problem?

    var isSuccess: Bool { problem == nil }
}

extension MigrationReport {
    /// The first thing that kept a table from its target; a failure counts before a refusal.
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
        return isSuccess ? nil : Problem(code: "internal", message: "a table did not reach its version")
    }
}
