import AgnoMigrate
import Metrics

/// What the service counts, for `/metrics`.
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
        Name.requestSeconds: "Time to the answer, by route.",
        Name.jobs: "Migrations that ended, by how they ended.",
        Name.jobsRunning: "Migrations that run or wait.",
        Name.jobSeconds: "Time of a migration, waiting included.",
        Name.rows: "Rows written or moved.",
        Name.info: "The program's version and the newest schema version that it knows.",
    ]

    init() {
        Meter(
            label: Name.info,
            dimensions: [("version", agnoMigrateVersion), ("schema_version", SchemaVersion.latest.description)],
            factory: registry
        ).set(1)
        Meter(label: Name.jobsRunning, factory: registry).set(0)
    }

    /// A request was answered; `route` is a pattern, never a path that a client made up.
    func answered(_ method: String, route: String, status: Int, seconds: Double) {
        Counter(
            label: Name.requests, dimensions: [("method", method), ("route", route), ("status", "\(status)")],
            factory: registry
        ).increment()
        Recorder(label: Name.requestSeconds, dimensions: [("route", route)], factory: registry).record(seconds)
    }

    func jobBegan() { Meter(label: Name.jobsRunning, factory: registry).increment() }

    func jobEnded(_ status: Job.Status, seconds: Double) {
        Meter(label: Name.jobsRunning, factory: registry).decrement()
        Counter(label: Name.jobs, dimensions: [("status", status.rawValue)], factory: registry).increment()
        Recorder(label: Name.jobSeconds, dimensions: [("status", status.rawValue)], factory: registry).record(seconds)
    }

    func moved(rows: Int64) { Counter(label: Name.rows, factory: registry).increment(by: rows) }

    /// The text for Prometheus.
    var text: String { registry.exposition(help: Self.help) }
}
