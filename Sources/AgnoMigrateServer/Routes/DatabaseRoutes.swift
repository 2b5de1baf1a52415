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

    func list() -> Answer {
        let running = Set(exact: jobs.all.filter { !$0.status.isFinal }.flatMap { $0.databases.map(\.id) })
        let entries = registry.databases.map { served in
            JSONObject([
                "id": served.id, "dialect": served.database?.url.kind.rawValue, "schema": served.database?.schema,
                "remote": served.isRemote, "migrating": running.contains(served.id),
            ])
        }
        return .json(
            JSONObject([
                "databases": entries, "known_versions": SchemaVersion.known, "latest_version": SchemaVersion.latest,
            ]))
    }

    func status(_ id: String) async throws -> Answer {
        try await .json(
            envelope(id, registry.local(id)) { manager in
                let status = try await manager.status()
                var members = JSONObject(["dialect": status.dialect.rawValue])
                members += status.members
                return members
            })
    }

    func history(_ id: String, _ exchange: Exchange) async throws -> Answer {
        let text = exchange.target["limit"] ?? "100"
        guard let limit = Int(text), (1...Self.maximumHistoryLimit).contains(limit) else {
            throw HTTPRefusal.invalid("limit", "a number from 1 to \(Self.maximumHistoryLimit)")
        }
        let details = try ParameterReader(query: exchange.target).flag("details", default: true)
        return try await .json(
            envelope(id, registry.local(id)) { manager in
                JSONObject(["entries": try await manager.history(limit: limit, details: details)])
            })
    }

    func plan(_ id: String, _ exchange: Exchange) async throws -> Answer {
        let databases = try registry.local(id)
        let request = try MigrateParameters(exchange, allowsDataLoss: allowsDataLoss).request
        return try await .json(envelope(id, databases) { try await Self.plan(request, $0) } + request.notes)
    }

    func planAll(_ exchange: Exchange) async throws -> Answer {
        let request = try MigrateParameters(exchange, allowsDataLoss: allowsDataLoss).request
        var plans: [JSONObject] = []
        for served in registry.databases {
            guard let database = served.database else { continue }
            do throws(Problem) {
                plans.append(try await Self.entry(served.id, database) { try await Self.plan(request, $0) })
            } catch {
                plans.append(JSONObject(["id": served.id, "error": error]))
            }
        }
        return .json(JSONObject(["databases": plans]) + request.notes)
    }

    private static func plan(_ request: MigrateRequest, _ manager: MigrationManager) async throws -> JSONObject {
        let direction = try await direction(of: request, manager)
        let plan = try await manager.plan(direction, target: request.target)
        var members = JSONObject([
            "dialect": plan.dialect.rawValue, "pending": plan.hasPendingWork, "losses": plan.losses,
        ])
        members += plan.members
        return members
    }

    /// The envelope of an id, with one entry per database under it.
    private func envelope(
        _ id: String, _ databases: [ServedDatabase],
        _ members: @Sendable (MigrationManager) async throws -> JSONObject
    ) async throws -> JSONObject {
        var entries: [JSONObject] = []
        for case let database? in databases.map(\.database) {
            do throws(Problem) {
                entries.append(try await Self.entry(id, database, members))
            } catch {
                let status = error.code == "mixed_directions" ? HTTPResponse.Status.conflict : .internalServerError
                throw HTTPRefusal(status, error.message, errorID: error.code)
            }
        }
        return JSONObject(["id": id, "databases": entries])
    }

    private static func entry(
        _ id: String, _ database: Database, _ members: @Sendable (MigrationManager) async throws -> JSONObject
    ) async throws(Problem) -> JSONObject {
        do {
            var entry = JSONObject(["id": id])
            entry += try await members(MigrationManager(database))
            return entry
        } catch {
            throw error as? Problem ?? Problem(error, in: database)
        }
    }
}
