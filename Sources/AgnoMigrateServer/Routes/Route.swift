import HTTPTypes

/// The list of routes, for matching, authentication, metrics and the tests of the OpenAPI document.
struct Route: Sendable {
    /// The operation of a route.
    enum Operation: String, Sendable {
        case home, health, info, config, openAPI, docs, page, ready, metrics
        case databases, status, history, planAll, planOne, migrateAll, migrateOne
        case jobs, job, events, cancel
    }

    let method: HTTPRequest.Method
    /// The path, with parameters in braces.
    let path: String
    let operation: Operation
    /// The scope required of a token; nil if the route requires no authentication.
    let scope: Scope?
    private let segments: [Substring]

    private init(_ method: HTTPRequest.Method, _ path: String, _ operation: Operation, _ scope: Scope?) {
        self.method = method
        self.path = path
        self.operation = operation
        self.scope = scope
        segments = path.split(separator: "/")
    }

    /// Every route; the first match counts, so `all` precedes any id.
    static let all: [Route] = [
        Route(.get, "/", .home, nil),
        Route(.get, "/health", .health, nil),
        Route(.get, "/readyz", .ready, nil),
        Route(.get, "/info", .info, nil),
        Route(.get, "/config", .config, .read),
        Route(.get, "/openapi.json", .openAPI, nil),
        Route(.get, "/docs", .docs, nil),
        Route(.get, "/redoc", .docs, nil),
        Route(.get, "/ui", .page, nil),
        Route(.get, "/metrics", .metrics, .read),
        Route(.get, "/databases", .databases, .read),
        Route(.post, "/databases/all/migrate", .migrateAll, .write),
        Route(.post, "/databases/all/plan", .planAll, .read),
        Route(.post, "/databases/{db_id}/migrate", .migrateOne, .write),
        Route(.post, "/databases/{db_id}/plan", .planOne, .read),
        Route(.get, "/databases/{db_id}/status", .status, .read),
        Route(.get, "/databases/{db_id}/history", .history, .read),
        Route(.get, "/jobs", .jobs, .read),
        Route(.get, "/jobs/{job_id}", .job, .read),
        Route(.delete, "/jobs/{job_id}", .cancel, .write),
        Route(.get, "/jobs/{job_id}/events", .events, .read),
    ]

    /// The result of matching a request.
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

    private var isDocument: Bool { [.openAPI, .docs, .page].contains(operation) }

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
