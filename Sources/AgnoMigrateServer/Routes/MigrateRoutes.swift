import AgnoMigrate
import HTTPTypes
import LosslessJSON
import ReportJSON

/// The original's two routes; each of them runs a job.
struct MigrateRoutes: Sendable {
    let registry: DatabaseRegistry
    let jobs: JobCenter
    let allowsDataLoss: Bool

    /// `POST /databases/{db_id}/migrate`
    func one(_ id: String, _ exchange: Exchange) async throws -> Answer {
        let databases = try registry.local(id)
        let parameters = try parameters(exchange)
        let job = try submit(parameters, isForAll: false, databases: databases, exchange)
        if parameters.isAsynchronous { return Self.accepted(job) }
        await job.finished()
        if let problem = job.results.compactMap(\.problem).first { throw Self.refusal(problem).with(.jobID, job.id) }
        return .json(["message": JSONValue("Database migrated successfully to \(job.request.targetDescription)")])
            .with(.jobID, job.id)
    }

    /// `POST /databases/all/migrate`
    func all(_ exchange: Exchange) async throws -> Answer {
        let parameters = try parameters(exchange)
        let job = try submit(parameters, isForAll: true, databases: registry.databases, exchange)
        if parameters.isAsynchronous { return Self.accepted(job) }
        await job.finished()
        return Self.answer(job, isStrict: parameters.isStrict, requestID: exchange.id).with(.jobID, job.id)
    }

    private func parameters(_ exchange: Exchange) throws(HTTPRefusal) -> MigrateParameters {
        try MigrateParameters(exchange.target, body: exchange.body, allowsDataLoss: allowsDataLoss)
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
        .json(job.json, status: .accepted).with(.location, "/jobs/\(job.id)").with(.jobID, job.id)
    }

    // MARK: Answers

    /// The answer for a database that was not migrated.
    private static func refusal(_ problem: Problem) -> HTTPRefusal {
        switch problem.code {
        case "data_loss_not_allowed", "mixed_directions", "plan_changed", "locked":
            HTTPRefusal(.conflict, "Database not migrated: \(problem.message)", errorID: problem.code)
        case "interrupted":
            HTTPRefusal(.serviceUnavailable, "Database not migrated: \(problem.message)", errorID: problem.code)
        default:
            HTTPRefusal(.internalServerError, "Failed to migrate database: \(problem.message)", errorID: problem.code)
        }
    }

    private static func answer(_ job: Job, isStrict: Bool, requestID: String) -> Answer {
        let target = job.request.targetDescription
        let ids = job.databases.map(\.id).unique
        let failed = ids.compactMap { id in
            job.results.first { $0.id == id && !$0.isSuccess }.flatMap(\.problem).map { (id, $0) }
        }
        var members = JSONObject()
        var status = HTTPResponse.Status.ok
        if failed.isEmpty {
            members.add("message", JSONValue("All databases migrated successfully to \(target)"))
        } else {
            status = isStrict ? .internalServerError : .multiStatus
            let done = ids.count - failed.count
            members.add("message", JSONValue("Migrated \(done)/\(ids.count) databases to \(target)"))
            members.add("failed", .object(by: failed) { JSONValue($0.message) })
            members.add("error_ids", .object(by: failed) { JSONValue($0.code) })
            members.add("request_id", JSONValue(requestID))
        }
        if !job.skipped.isEmpty { members.add("skipped", JSONValue(strings: job.skipped)) }
        return .json(.object(members), status: status)
    }
}

extension JSONValue {
    /// An object with one member per database, in order.
    fileprivate static func object(by problems: [(String, Problem)], _ value: (Problem) -> JSONValue) -> JSONValue {
        .object(
            JSONObject(members: problems.map { JSONMember(key: JSONString(decoding: $0.0), value: value($0.1)) }))
    }
}

extension HTTPResponse.Status {
    static let multiStatus = HTTPResponse.Status(code: 207, reasonPhrase: "Multi-Status")
}
