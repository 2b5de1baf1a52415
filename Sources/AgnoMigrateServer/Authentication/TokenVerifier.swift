import AgnoMigrate
import Foundation
import HTTPTypes
import JWTKit

/// Verifies JSON Web Tokens like the original, with the configured algorithm only.
struct TokenVerifier: Sendable {
    private let settings: TokenSettings
    private let audience: String
    private let keys: JWTKeyCollection

    /// The tolerated clock difference in seconds (Agno 3.1.10).
    private static let leeway = 10.0

    /// Reads the key. Throws ``ServiceError`` for an unknown algorithm or a key that does not fit it.
    init(_ settings: TokenSettings, serviceID: String) async throws {
        self.settings = settings
        audience = settings.audience ?? serviceID
        do {
            keys = try await Self.keys(settings)
        } catch let error as ServiceError {
            throw error
        } catch {
            // The library's own message may quote the key.
            throw ServiceError(
                "auth.jwt: the key is not valid for \(settings.algorithm)",
                remedy: "give the secret of HS…, a public key in PEM form, or a key set whose keys have a kid")
        }
    }

    private static func keys(_ settings: TokenSettings) async throws -> JWTKeyCollection {
        let keys = JWTKeyCollection()
        let known = [
            "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
            "EdDSA",
        ]
        guard known.contains(settings.algorithm) else {
            throw ServiceError(
                "auth.jwt: unknown algorithm", remedy: "known algorithms: \(known.joined(separator: ", "))")
        }
        let text: String
        switch settings.key {
        case .keySet(let json):
            let set = try JSONDecoder().decode(JWKS.self, from: Data(json.utf8))
            guard !settings.algorithm.hasPrefix("HS"), !set.keys.isEmpty else {
                throw ServiceError(
                    "auth.jwt: a key set requires an algorithm with public keys",
                    remedy: "give the secret of HS… with key or key_file")
            }
            for var key in set.keys {
                let isNamed = key.keyIdentifier != nil
                if !isNamed { key.keyIdentifier = "_default" }
                try await keys.add(jwk: key, isDefault: isNamed ? nil : true)
            }
            return keys
        case .text(let key): text = key.revealed
        }
        let digest: DigestAlgorithm =
            switch settings.algorithm.suffix(3) {
            case "384": .sha384
            case "512": .sha512
            default: .sha256
            }
        switch settings.algorithm.prefix(2) {
        case "HS": await keys.add(hmac: HMACKey(from: text), digestAlgorithm: digest)
        case "RS": await keys.add(rsa: try Insecure.RSA.PublicKey(pem: text), digestAlgorithm: digest)
        case "PS": await keys.add(pss: try Insecure.RSA.PublicKey(pem: text), digestAlgorithm: digest)
        case "ES" where digest == .sha256: await keys.add(ecdsa: try ES256PublicKey(pem: text))
        case "ES" where digest == .sha384: await keys.add(ecdsa: try ES384PublicKey(pem: text))
        case "ES": await keys.add(ecdsa: try ES512PublicKey(pem: text))
        default: await keys.add(eddsa: try EdDSA.PublicKey(pem: text))
        }
        return keys
    }

    /// Verifies a token and returns its scopes.
    ///
    /// - Throws: a refusal with the original's text, which never quotes the token.
    func scopes(of token: String) async throws(HTTPRefusal) -> [String] {
        try checkHeader(of: token)
        let claims: Claims
        do {
            claims = try await keys.verify(token, as: Claims.self)
        } catch let error as JWTError where error.errorType == .malformedToken {
            throw Self.invalid("Invalid payload")
        } catch {
            throw Self.invalid("Signature verification failed")
        }
        try check(claims)
        return claims.scopes
    }

    /// Checks the form and the algorithm before using any key, so that the sender never chooses the algorithm.
    private func checkHeader(of token: String) throws(HTTPRefusal) {
        let segments = token.split(separator: ".", omittingEmptySubsequences: false)
        guard segments.count >= 3 else { throw Self.invalid("Not enough segments") }
        guard segments.count == 3, let bytes = Self.base64URL(segments[0]),
            let header = try? JSONDecoder().decode(Header.self, from: bytes)
        else { throw Self.invalid("Invalid header") }
        guard header.alg == settings.algorithm else { throw Self.invalid("The specified alg value is not allowed") }
        guard header.crit == nil else { throw Self.invalid("Unsupported critical extension") }
    }

    private func check(_ claims: Claims) throws(HTTPRefusal) {
        let now = Date().timeIntervalSince1970
        if let end = claims.end {
            guard end > now - Self.leeway else { throw HTTPRefusal(.unauthorized, "Token has expired") }
        } else if settings.requiresExpiry {
            throw Self.invalid("Token is missing the \"exp\" claim")
        }
        if let beginning = claims.beginning, beginning > now + Self.leeway {
            throw Self.invalid("The token is not yet valid (nbf)")
        }
        guard settings.verifiesAudience else { return }
        guard let audiences = claims.audiences else {
            throw Self.invalid(
                "Token is missing the \"aud\" claim. Audience verification requires this claim to be present in the token."
            )
        }
        guard Set(exact: audiences).contains(audience) else {
            throw HTTPRefusal(.unauthorized, "Invalid token audience - token not valid for this AgentOS instance")
        }
    }

    private static func invalid(_ reason: String) -> HTTPRefusal {
        HTTPRefusal(.unauthorized, "Invalid token: \(reason)")
    }

    private static func base64URL(_ text: Substring) -> Data? {
        var text = text.replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.count % 4) % 4)
        return Data(base64Encoded: String(text))
    }
}

/// The part of a token's header that is checked before the signature.
private struct Header: Decodable {
    var alg: String?
    var crit: [String]?
}

/// The relevant claims; like the original, this ignores `scope`, `iat` and `sub`.
private struct Claims: JWTPayload {
    var scopes: [String]
    var end: Double?
    var beginning: Double?
    var audiences: [String]?

    private enum CodingKeys: String, CodingKey { case scopes, exp, nbf, aud }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scopes = Self.strings(container, .scopes) ?? []
        audiences = Self.strings(container, .aud)
        end = try container.decodeIfPresent(Double.self, forKey: .exp)
        beginning = try container.decodeIfPresent(Double.self, forKey: .nbf)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(scopes, forKey: .scopes)
    }

    /// The verifier checks all claims, in the original's order.
    func verify(using algorithm: some JWTAlgorithm) async throws {}

    /// A list of strings, or one string as a list; anything else counts as absent.
    private static func strings(_ container: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys) -> [String]? {
        if let list = try? container.decode([String].self, forKey: key) { return list }
        return (try? container.decode(String.self, forKey: key)).map { [$0] }
    }
}
