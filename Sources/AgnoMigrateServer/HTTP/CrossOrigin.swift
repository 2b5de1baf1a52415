import HTTPTypes
import Hummingbird
import NIOCore

/// The origins of web pages that may send requests, and the headers for their browsers (CORS).
struct CrossOrigin: Sendable {
    private let origins: Set<String>

    init(_ origins: [String]) { self.origins = Set(origins) }

    private static let methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

    func allows(_ origin: String) -> Bool { origins.contains(origin) }

    /// The answer to a preflight request; nil for any other request.
    func preflight(_ request: HTTPRequest) -> Answer? {
        guard request.method == .options, let origin = request.headerFields[.origin],
            let method = request.headerFields[.accessControlRequestMethod]
        else { return nil }
        var refused: [String] = []
        if !allows(origin) { refused.append("origin") }
        if !Self.methods.contains(method) { refused.append("method") }
        if request.headerFields[.privateNetwork] != nil { refused.append("private-network") }
        var answer = Answer.text(
            refused.isEmpty ? "OK" : "Disallowed CORS \(refused.joined(separator: ", "))",
            type: "text/plain; charset=utf-8", status: refused.isEmpty ? .ok : .badRequest)
        answer.headers[.vary] =
            "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network"
        answer.headers[.accessControlAllowMethods] = Self.methods.joined(separator: ", ")
        answer.headers[.accessControlMaxAge] = "600"
        answer.headers[.accessControlAllowCredentials] = "true"
        if allows(origin) { answer.headers[.accessControlAllowOrigin] = origin }
        if let headers = request.headerFields[.accessControlRequestHeaders] {
            answer.headers[.accessControlAllowHeaders] = headers
        }
        return answer
    }

    /// Adds the headers for a browser; every answer varies by origin.
    func complete(_ headers: inout HTTPFields, for request: HTTPRequest) {
        if headers[.vary] == nil { headers[.vary] = "Origin" }
        guard let origin = request.headerFields[.origin], allows(origin) else { return }
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlAllowCredentials] = "true"
        headers[.accessControlExposeHeaders] = "*"
    }
}

extension HTTPField.Name {
    static let privateNetwork = named("Access-Control-Request-Private-Network")
    static let requestID = named("X-Request-ID")
    static let jobID = named("X-Job-ID")
    static let idempotencyKey = named("Idempotency-Key")
    static let proxyBuffering = named("X-Accel-Buffering")
    static let lastEventID = named("Last-Event-ID")

    private static func named(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .origin }
}
