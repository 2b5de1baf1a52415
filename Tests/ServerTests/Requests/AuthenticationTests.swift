import AgnoMigrateServer
import DurabilitySupport
import Foundation
import HTTPTypes
import JWTKit
import Testing

@Suite("Who may ask")
struct AuthenticationTests {
    private static let path = "/databases/db/migrate"
    private static let hmac = TokenSettings(algorithm: "HS256", key: .text(ServiceSecret(Token.secret)))

    /// Runs a body against a service that knows no database: 404 means that the credentials were accepted.
    private func service(
        _ authentication: ServiceConfiguration.Authentication, _ body: @Sendable (TestService) async throws -> Void
    ) async throws {
        try await TestService.run([], { $0.authentication = authentication }, body)
    }

    private func bearer(_ token: String) -> HTTPFields { [.authorization: "Bearer \(token)"] }

    @Test("A token with the scope, its old name or the administrator's is enough, and nothing else is")
    func scopes() async throws {
        try await service(.tokens(Self.hmac)) { service in
            for scope in ["config:write", "system:write", "agent_os:admin"] {
                let answer = try await service.post(Self.path, headers: bearer(try await Token.make([scope])))
                #expect(answer.status == 404, "\(scope)")
            }
            let others = [
                "config:read", "databases:write", "*", "config:*", "*:write", "system:*", "config:db:write",
                "CONFIG:WRITE", "config:write ", "",
            ]
            for scope in others {
                let answer = try await service.post(Self.path, headers: bearer(try await Token.make([scope])))
                #expect(answer.status == 403, "\(scope)")
                #expect(answer.detail == "Insufficient permissions. Required scope(s): config:write")
            }
            let reader = bearer(try await Token.make(["config:read"]))
            for path in ["/config", "/databases", "/jobs", "/metrics"] {
                #expect(try await service.get(path, headers: reader).status == 200, "\(path)")
            }
            let writer = bearer(try await Token.make(["config:write"]))
            #expect(try await service.get("/databases", headers: writer).status == 403)
            #expect(try await service.send(.delete, "/jobs/x", headers: reader).status == 403)
        }
    }

    @Test("Claims that do not hold are refused in the original's words")
    func claims() async throws {
        let now = Date().timeIntervalSince1970
        try await service(.tokens(Self.hmac)) { service in
            func detail(_ token: String) async throws -> String? {
                let answer = try await service.post(Self.path, headers: bearer(token))
                #expect([401, 404].contains(answer.status))
                return answer.status == 404 ? nil : answer.detail
            }
            let expired = try await detail(try await Token.make { $0.exp = now - 60 })
            #expect(expired == "Token has expired")
            let almost = try await detail(try await Token.make { $0.nbf = now + 5 })
            #expect(almost == nil, "clocks may be ten seconds apart")
            let early = try await detail(try await Token.make { $0.nbf = now + 3600 })
            #expect(early == "Invalid token: The token is not yet valid (nbf)")
            let endless = try await detail(try await Token.make { $0.exp = nil })
            #expect(endless == nil, "a token without an end is accepted")
            let nameless = try await detail(try await Token.make { $0.sub = nil })
            #expect(nameless == nil)
            let foreign = try await detail(try await Token.make { $0.aud = "elsewhere" })
            #expect(foreign == nil)
            let forged = try await detail(try await Token.make(secret: "another secret, just as long as the first"))
            #expect(forged == "Invalid token: Signature verification failed")
        }
        var strict = Self.hmac
        strict.requiresExpiry = true
        strict.verifiesAudience = true
        try await service(.tokens(strict)) { service in
            let endless = try await service.post(
                Self.path, headers: bearer(try await Token.make { ($0.exp, $0.aud) = (nil, "my-os") }))
            #expect(endless.status == 401)
            let elsewhere = try await service.post(
                Self.path, headers: bearer(try await Token.make { $0.aud = "elsewhere" }))
            #expect(elsewhere.detail == "Invalid token audience - token not valid for this AgentOS instance")
            let nobody = try await service.post(Self.path, headers: bearer(try await Token.make()))
            #expect(nobody.status == 401)
            let right = try await service.post(Self.path, headers: bearer(try await Token.make { $0.aud = "my-os" }))
            #expect(right.status == 404)
        }
    }

