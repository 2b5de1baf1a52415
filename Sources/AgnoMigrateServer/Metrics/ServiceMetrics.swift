import AgnoMigrate

struct ServiceMetrics: Sendable {
    private let registry = PrometheusRegistry()

    private enum Name {
        static let requests = "agno_migrate_http_requests_total"
        static let requestSeconds = "agno_migrate_http_request_duration_seconds"
        static let jobs = "agno_migrate_jobs_total"
        static let jobsRunning = "agno_migrate_jobs_in_progress"
        static let jobSeconds = "agno_migrate_job_duration_seconds"
        static let rows = "agno_migrate_rows_total"
        static let info = "agno_migrate_info"
    }

    private static let help = [
        Name.requests: "Requests answered, by method, route and status.",
        Name.requestSeconds: "Time to answer a request, by route.",
        Name.jobs: "Finished migrations, by status.",
        Name.jobsRunning: "Migrations running or waiting.",
        Name.jobSeconds: "Duration of a migration, including waiting.",
        Name.rows: "Rows written or moved.",
        Name.info: "The program's version and the newest schema version it supports.",
    ]

    init() {
        let newest = SchemaVersion.latest.description
        registry.add(1, toGauge: Name.info, ["version": agnoMigrateVersion, "schema_version": newest])
        registry.add(0, toGauge: Name.jobsRunning)
    }

    /// Counts an answered request; the route is a pattern, never a path of a client.
    func answered(_ method: String, route: String, status: Int, duration: Duration) {
        registry.count(Name.requests, ["method": method, "route": route, "status": "\(status)"])
        registry.record(duration, in: Name.requestSeconds, ["route": route])
    }

    func jobBegan() { registry.add(1, toGauge: Name.jobsRunning) }

    func jobEnded(_ status: Job.Status, duration: Duration) {
        registry.add(-1, toGauge: Name.jobsRunning)
        registry.count(Name.jobs, ["status": status.rawValue])
        registry.record(duration, in: Name.jobSeconds, ["status": status.rawValue])
    }

    func moved(rows: Int64) { registry.count(Name.rows, by: rows) }

    var text: String { registry.exposition(help: Self.help) }
}
