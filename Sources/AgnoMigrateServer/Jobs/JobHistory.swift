import AgnoMigrate
import LosslessJSON
import ReportJSON

/// Jobs of earlier runs of the service, reconstructed from the databases' journals.
struct JobHistory: Sendable {
    let databases: [ServedDatabase]

    /// The job of a run in the journals; nil if none has an entry of it. A job that had nothing to do left no entry.
    func job(_ id: String) async -> JSONValue? {
        guard id.utf8.count <= 64, id.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            return nil
        }
        var found: [(id: String, entries: [HistoryEntry])] = []
        for served in databases {
            guard let database = served.database else { continue }
            // A database that cannot be read now contributes nothing.
            let entries = (try? await MigrationManager(database).history(run: id)) ?? []
            if !entries.isEmpty { found.append((served.id, entries)) }
        }
        guard !found.isEmpty else { return nil }
        let statuses = found.map { Self.status(of: $0.entries) }
        let times = found.flatMap(\.entries).map(\.recordedAt)
        let status = Self.status(ofAll: statuses)
        let databases = zip(found, statuses).map { one, status in
            JSONObject(["id": one.id, "ok": status == .succeeded, "status": status.rawValue, "journal": one.entries])
        }
        return JSONObject([
            "id": id, "status": status.rawValue, "target_version": nil, "database_ids": found.map(\.id).unique,
            "created_at": times.min(), "started_at": times.min(),
            "finished_at": status == .unfinished ? nil : times.max(), "databases": databases,
        ]).json
    }

    private static func status(of entries: [HistoryEntry]) -> Job.Status {
        switch entries.last(where: { $0.event == "run" })?.outcome {
        case "finished": .succeeded
        case "failed": .failed
        case "interrupted": .interrupted
        default: .unfinished
        }
    }

    private static func status(ofAll statuses: [Job.Status]) -> Job.Status {
        if statuses.contains(.unfinished) { return .unfinished }
        if statuses.contains(.interrupted) { return .interrupted }
        let failures = statuses.filter { $0 != .succeeded }.count
        return failures == 0 ? .succeeded : failures == statuses.count ? .failed : .partial
    }
}
