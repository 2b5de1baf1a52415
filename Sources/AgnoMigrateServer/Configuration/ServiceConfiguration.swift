/// What the service is told before it starts.
public struct ServiceConfiguration: Sendable {
    /// What `/info` and `/config` say of the operating system that this service belongs to.
    public struct Identity: Sendable {
        /// The id that clients see, and the audience of tokens unless another one is given.
        public var id: String
        /// The name for people.
        public var name: String?
        /// A sentence for people.
        public var description: String?
        /// The version that `/info` and the OpenAPI document show.
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

    /// Who may ask.
    public enum Authentication: Sendable {
        /// Anybody who reaches it; refused where it listens beyond loopback.
        case open
        /// Whoever has this key.
        case securityKey(ServiceSecret)
        /// Whoever has a token with the scope of the route.
        case tokens(TokenSettings)
    }

    /// What keeps one client from taking the service away from the others.
    public struct Limits: Sendable {
        /// The largest request body in bytes.
        public var bodyBytes = 64 << 10
        /// How many requests are answered at once; `/health` does not count.
        public var requests = 256
        /// How many connections are open at once.
        public var connections = 512
        /// How long a connection may be silent, and how long a request may take to arrive, in seconds.
        public var idleSeconds = 75
        /// How many headers a request may have.
        public var headers = 100
        /// How long a migration waits for one of another process, in seconds.
        public var lockSeconds = 600.0

        /// The defaults.
        public init() {}
    }

    /// The files of a certificate and its key.
    public struct TLSFiles: Sendable {
        /// The certificate and those between it and its root, as PEM.
        public var certificate: String
        /// The private key, as PEM.
        public var key: String

        /// Names the files.
        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The port to listen on; 0: one that is free.
    public var port = 7777
    /// The operating system's id and name.
    public var identity = Identity()
    /// Who may ask.
    public var authentication = Authentication.open
    /// The web pages that may ask from a browser; the original's own unless given.
    public var origins = defaultOrigins
    /// Host names under which an open service is reached, besides those of loopback.
    public var trustedHosts: [String] = []
    /// The databases, in the order in which they are migrated.
    public var databases: [ServedDatabase] = []
    /// Whether a way down that destroys values needs no consent with the request.
    public var allowsDataLoss = false
    /// Whether `/metrics` needs no credentials.
    public var hasPublicMetrics = false
    /// The limits.
    public var limits = Limits()
    /// TLS; nil: plain HTTP.
    public var tls: TLSFiles?

    /// The defaults: loopback, open, no database.
    public init() {}

    /// The pages that the original allows unless told otherwise (Agno 3.1.10).
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
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How tokens are checked.
public struct TokenSettings: Sendable {
    /// Where the key comes from.
    public enum Key: Sendable {
        /// The secret of HS256 and the like, or a public key as PEM.
        case text(ServiceSecret)
        /// A JSON Web Key Set.
        case keySet(String)
    }

    /// The only algorithm that is accepted (`RS256` unless told otherwise).
    public var algorithm: String
    /// The key.
    public var key: Key
    /// Whom tokens must be for; the service's id unless given.
    public var audience: String?
    /// Whether the audience is looked at.
    public var verifiesAudience: Bool
    /// Whether a token without an end is refused.
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

/// Why the service does not start: something in its configuration.
public struct ServiceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong; holds no secret.
    public let message: String
    /// What to do about it.
    public let remedy: String

    init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    /// What is wrong and what to do about it.
    public var description: String { "\(message); \(remedy)" }
}
