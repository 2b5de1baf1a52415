import AgnoMigrate
import HTTPTypes
import LosslessJSON
import ReportJSON

/// Reports whether every database is at the newest schema version; the result is cached for two seconds.
actor Readiness {
    private struct Counts {
        var ready = 0
        var pending = 0
        var unreachable = 0
    }

    private let databases: [Database]
    private let jobs: JobCenter
    private var last: (at: ContinuousClock.Instant, revision: Int, counts: Counts)?
    private var look: (revision: Int, task: Task<Counts, Never>)?

    private static let lifetime = Duration.seconds(2)

    init(_ databases: [ServedDatabase], jobs: JobCenter) {
        self.databases = databases.compactMap(\.database)
        self.jobs = jobs
    }

    /// `GET /readyz`: counts only, since the route requires no authentication.
    func answer() async -> Answer {
        let counts = await counts()
        let isMigrating = jobs.hasWork
        let isReady = counts.pending == 0 && counts.unreachable == 0 && !isMigrating && !jobs.isClosed
        let databases = JSONObject([
            "ready": counts.ready, "pending": counts.pending, "unreachable": counts.unreachable,
        ])
        return .json(
            JSONObject([
                "status": isReady ? "ready" : "not_ready", "migrating": isMigrating, "databases": databases,
            ]), status: isReady ? .ok : .serviceUnavailable)
    }

    private func counts() async -> Counts {
        let revision = jobs.revision
        if let last, last.revision == revision, ContinuousClock.now - last.at < Self.lifetime { return last.counts }
        if let look, look.revision == revision { return await look.task.value }
        let task = Task { [databases] in await Self.look(at: databases) }
        look = (revision, task)
        let counts = await task.value
        if look?.revision == revision { look = nil }
        // Observations during a migration are not cached: they are outdated soon.
        last = jobs.hasWork ? nil : (.now, revision, counts)
        return counts
    }

    private static func look(at databases: [Database]) async -> Counts {
        var counts = Counts()
        for database in databases {
            guard let status = try? await MigrationManager(database).status() else {
                counts.unreachable += 1
                continue
            }
            if status.hasPendingWork || status.isNewerThanProgram { counts.pending += 1 } else { counts.ready += 1 }
        }
        return counts
    }
}