    @Test(
        "A token that chooses its own algorithm, or none, is refused before any key is used",
        arguments: [
            #"{"alg":"none"}"#, #"{"alg":"None","typ":"JWT"}"#, #"{"alg":"HS512"}"#, #"{"alg":"RS256"}"#, #"{}"#,
            #"{"alg":"HS256","crit":["exp"]}"#, "not JSON",
        ])
    func algorithms(header: String) async throws {
        try await service(.tokens(Self.hmac)) { service in
            for signature in ["", "AAAA"] {
                let token = Token.forged(header: header, signature: signature)
                let answer = try await service.post(Self.path, headers: bearer(token))
                #expect(answer.status == 401)
                #expect(answer.detail?.hasPrefix("Invalid token: ") == true)
            }
        }
    }

    @Test("A malformed token is refused", arguments: ["abc", "a.b", "..", "a.b.c.d", " ", "Basic YTpi", ""])
    func nonsense(text: String) async throws {
        try await service(.tokens(Self.hmac)) { service in
            let answer = try await service.post(Self.path, headers: bearer(text))
            #expect(answer.status == 401)
        }
    }

    @Test("A public key does not serve as the secret of HS256")
    func keyConfusion() async throws {
        let pair = ES256PrivateKey()
        let pem = pair.publicKey.pemRepresentation
        let settings = TokenSettings(algorithm: "ES256", key: .text(ServiceSecret(pem)))
        try await service(.tokens(settings)) { service in
            let forged = try await Token.make(["config:write"], secret: pem)
            #expect(try await service.post(Self.path, headers: bearer(forged)).status == 401)
            let keys = await JWTKeyCollection().add(ecdsa: pair)
            let right = try await keys.sign(Token.Claims(scopes: ["config:write"]))
            #expect(try await service.post(Self.path, headers: bearer(right)).status == 404)
        }
    }

