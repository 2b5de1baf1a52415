import AgnoMigrate
import HTTPTypes
import LosslessJSON
import ReportJSON

/// The tables that a migration would work on, in the shape that Agno's coming routes have.
struct PendingRoutes: Sendable {
    let registry: DatabaseRegistry

    func all() async -> Answer {
        var reports: [JSONObject] = []
        var total = 0
        for served in registry.databases {
            var pending: [PendingMigration] = []
            var problem: Problem?
            if let database = served.database {
                do throws(Problem) { pending = try await Self.pending(in: database) } catch { problem = error }
            }
            var report = Self.report(served.id, isRemote: served.isRemote, pending)
            if let problem { report.add(["error": problem.message, "error_id": problem.code]) }
            reports.append(report)
            total += pending.count
        }
        return .json(JSONObject(["total_pending": total, "databases": reports]))
    }

    /// The report on all databases with an id.
    ///
    /// - Throws: 404 for an unknown id, 500 if a database cannot be read.
    func one(_ id: String) async throws -> Answer {
        let found = registry.named(id)
        guard !found.isEmpty else { throw DatabaseRegistry.unknown(id) }
        var pending: [PendingMigration] = []
        for database in found.compactMap(\.database) {
            do throws(Problem) {
                pending += try await Self.pending(in: database)
            } catch {
                throw HTTPRefusal(
                    .internalServerError, "Failed to check pending migrations: \(error.message)", errorID: error.code)
            }
        }
        return .json(Self.report(id, isRemote: found.allSatisfy(\.isRemote), pending))
    }

    private static func pending(in database: Database) async throws(Problem) -> [PendingMigration] {
        do {
            return try await MigrationManager(database).status().pendingMigrations
        } catch {
            throw Problem(error, in: database)
        }
    }

    private static func report(_ id: String, isRemote: Bool, _ pending: [PendingMigration]) -> JSONObject {
        let entries = pending.map { entry in
            JSONObject([
                "table_type": entry.type.name, "table_name": entry.name, "current_version": entry.current,
                "target_version": entry.target,
            ])
        }
        return JSONObject(["db_id": id, "remote": isRemote, "pending": entries])
    }
}
