import AgnoMigrate
import AgnoMigrateServer
import ReportJSON

/// The settings of the service in a configuration file: `[os]`, `[server]`, `[cors]` and `[auth]`. The initializer
/// checks the keys and opens no file; ``configuration(environment:)`` reads the secrets.
struct ServiceSections {
    private let os: ConfigurationTable?
    private let server: ConfigurationTable?
    private let cors: ConfigurationTable?
    private let auth: ConfigurationTable?
    private let tokens: ConfigurationTable?

    /// Checks the keys of the sections; nil stands for a missing file.
    init(_ root: ConfigurationTable?) throws {
        os = try root?.table("os")
        server = try root?.table("server")
        cors = try root?.table("cors")
        auth = try root?.table("auth")
        tokens = try auth?.table("jwt")
        try os?.allowOnly(["id", "name", "description", "version"])
        try server?.allowOnly([
            "host", "port", "certificate_file", "key_file", "trusted_hosts", "allow_data_loss", "public_metrics",
            "proof_key_file",
            "max_body_bytes", "max_requests", "max_connections", "max_headers", "idle_timeout", "wait_timeout",
        ])
        try cors?.allowOnly(["origins"])
        try auth?.allowOnly(["security_key", "security_key_file", "jwt"])
        try tokens?.allowOnly([
            "algorithm", "key", "key_file", "jwks_file", "audience", "verify_audience", "require_expiry",
        ])
    }

    /// The configuration without its databases.
    ///
    /// - Throws: a configuration error that names the location in the file and no value.
    func configuration(environment: [String: String]) throws -> ServiceConfiguration {
        var configuration = ServiceConfiguration()
        configuration.identity.id = try os?.string("id") ?? configuration.identity.id
        configuration.identity.name = try os?.string("name")
        configuration.identity.description = try os?.string("description")
        configuration.identity.version = try os?.string("version") ?? configuration.identity.version
        configuration.origins = try cors?.strings("origins") ?? configuration.origins
        configuration.authentication = try authentication(environment)
        if let server { try Self.read(server, into: &configuration) }
        return configuration
    }

    private static func read(_ server: ConfigurationTable, into configuration: inout ServiceConfiguration) throws {
        configuration.host = try server.string("host") ?? configuration.host
        configuration.port = try server.number("port", in: 0...65535) ?? configuration.port
        configuration.trustedHosts = try server.strings("trusted_hosts") ?? []
        configuration.allowsDataLoss = try server.flag("allow_data_loss") ?? false
        configuration.hasPublicMetrics = try server.flag("public_metrics") ?? false
        configuration.proofKey = try server.fileText("proof_key_file").map { text throws(MigrationError) in
            try ProofKey(pem: text, for: "proof_key_file")
        }
        switch (try server.path(of: "certificate_file"), try server.path(of: "key_file")) {
        case (nil, nil): break
        case (let certificate?, let key?): configuration.tls = .init(certificate: certificate, key: key)
        case (nil, _): throw server.invalid("key_file", "requires certificate_file")
        case (_, nil): throw server.invalid("certificate_file", "requires key_file")
        }
        var limits = ServiceConfiguration.Limits()
        limits.maximumBodyBytes = try server.number("max_body_bytes", in: 1024...16 << 20) ?? limits.maximumBodyBytes
        limits.maximumRequests = try server.number("max_requests", in: 1...100_000) ?? limits.maximumRequests
        limits.maximumConnections = try server.number("max_connections", in: 1...100_000) ?? limits.maximumConnections
        limits.maximumHeaders = try server.number("max_headers", in: 10...1000) ?? limits.maximumHeaders
        limits.idleTimeout = try server.number("idle_timeout", in: 1...3600).map { .seconds($0) } ?? limits.idleTimeout
        limits.waitTimeout = try server.number("wait_timeout", in: 0...86400).map { .seconds($0) } ?? limits.waitTimeout
        configuration.limits = limits
    }

    // MARK: Authentication

    /// Tokens if the file or the environment has a key for them, otherwise the security key; with neither, no authentication
    /// is required.
    private func authentication(_ environment: [String: String]) throws -> ServiceConfiguration.Authentication {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let tokens { return .tokens(try settings(tokens, variable)) }
        if let key = try Self.key(from: variable) { return .tokens(TokenSettings(key: key)) }
        if let key = try auth?.secret("security_key") { return .securityKey(ServiceSecret(key.revealed)) }
        return variable("OS_SECURITY_KEY").map { .securityKey(ServiceSecret($0)) } ?? .open
    }

    private func settings(_ tokens: ConfigurationTable, _ variable: (String) -> String?) throws -> TokenSettings {
        let given = try [
            tokens.string("key").map { TokenSettings.Key.text(ServiceSecret($0)) },
            // PEM keys have several lines; a trailing line feed is not part of a secret.
            tokens.fileText("key_file").map { .text(ServiceSecret(FileText.withoutLineFeeds($0))) },
            tokens.fileText("jwks_file").map { .keySet($0) },
        ].compactMap { $0 }
        guard given.count <= 1 else {
            throw tokens.invalid("key", "conflicts: give only one of key, key_file and jwks_file")
        }
        guard let key = try given.first ?? Self.key(from: variable) else {
            throw tokens.invalid("key", "is missing; give key, key_file or jwks_file")
        }
        var settings = TokenSettings(key: key)
        settings.algorithm = try tokens.string("algorithm") ?? settings.algorithm
        settings.audience = try tokens.string("audience")
        settings.verifiesAudience = try tokens.flag("verify_audience") ?? false
        settings.requiresExpiry = try tokens.flag("require_expiry") ?? false
        return settings
    }

    /// The key from the variables of the Python releases.
    private static func key(from variable: (String) -> String?) throws -> TokenSettings.Key? {
        if let text = variable("JWT_VERIFICATION_KEY") { return .text(ServiceSecret(text)) }
        return try variable("JWT_JWKS_FILE").map { .keySet(try FileText.read($0, for: "JWT_JWKS_FILE")) }
    }
}
