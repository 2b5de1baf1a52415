/// Dispatches a request to its operation.
struct Routes: Sendable {
    let discovery: DiscoveryRoutes
    let databases: DatabaseRoutes
    let migrate: MigrateRoutes
    let jobs: JobRoutes
    let readiness: Readiness
    let documents: Documents
    let metrics: ServiceMetrics

    func answer(_ operation: Route.Operation, _ parameter: String, _ exchange: Exchange) async throws -> Answer {
        switch operation {
        case .home: discovery.home()
        case .health: discovery.health()
        case .info: discovery.info()
        case .config: discovery.config()
        case .openAPI: documents.openAPIAnswer()
        case .docs: documents.docsAnswer()
        case .page: documents.pageAnswer()
        case .ready: await readiness.answer()
        case .metrics: .text(metrics.text, type: "text/plain; version=0.0.4; charset=utf-8")
        case .databases: databases.list()
        case .status: try await databases.status(parameter)
        case .history: try await databases.history(parameter, exchange)
        case .planAll: try await databases.planAll(exchange)
        case .planOne: try await databases.plan(parameter, exchange)
        case .migrateAll: try await migrate.all(exchange)
        case .migrateOne: try await migrate.one(parameter, exchange)
        case .jobs: jobs.list()
        case .job: try await jobs.one(parameter)
        case .events: try await jobs.events(parameter, exchange)
        case .cancel: try await jobs.cancel(parameter)
        }
    }
}
