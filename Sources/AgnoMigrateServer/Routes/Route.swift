import HTTPTypes

/// A route, for matching, authentication, metrics and the tests of the OpenAPI document.
struct Route: Sendable {
    /// Answers a request; the parameter of the path is empty if there is none.
    typealias Operation = @Sendable (_ routes: Routes, _ parameter: String, Exchange) async throws -> Answer

    let method: HTTPRequest.Method
    /// The path, with parameters in braces.
    let path: String
    /// The scope required of a token; nil if the route requires no authentication.
    let scope: Scope?
    let operation: Operation
    private let segments: [Substring]

    private init(_ method: HTTPRequest.Method, _ path: String, _ scope: Scope?, _ operation: @escaping Operation) {
        self.method = method
        self.path = path
        self.scope = scope
        self.operation = operation
        segments = path.split(separator: "/")
    }

    /// Every route; the first match counts, so `all` precedes any id.
    static let all: [Route] = [
        Route(.get, "/", nil) { routes, _, _ in routes.discovery.home() },
        Route(.get, "/health", nil) { routes, _, _ in routes.discovery.health() },
        Route(.get, "/readyz", nil) { try await $0.readiness.answer($2) },
        Route(.get, "/info", nil) { routes, _, _ in routes.discovery.info() },
        Route(.get, "/config", .read) { routes, _, _ in routes.discovery.config() },
        Route(.get, "/openapi.json", nil) { routes, _, _ in routes.documents.openAPI },
        Route(.get, "/docs", nil) { routes, _, _ in routes.documents.docs },
        Route(.get, "/redoc", nil) { routes, _, _ in routes.documents.docs },
        Route(.get, "/ui", nil) { routes, _, _ in routes.documents.page },
        Route(.get, "/metrics", .read) { routes, _, _ in
            .text(routes.metrics.text, type: "text/plain; version=0.0.4; charset=utf-8")
        },
        Route(.get, "/databases", .read) { routes, _, _ in routes.databases.list() },
        Route(.get, "/databases/migrations/pending", .read) { routes, _, _ in await routes.pending.all() },
        Route(.get, "/databases/{db_id}/migrations/pending", .read) { routes, id, _ in
            try await routes.pending.one(id)
        },
        Route(.post, "/databases/all/migrate", .write) { try await $0.migrate.all($2) },
        Route(.post, "/databases/all/plan", .read) { try await $0.databases.planAll($2) },
        Route(.post, "/databases/{db_id}/migrate", .write) { try await $0.migrate.one($1, $2) },
        Route(.post, "/databases/{db_id}/plan", .read) { try await $0.databases.plan($1, $2) },
        Route(.get, "/databases/{db_id}/status", .read) { routes, id, _ in try await routes.databases.status(id) },
        Route(.get, "/databases/{db_id}/history", .read) { try await $0.databases.history($1, $2) },
        Route(.get, "/jobs", .read) { routes, _, _ in routes.jobs.list() },
        Route(.get, "/jobs/{job_id}", .read) { routes, id, _ in try await routes.jobs.one(id) },
        Route(.delete, "/jobs/{job_id}", .write) { routes, id, _ in try await routes.jobs.cancel(id) },
        Route(.get, "/jobs/{job_id}/proof", .read) { routes, id, _ in try await routes.jobs.proof(id) },
        Route(.get, "/jobs/{job_id}/events", .read) { try await $0.jobs.events($1, $2) },
    ]

    enum Match: Sendable {
        /// The route and its parameter; empty if it has none.
        case route(Route, parameter: String)
        case wrongMethod(allowed: [HTTPRequest.Method])
        case nothing
    }

    static func match(_ method: HTTPRequest.Method, _ path: [String]) -> Match {
        let candidates = all.compactMap { route in route.parameter(in: path).map { (route, $0) } }
        // HEAD is supported for documents, as by the original's server.
        let wanted = method == .head && candidates.first?.0.isDocument == true ? .get : method
        if let (route, parameter) = candidates.first(where: { $0.0.method == wanted }) {
            return .route(route, parameter: parameter)
        }
        return candidates.isEmpty ? .nothing : .wrongMethod(allowed: candidates.map(\.0.method))
    }

    private var isDocument: Bool { ["/openapi.json", "/docs", "/redoc", "/ui"].contains(path) }

    /// The parameter of a matching path, empty if the pattern has none; nil for other paths.
    private func parameter(in path: [String]) -> String? {
        guard path.count == segments.count else { return nil }
        var parameter = ""
        for (segment, wanted) in zip(path, segments) {
            if wanted.hasPrefix("{") {
                guard !segment.isEmpty else { return nil }
                parameter = segment
            } else if segment != wanted {
                return nil
            }
        }
        return parameter
    }
}

/// The parts of the service that answer requests.
struct Routes: Sendable {
    let discovery: DiscoveryRoutes
    let databases: DatabaseRoutes
    let pending: PendingRoutes
    let migrate: MigrateRoutes
    let jobs: JobRoutes
    let readiness: Readiness
    let documents: Documents
    let metrics: ServiceMetrics
}
