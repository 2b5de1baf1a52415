import Crypto
import HTTPTypes

/// Authenticates requests: by token if configured, otherwise by security key, otherwise only local requests pass.
struct Authenticator: Sendable {
    private enum Method: Sendable {
        case open(trusted: Set<String>)
        /// The SHA-256 of the key: digests have equal length, and comparing them reveals nothing about the key.
        case securityKey([UInt8])
        case tokens(TokenVerifier)
    }

    private let method: Method
    private let origins: CrossOrigin

    init(_ configuration: ServiceConfiguration, origins: CrossOrigin) async throws {
        self.origins = origins
        switch configuration.authentication {
        case .open: method = .open(trusted: Set(configuration.trustedHosts.map { $0.lowercased() }))
        case .securityKey(let key): method = .securityKey(Self.digest(key.revealed))
        case .tokens(let settings):
            method = .tokens(try await TokenVerifier(settings, serviceID: configuration.identity.id))
        }
    }

    var mode: String {
        switch method {
        case .open: "none"
        case .securityKey: "security_key"
        case .tokens: "jwt"
        }
    }

    /// Refuses a request without valid credentials.
    ///
    /// - Parameter scope: the scope that the route requires; nil if no route matches.
    func check(_ request: HTTPRequest, for scope: Scope?) async throws(HTTPRefusal) {
        let headers = request.headerFields[values: .authorization]
        switch method {
        case .open(let trusted): try checkOrigin(of: request, trusted: trusted)
        case .securityKey(let digest):
            try Self.refuseSeveral(headers)
            try checkKey(headers.first, against: digest)
        case .tokens(let verifier):
            try Self.refuseSeveral(headers)
            guard let header = headers.first else { throw HTTPRefusal(.unauthorized, "Authorization header missing") }
            let scopes = try await verifier.scopes(of: Self.token(in: header) ?? header)
            guard let scope, !scope.isGranted(by: scopes) else { return }
            throw HTTPRefusal(.forbidden, "Insufficient permissions. Required scope(s): \(scope.rawValue)")
        }
    }

    private static func refuseSeveral(_ headers: [String]) throws(HTTPRefusal) {
        if headers.count > 1 { throw HTTPRefusal(.unauthorized, "Ambiguous Authorization header") }
    }

    private func checkKey(_ header: String?, against digest: [UInt8]) throws(HTTPRefusal) {
        // A key without a scheme is also accepted, as by the original.
        let token = header.map { Self.token(in: $0) ?? $0 } ?? ""
        guard !token.isEmpty else { throw HTTPRefusal(.unauthorized, "Authorization header required") }
        if token.hasPrefix("agno_pat_") {
            throw HTTPRefusal(.unauthorized, "Service accounts are not enabled on this AgentOS instance")
        }
        let difference = zip(Self.digest(token), digest).reduce(0) { $0 | $1.0 ^ $1.1 }
        guard difference == 0 else { throw HTTPRefusal(.unauthorized, "Invalid authentication token") }
    }

    /// The token after `Bearer`, in any case; nil for a header without that scheme.
    private static func token(in header: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard let scheme = parts.first, scheme.lowercased() == "bearer" else { return nil }
        guard parts.count > 1, let end = parts[1].lastIndex(where: { $0 != " " }) else { return "" }
        return String(parts[1][...end].drop { $0 == " " })
    }

    private static func digest(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    // MARK: Open services

    /// Protects a service without authentication from foreign web pages.
    ///
    /// A browser sends requests to this machine from any page, and a host name of an attacker may resolve to it (DNS
    /// rebinding). The headers `Origin` and `Host` reveal both, and pages cannot forge them.
    private func checkOrigin(of request: HTTPRequest, trusted: Set<String>) throws(HTTPRefusal) {
        let host = Self.hostName(request.authority ?? "")
        let rule = "This service has no authentication and accepts"
        guard Loopback.contains(host) || trusted.contains(host) else {
            throw HTTPRefusal(.forbidden, "\(rule) only local host names", errorID: "host_not_trusted")
        }
        guard let origin = request.headerFields[.origin], !origins.allows(origin) else { return }
        let isOwn = origin.firstRange(of: "://").map { origin[$0.upperBound...] == request.authority ?? "" } ?? false
        guard isOwn else {
            throw HTTPRefusal(.forbidden, "\(rule) no web page of another origin", errorID: "origin_not_allowed")
        }
    }

    /// The name in `name:port` or `[address]:port`, in lower case.
    private static func hostName(_ authority: String) -> String {
        let text = authority.lowercased()
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        return String(text.prefix { $0 != ":" })
    }
}

package enum Loopback {
    package static func contains(_ host: String) -> Bool {
        let name = host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
