package import ReportJSON

/// The configuration of the service.
public struct ServiceConfiguration: Sendable {
    /// The AgentOS that this service belongs to, as shown by `/info` and `/config`.
    public struct Identity: Sendable {
        /// The id for clients, and the audience of tokens unless another one is given (default: `agno-migrate`).
        public var id: String
        /// The display name; nil (the default) for none.
        public var name: String?
        /// The description; nil (the default) for none.
        public var description: String?
        /// The version in `/info` and the OpenAPI document (default: `1.0.0`).
        public var version: String

        /// Makes an identity.
        public init(
            id: String = "agno-migrate", name: String? = nil, description: String? = nil, version: String = "1.0.0"
        ) {
            self.id = id
            self.name = name
            self.description = description
            self.version = version
        }
    }

    /// The authentication of requests.
    public enum Authentication: Sendable {
        /// No authentication; the service then listens on loopback only.
        case open
        /// This key authenticates.
        case securityKey(ServiceSecret)
        /// A token with the scope of the route authenticates.
        case tokens(TokenSettings)
    }

    /// The limits that keep one client from blocking the others.
    public struct Limits: Sendable {
        /// The maximum size of a request body in bytes (default: 64 KiB).
        public var maximumBodyBytes = 64 << 10
        /// The maximum number of concurrent requests, not counting `/health`, and of active jobs (default: 256).
        public var maximumRequests = 256
        /// The maximum number of open connections (default: 512).
        public var maximumConnections = 512
        /// The maximum time without data on a connection, and for a request to arrive (default: 75 seconds).
        public var idleTimeout = Duration.seconds(75)
        /// The maximum number of headers of a request (default: 100).
        public var maximumHeaders = 100
        /// The time that a migration waits for one of another process (default: ten minutes).
        public var waitTimeout = Duration.seconds(600)

        /// Makes the default limits.
        public init() {}
    }

    /// The files of a certificate and its key.
    public struct TLSFiles: Sendable {
        /// The certificate chain without its root, in PEM form.
        public var certificate: String
        /// The private key, in PEM form.
        public var key: String

        /// Makes a value from two paths.
        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// The address to listen on (default: 127.0.0.1).
    public var host = "127.0.0.1"
    /// The port to listen on (default: 7777); 0 chooses a free one.
    public var port = 7777
    /// The id and the name of the AgentOS.
    public var identity = Identity()
    /// The authentication of requests (default: none).
    public var authentication = Authentication.open
    /// The origins of web pages that may send requests (default: the original's).
    public var origins = defaultOrigins
    /// The host names, besides loopback, under which a service without authentication is reachable (default: none).
    public var trustedHosts: [String] = []
    /// The databases, in the order in which they are migrated.
    public var databases: [ServedDatabase] = []
    /// Whether a downgrade may destroy values without `allow_data_loss` in the request (default: false).
    public var allowsDataLoss = false
    /// Whether `/metrics` requires no authentication (default: false).
    public var hasPublicMetrics = false
    /// The limits.
    public var limits = Limits()
    /// The certificate for TLS; nil (the default) serves plain HTTP.
    public var tls: TLSFiles?
    /// The key that signs proofs; nil (the default) leaves them unsigned.
    package var proofKey: ProofKey?

    /// Makes the default configuration: loopback, no authentication, no database.
    public init() {}

    /// The original's default origins (Agno 3.1.10).
    public static let defaultOrigins = [
        "http://localhost:3000", "https://agno.com", "https://www.agno.com", "https://app.agno.com",
        "https://os-stg.agno.com", "https://os.agno.com",
    ]
}

/// A key that cannot be printed by accident.
public struct ServiceSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let revealed: String

    /// Wraps a key.
    public init(_ text: String) { revealed = text }

    /// Asterisks.
    public var description: String { "***" }
    /// Asterisks.
    public var debugDescription: String { "***" }
    /// No children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The verification of tokens.
public struct TokenSettings: Sendable {
    /// The key of the verification.
    public enum Key: Sendable {
        /// The secret of an HS algorithm, or a public key in PEM form.
        case text(ServiceSecret)
        /// A JSON Web Key Set.
        case keySet(String)
    }

    /// The only accepted algorithm (default: `RS256`).
    public var algorithm: String
    /// The key.
    public var key: Key
    /// The required audience; nil (the default) means the service's id.
    public var audience: String?
    /// Whether the audience is verified (default: false).
    public var verifiesAudience: Bool
    /// Whether a token without an expiry is refused (default: false).
    public var requiresExpiry: Bool

    /// Makes settings.
    public init(
        algorithm: String = "RS256", key: Key, audience: String? = nil, verifiesAudience: Bool = false,
        requiresExpiry: Bool = false
    ) {
        self.algorithm = algorithm
        self.key = key
        self.audience = audience
        self.verifiesAudience = verifiesAudience
        self.requiresExpiry = requiresExpiry
    }
}

/// An error that keeps the service from starting.
public struct ServiceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong; it holds no secret.
    public let message: String
    /// What to do next.
    public let remedy: String

    init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    /// What is wrong and what to do next.
    public var description: String { "\(message); \(remedy)" }
}
