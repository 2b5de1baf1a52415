import Crypto
import Dispatch
import Foundation
import HTTPTypes
import JWTKit

/// A token without our signature is always refused; claims that we signed are read or refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: size))
    guard let verifier, let first = input.first else { return 0 }
    if first == UInt8(ascii: "{") {
        let token = signed(Data(input))
        _ = wait { try? await verifier.scopes(of: token) }
    } else {
        let token = String(decoding: input, as: UTF8.self)
        let scopes = wait { try? await verifier.scopes(of: token) }
        precondition(scopes == nil, "a token that nobody signed is accepted")
    }
    return 0
}

private let key = "only the fuzzer knows this key, and it changes in each run: \(UInt64.random(in: .min ... .max))"

private let verifier: TokenVerifier? = wait {
    try? await TokenVerifier(
        TokenSettings(algorithm: "HS256", key: .text(ServiceSecret(key)), verifiesAudience: true), serviceID: "os")
}

/// A token with these claims.
private func signed(_ claims: Data) -> String {
    func text(_ data: some DataProtocol) -> String {
        Data(data).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
    let body = text(Data(#"{"alg":"HS256","typ":"JWT"}"#.utf8)) + "." + text(claims)
    let code = HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: SymmetricKey(data: Data(key.utf8)))
    return body + "." + text(Data(code))
}

private final class Box<Value>: @unchecked Sendable { var value: Value? }

private func wait<Value: Sendable>(_ body: @escaping @Sendable () async -> Value?) -> Value? {
    let box = Box<Value>()
    let done = DispatchSemaphore(value: 0)
    Task {
        box.value = await body()
        done.signal()
    }
    done.wait()
    return box.value
}

/// What the verifier throws, without the service around it.
struct HTTPRefusal: Error {
    init(_ status: HTTPResponse.Status, _ detail: String) {}
}
