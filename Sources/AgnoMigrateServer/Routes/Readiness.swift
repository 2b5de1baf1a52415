import AgnoMigrate
import HTTPTypes
import LosslessJSON
import ReportJSON

/// Reports whether every database is at the newest schema version, or fit for a release of Agno; the result is cached for two
/// seconds.
actor Readiness {
    private struct Counts {
        var ready = 0
        var pending = 0
        var unreachable = 0
    }

    /// What was seen, or is being looked at, for a release; nil stands for the newest version.
    private struct Observation {
        var last: (at: ContinuousClock.Instant, revision: Int, counts: Counts)?
        var look: (revision: Int, task: Task<Counts, Never>)?
    }

    private let databases: [Database]
    private let jobs: JobCenter
    /// At most one per known release.
    private var observations: [AgnoRelease?: Observation] = [:]

    private static let lifetime = Duration.seconds(2)

    init(_ databases: [ServedDatabase], jobs: JobCenter) {
        self.databases = databases.compactMap(\.database)
        self.jobs = jobs
    }

    /// `GET /readyz`: counts only, since the route requires no authentication.
    ///
    /// - Throws: 400 for an unknown release.
    func answer(_ exchange: Exchange) async throws -> Answer {
        let release = try exchange.target["app"].map { try Self.release($0) }
        let counts = await counts(for: release)
        let isMigrating = jobs.hasWork
        let isReady = counts.pending == 0 && counts.unreachable == 0 && !isMigrating && !jobs.isClosed
        let databases = JSONObject([
            "ready": counts.ready, "pending": counts.pending, "unreachable": counts.unreachable,
        ])
        var members = JSONObject([
            "status": isReady ? "ready" : "not_ready", "migrating": isMigrating, "databases": databases,
        ])
        if let release { members.add(["app": release.description]) }
        return .json(members, status: isReady ? .ok : .serviceUnavailable)
    }

    private static func release(_ text: String) throws -> AgnoRelease {
        if let release = AgnoRelease(text), release.range != nil { return release }
        throw HTTPRefusal(
            .badRequest, "Unknown release of Agno; newest known release: \(AgnoRelease.newest)",
            errorID: "unknown_release")
    }

    private func counts(for release: AgnoRelease?) async -> Counts {
        let revision = jobs.revision
        let known = observations[release] ?? Observation()
        if let last = known.last, last.revision == revision, ContinuousClock.now - last.at < Self.lifetime {
            return last.counts
        }
        if let look = known.look, look.revision == revision { return await look.task.value }
        let task = Task { [databases] in await Self.look(at: databases, for: release) }
        observations[release, default: Observation()].look = (revision, task)
        let counts = await task.value
        if observations[release]?.look?.revision == revision { observations[release]?.look = nil }
        // Observations during a migration are not cached: they are outdated soon.
        observations[release]?.last = jobs.hasWork ? nil : (.now, revision, counts)
        return counts
    }

    private static func look(at databases: [Database], for release: AgnoRelease?) async -> Counts {
        var counts = Counts()
        for database in databases {
            switch await isReady(MigrationManager(database), for: release) {
            case true?: counts.ready += 1
            case false?: counts.pending += 1
            case nil: counts.unreachable += 1
            }
        }
        return counts
    }

    /// Whether a database is ready; nil if it cannot be read.
    private static func isReady(_ manager: MigrationManager, for release: AgnoRelease?) async -> Bool? {
        guard let release else {
            return (try? await manager.status()).map { !$0.hasPendingWork && !$0.isNewerThanProgram }
        }
        do {
            return try await manager.check(release).mayServe
        } catch {
            return error.code == .newerDatabase ? false : nil
        }
    }
}
