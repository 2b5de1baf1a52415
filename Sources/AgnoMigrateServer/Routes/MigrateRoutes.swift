import AgnoMigrate
import HTTPTypes
import LosslessJSON
import ReportJSON

/// The original's two routes; each of them runs a job.
struct MigrateRoutes: Sendable {
    let registry: DatabaseRegistry
    let jobs: JobCenter
    let allowsDataLoss: Bool

    func one(_ id: String, _ exchange: Exchange) async throws -> Answer {
        let databases = try registry.local(id)
        let parameters = try MigrateParameters(exchange, allowsDataLoss: allowsDataLoss)
        let job = try submit(parameters, isForAll: false, databases: databases, exchange)
        if parameters.isAsynchronous { return Self.accepted(job) }
        await job.finished()
        if let problem = job.results.compactMap(\.problem).first { throw Self.refusal(problem, job) }
        let message = "Database migrated successfully to \(job.request.targetDescription)"
        return .json(JSONObject(["message": message]) + job.request.notes, headers: [.jobID: job.id])
    }

    func all(_ exchange: Exchange) async throws -> Answer {
        let parameters = try MigrateParameters(exchange, allowsDataLoss: allowsDataLoss)
        let job = try submit(parameters, isForAll: true, databases: registry.databases, exchange)
        if parameters.isAsynchronous { return Self.accepted(job) }
        await job.finished()
        return Self.answer(job, isStrict: parameters.isStrict, requestID: exchange.id)
    }

    private func submit(
        _ parameters: MigrateParameters, isForAll: Bool, databases: [ServedDatabase], _ exchange: Exchange
    ) throws(HTTPRefusal) -> Job {
        let key = exchange.request.headerFields[.idempotencyKey]
        if let key, key.isEmpty || key.utf8.count > 255 {
            throw HTTPRefusal(
                .badRequest, "Idempotency-Key must have 1 to 255 characters", errorID: "invalid_parameter")
        }
        return try jobs.submit(
            parameters.request, isForAll: isForAll, databases: databases, key: key,
            fingerprint: parameters.fingerprint(path: exchange.target.segments))
    }

    private static func accepted(_ job: Job) -> Answer {
        .json(job.json, status: .accepted, headers: [.location: "/jobs/\(job.id)", .jobID: job.id])
    }

    // MARK: Answers

    /// The answer for a database that was not migrated.
    private static func refusal(_ problem: Problem, _ job: Job) -> HTTPRefusal {
        let (status, title): (HTTPResponse.Status, String) =
            switch problem.code {
            case "data_loss_not_allowed", "mixed_directions", "plan_changed", "locked":
                (.conflict, "Database not migrated")
            case "interrupted": (.serviceUnavailable, "Database not migrated")
            default: (.internalServerError, "Failed to migrate database")
            }
        return HTTPRefusal(status, "\(title): \(problem.message)", errorID: problem.code, headers: [.jobID: job.id])
    }

    private static func answer(_ job: Job, isStrict: Bool, requestID: String) -> Answer {
        let target = job.request.targetDescription
        let ids = job.databases.map(\.id).unique
        let failed = ids.compactMap { id in
            job.results.first { ExactText($0.id) == ExactText(id) && !$0.isSuccess }.flatMap(\.problem).map { (id, $0) }
        }
        var members = JSONObject(["message": "All databases migrated successfully to \(target)"])
        var status = HTTPResponse.Status.ok
        if !failed.isEmpty {
            status = isStrict ? .internalServerError : .multiStatus
            let done = ids.count - failed.count
            members = JSONObject([
                "message": "Migrated \(done)/\(ids.count) databases to \(target)", "failed": object(failed, \.message),
                "error_ids": object(failed, \.code), "request_id": requestID,
            ])
        }
        if !job.skipped.isEmpty { members.add(["skipped": job.skipped]) }
        members += job.request.notes
        return .json(members, status: status, headers: [.jobID: job.id])
    }

    /// An object with one member per database, in order.
    private static func object(_ problems: [(String, Problem)], _ value: (Problem) -> String) -> JSONObject {
        JSONObject(members: problems.map { JSONMember(key: JSONString(decoding: $0.0), value: JSONValue(value($0.1))) })
    }
}

extension HTTPResponse.Status {
    static let multiStatus = HTTPResponse.Status(code: 207, reasonPhrase: "Multi-Status")
}
