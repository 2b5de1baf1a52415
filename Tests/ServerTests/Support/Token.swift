import Foundation
import JWTKit

/// Tokens as the recorded exchanges had them.
enum Token {
    static let secret = "a secret of the tests, long enough for HS256"

    /// A claim set; `nil` leaves a claim out.
    struct Claims: JWTPayload {
        var sub: String? = "user"
        var scopes: [String]?
        var scopeText: String?
        var scope: String?
        var exp: Double? = Date().timeIntervalSince1970 + 3600
        var nbf: Double?
        var aud: String?

        private enum CodingKeys: String, CodingKey { case sub, scopes, scope, exp, nbf, aud }

        init(scopes: [String]? = nil) { self.scopes = scopes }

        init(from decoder: any Decoder) throws {}

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(sub, forKey: .sub)
            try container.encodeIfPresent(scopes, forKey: .scopes)
            try container.encodeIfPresent(scopeText, forKey: .scopes)
            try container.encodeIfPresent(scope, forKey: .scope)
            try container.encodeIfPresent(exp, forKey: .exp)
            try container.encodeIfPresent(nbf, forKey: .nbf)
            try container.encodeIfPresent(aud, forKey: .aud)
        }

        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    static func make(
        _ scopes: [String]? = ["config:write"], secret: String = secret, _ change: (inout Claims) -> Void = { _ in }
    ) async throws -> String {
        var claims = Claims(scopes: scopes)
        change(&claims)
        let keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        return try await keys.sign(claims)
    }

    /// A token with a header of one's own and no valid signature.
    static func forged(header: String, payload: String = "{\"scopes\":[\"agent_os:admin\"]}", signature: String = "")
        -> String
    {
        [header, payload].map { base64URL(Data($0.utf8)) }.joined(separator: ".") + "." + signature
    }

    private static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