    @Test("A key set finds the key by its id, and one without an id is for all others")
    func keySets() async throws {
        let (named, other, stranger) = (ES256PrivateKey(), ES256PrivateKey(), ES256PrivateKey())
        func entry(_ key: ES256PrivateKey, _ kid: String?) throws -> String {
            let point = try #require(key.publicKey.parameters)
            let name = kid.map { #""kid":"\#($0)","# } ?? ""
            return #"{"kty":"EC","crv":"P-256",\#(name)"alg":"ES256","x":"\#(url(point.x))","y":"\#(url(point.y))"}"#
        }
        func url(_ text: String) -> String {
            text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        let set = try #"{"keys":[\#(entry(named, "one")),\#(entry(other, nil))]}"#
        try await service(.tokens(TokenSettings(algorithm: "ES256", key: .keySet(set)))) { service in
            func status(_ key: ES256PrivateKey, _ kid: String?) async throws -> Int {
                let keys = await JWTKeyCollection().add(ecdsa: key)
                var header = JWTHeader()
                header.kid = kid
                let token = try await keys.sign(Token.Claims(scopes: ["config:write"]), header: header)
                return try await service.post(Self.path, headers: bearer(token)).status
            }
            let cases: [(ES256PrivateKey, String?, Int)] = [
                (named, "one", 404), (other, "two", 404), (other, nil, 404), (other, "one", 401),
                (stranger, "one", 401), (stranger, nil, 401),
            ]
            for (index, (key, kid, wanted)) in cases.enumerated() {
                let got = try await status(key, kid)
                #expect(got == wanted, "case \(index)")
            }
        }
    }

    @Test("An invalid key or algorithm keeps the service from starting and is not quoted")
    func badKeys() async throws {
        for settings in [
            TokenSettings(algorithm: "RS256", key: .text(ServiceSecret("sesame"))),
            TokenSettings(algorithm: "none", key: .text(ServiceSecret("sesame"))),
            TokenSettings(algorithm: "HS256", key: .keySet(#"{"keys":[]}"#)),
            TokenSettings(algorithm: "RS256", key: .keySet("sesame")),
        ] {
            var configuration = ServiceConfiguration()
            configuration.authentication = .tokens(settings)
            let error = await #expect(throws: ServiceError.self) { try await MigrationService(configuration) }
            #expect(error?.description.contains("sesame") == false)
            #expect("\(settings) \(String(reflecting: settings.key))".contains("sesame") == false || isKeySet(settings))
        }
    }

    private func isKeySet(_ settings: TokenSettings) -> Bool {
        if case .keySet = settings.key { true } else { false }
    }

    @Test("Two Authorization headers are refused, with a key and with tokens")
    func duplicates() async throws {
        var headers = HTTPFields()
        headers.append(HTTPField(name: .authorization, value: "Bearer sk"))
        headers.append(HTTPField(name: .authorization, value: "Bearer sk"))
        for authentication in [
            ServiceConfiguration.Authentication.securityKey(ServiceSecret("sk")), .tokens(Self.hmac),
        ] {
            try await service(authentication) { [headers] service in
                let answer = try await service.post(Self.path, headers: headers)
                #expect(answer.status == 401)
                #expect(answer.detail == "Ambiguous Authorization header")
            }
        }
    }

    @Test("A service account, a token in the query and another header are no key")
    func otherPlaces() async throws {
        try await service(.securityKey(ServiceSecret("sk-test"))) { service in
            let account = try await service.post(Self.path, headers: bearer("agno_pat_abc"))
            #expect(account.status == 401)
            #expect(account.detail == "Service accounts are not enabled on this AgentOS instance")
            for spaced in ["Bearer   sk-test", "bEARER sk-test  "] {
                #expect(try await service.post(Self.path, headers: [.authorization: spaced]).status == 404)
            }
            for torn in ["Bearer sk -test", "Bearersk-test", "Bearer Bearer sk-test", "sk-test sk-test"] {
                #expect(try await service.post(Self.path, headers: [.authorization: torn]).status == 401, "\(torn)")
            }
            let query = try await service.post("\(Self.path)?token=sk-test")
            #expect(query.detail == "Authorization header required")
            #expect(try await service.get("/nothing-here").status == 401, "before routing")
            #expect(try await service.get("/nothing-here", headers: bearer("sk-test")).status == 404)
            #expect(try await service.get("/ui").status == 200, "the page has no secrets")
            #expect(try await service.get("/metrics").status == 401)
        }
    }

    @Test("An open service answers this machine's names, and no page of another origin")
    func openService() async throws {
        try await service(.open) { service in
            #expect(try await service.post(Self.path, headers: bearer("agno_pat_abc")).status == 404, "ignored")
            let foreign = try await service.post(Self.path, headers: [.origin: "https://evil.example"])
            #expect(foreign.status == 403)
            #expect(foreign.errorID == "origin_not_allowed")
            let own = try await service.post(Self.path, headers: [.origin: "http://localhost"])
            #expect(own.status == 404)
            let allowed = try await service.post(Self.path, headers: [.origin: "https://os.agno.com"])
            #expect(allowed.status == 404)
            #expect(allowed.headers[.accessControlAllowOrigin] == "https://os.agno.com")
        }
    }

    @Test(
        "Beyond loopback a service without authentication does not start",
        arguments: ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.example.org"])
    func beyondLoopback(host: String) async throws {
        var configuration = ServiceConfiguration()
        configuration.host = host
        await #expect(throws: ServiceError.self) { try await MigrationService(configuration) }
        configuration.authentication = .securityKey(ServiceSecret("sk"))
        _ = try await MigrationService(configuration)
    }
}
