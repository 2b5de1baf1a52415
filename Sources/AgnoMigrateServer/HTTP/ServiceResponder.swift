import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// The server's context of a request; nothing of it is used.
struct RequestOrigin: InitializableFromSource {
    init(source: ApplicationRequestContextSource) {}
}

/// Answers every request: preflight, limits, authentication, then the route, in the original's order.
struct ServiceResponder: HTTPResponder {
    let routes: Routes
    let authenticator: Authenticator
    let origins: CrossOrigin
    let metrics: ServiceMetrics
    let limits: ServiceConfiguration.Limits
    let hasPublicMetrics: Bool
    let logger: Logger
    private let load = Load()

    func respond(to request: Request, context: RequestOrigin) async throws -> Response {
        let started = ContinuousClock.now
        let exchange = Exchange(
            id: Identifier.make(bytes: 8), request: request.head, target: RequestTarget(request.head.path ?? "/"))
        let match = Route.match(request.method, exchange.target.segments)
        var answer: Answer
        do {
            answer = try await self.answer(exchange, match, request)
        } catch let refusal as HTTPRefusal {
            answer = refusal.answer(requestID: exchange.id)
        } catch {
            logger.error("unexpected", metadata: ["request": "\(exchange.id)", "error": "\(type(of: error))"])
            answer = HTTPRefusal(.internalServerError, "Internal server error", errorID: "internal")
                .answer(requestID: exchange.id)
        }
        origins.complete(&answer.headers, for: request.head)
        answer.headers[.requestID] = exchange.id
        answer.headers[.xContentTypeOptions] = "nosniff"
        log(exchange, match, answer.status, ContinuousClock.now - started)
        let response = Response(status: answer.status, headers: answer.headers, body: answer.body)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ exchange: Exchange, _ match: Route.Match, _ request: Request) async throws -> Answer {
        if let preflight = origins.preflight(request.head) { return preflight }
        if match.pattern == "/health" { return routes.discovery.health() }
        guard load.enter(limit: limits.maximumRequests) else {
            throw HTTPRefusal(
                .serviceUnavailable, "Too many concurrent requests", errorID: "too_many_requests",
                headers: [.retryAfter: "1"])
        }
        defer { load.leave() }
        // Authentication precedes routing: without it a client cannot discover routes.
        if needsCredentials(match) { try await authenticator.check(request.head, for: match.route?.scope) }
        switch match {
        case .nothing: throw HTTPRefusal.notFound
        case .wrongMethod(let allowed): throw HTTPRefusal.notAllowed(allowed)
        case .route(let route, let parameter):
            var exchange = exchange
            exchange.body = try await body(of: request, isRead: route.method == .post)
            return try await route.operation(routes, parameter, exchange)
        }
    }

    private func needsCredentials(_ match: Route.Match) -> Bool {
        guard let route = match.route else { return true }
        return route.scope != nil && !(route.path == "/metrics" && hasPublicMetrics)
    }

    /// Reads the body within the limits of size and time.
    private func body(of request: Request, isRead: Bool) async throws -> [UInt8] {
        let tooLarge = HTTPRefusal(
            .contentTooLarge, "The request body is larger than \(limits.maximumBodyBytes) bytes",
            errorID: "body_too_large")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limits.maximumBodyBytes {
            throw tooLarge
        }
        guard isRead else { return [] }
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { [maximumBytes = limits.maximumBodyBytes] in
                do {
                    return Array(try await request.body.collect(upTo: maximumBytes).readableBytesView)
                } catch is NIOTooManyBytesError {
                    throw tooLarge
                }
            }
            group.addTask { [timeout = limits.idleTimeout] in
                try await Task.sleep(for: timeout)
                throw HTTPRefusal(.requestTimeout, "The request body did not arrive in time", errorID: "body_too_slow")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    private func log(_ exchange: Exchange, _ match: Route.Match, _ status: HTTPResponse.Status, _ duration: Duration) {
        let known: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]
        let method = known.contains(exchange.request.method) ? exchange.request.method.rawValue : "OTHER"
        metrics.answered(method, route: match.pattern, status: status.code, duration: duration)
        // The pattern, not the path or the query: secrets that a client puts there by mistake stay out of the log.
        let level: Logger.Level = match.isProbe ? .debug : status.code >= 500 ? .warning : .info
        let metadata: Logger.Metadata = [
            "request": "\(exchange.id)", "method": "\(method)", "route": "\(match.pattern)", "status": "\(status.code)",
            "ms": "\(Int(duration / .milliseconds(1)))",
        ]
        logger.log(level: level, "request", metadata: metadata)
    }
}

extension Route.Match {
    fileprivate var route: Route? { if case .route(let route, _) = self { route } else { nil } }
    fileprivate var pattern: String { route?.path ?? "unknown" }
    /// Whether monitoring requests it periodically.
    fileprivate var isProbe: Bool { ["/health", "/readyz", "/metrics"].contains(pattern) }
}

private final class Load: Sendable {
    private let count = Mutex(0)

    func enter(limit: Int) -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}
