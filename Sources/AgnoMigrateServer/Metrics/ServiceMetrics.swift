import AgnoMigrate
import Metrics

/// The metrics of the service, for `/metrics`.
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
        Meter(
            label: Name.info,
            dimensions: [("version", agnoMigrateVersion), ("schema_version", SchemaVersion.latest.description)],
            factory: registry
        ).set(1)
        Meter(label: Name.jobsRunning, factory: registry).set(0)
    }

    /// Counts an answered request; the route is a pattern, never a path of a client.
    func answered(_ method: String, route: String, status: Int, duration: Duration) {
        Counter(
            label: Name.requests, dimensions: [("method", method), ("route", route), ("status", "\(status)")],
            factory: registry
        ).increment()
        Recorder(label: Name.requestSeconds, dimensions: [("route", route)], factory: registry)
            .record(duration / .seconds(1))
    }

    func jobBegan() { Meter(label: Name.jobsRunning, factory: registry).increment() }

    func jobEnded(_ status: Job.Status, duration: Duration) {
        Meter(label: Name.jobsRunning, factory: registry).decrement()
        Counter(label: Name.jobs, dimensions: [("status", status.rawValue)], factory: registry).increment()
        Recorder(label: Name.jobSeconds, dimensions: [("status", status.rawValue)], factory: registry)
            .record(duration / .seconds(1))
    }

    func moved(rows: Int64) { Counter(label: Name.rows, factory: registry).increment(by: rows) }

    /// All metrics in Prometheus' text format.
    var text: String { registry.exposition(help: Self.help) }
}
