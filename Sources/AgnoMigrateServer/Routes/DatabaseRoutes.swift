import AgnoMigrate
import HTTPTypes
import LosslessJSON
import ReportJSON

/// Routes that the original lacks: the list of databases, their status and history, and plans.
struct DatabaseRoutes: Sendable {
    let registry: DatabaseRegistry
    let jobs: JobCenter
    let allowsDataLoss: Bool

    private static let maximumHistoryLimit = 1000

    /// `GET /databases`
    func list() -> Answer {
        let running = Set(jobs.all.filter { !$0.status.isFinal }.flatMap { $0.databases.map(\.id) })
        let entries = registry.databases.map { served -> JSONValue in
            [
                "id": JSONValue(served.id), "dialect": JSONValue(optional: served.database?.url.kind.rawValue),
                "schema": JSONValue(optional: served.database?.schema), "remote": JSONValue(served.isRemote),
                "migrating": JSONValue(running.contains(served.id)),
            ]
        }
        return .json([
            "databases": .array(entries), "known_versions": JSONValue(strings: SchemaVersion.known.map(\.description)),
            "latest_version": JSONValue(SchemaVersion.latest.description),
        ])
    }

    /// `GET /databases/{db_id}/status`
    func status(_ id: String) async throws -> Answer {
        try await .json(
            envelope(id, registry.local(id)) { manager in
                let status = try await manager.status()
                var members: JSONObject = ["dialect": JSONValue(status.dialect.rawValue)]
                members.members += status.members.members
                return members
            })
    }

    /// `GET /databases/{db_id}/history`
    func history(_ id: String, _ exchange: Exchange) async throws -> Answer {
        let text = exchange.target["limit"] ?? "100"
        guard let limit = Int(text), (1...Self.maximumHistoryLimit).contains(limit) else {
            throw HTTPRefusal(
                .badRequest, "limit must be a number from 1 to \(Self.maximumHistoryLimit)",
                errorID: "invalid_parameter")
        }
        let details = try ParameterReader(query: exchange.target).flag("details", default: true)
        return try await .json(
            envelope(id, registry.local(id)) { manager in
                ["entries": .array(try await manager.history(limit: limit, details: details).map(\.json))]
            })
    }

    /// `POST /databases/{db_id}/plan`
    func plan(_ id: String, _ exchange: Exchange) async throws -> Answer {
        let databases = try registry.local(id)
        let parameters = try parameters(exchange)
        return try await .json(envelope(id, databases) { try await Self.plan(parameters.request, $0) })
    }

    /// `POST /databases/all/plan`
    func planAll(_ exchange: Exchange) async throws -> Answer {
        let parameters = try parameters(exchange)
        var plans: [JSONValue] = []
        for served in registry.databases {
            guard let database = served.database else { continue }
            do {
                let entry = try await Self.entry(served.id, database) { try await Self.plan(parameters.request, $0) }
                plans.append(.object(entry))
            } catch let problem as Problem {
                plans.append(["id": JSONValue(served.id), "error": problem.json])
            }
        }
        return .json(["databases": .array(plans)])
    }

    private func parameters(_ exchange: Exchange) throws(HTTPRefusal) -> MigrateParameters {
        try MigrateParameters(exchange.target, body: exchange.body, allowsDataLoss: allowsDataLoss)
    }

    private static func plan(_ request: MigrateRequest, _ manager: MigrationManager) async throws -> JSONObject {
        let direction = try await direction(of: request, manager)
        let plan = try await manager.plan(direction, target: request.target)
        var members: JSONObject = [
            "dialect": JSONValue(plan.dialect.rawValue), "pending": JSONValue(plan.hasPendingWork),
            "losses": .array(plan.losses.map(\.json)),
        ]
        members.members += plan.members.members
        return members
    }

    /// The envelope of an id, with one entry per database under it.
    private func envelope(
        _ id: String, _ databases: [ServedDatabase],
        _ members: @Sendable (MigrationManager) async throws -> JSONObject
    ) async throws -> JSONValue {
        var entries: [JSONValue] = []
        for case let database? in databases.map(\.database) {
            do {
                entries.append(.object(try await Self.entry(id, database, members)))
            } catch let problem as Problem {
                throw HTTPRefusal(
                    problem.code == "mixed_directions" ? .conflict : .internalServerError, problem.message,
                    errorID: problem.code)
            }
        }
        return ["id": JSONValue(id), "databases": .array(entries)]
    }

    private static func entry(
        _ id: String, _ database: Database, _ members: @Sendable (MigrationManager) async throws -> JSONObject
    ) async throws -> JSONObject {
        do {
            var entry: JSONObject = ["id": JSONValue(id)]
            entry.members += try await members(MigrationManager(database)).members
            return entry
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(error, in: database)
        }
    }
}
