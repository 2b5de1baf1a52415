package import AgnoMigrate
import Crypto
import Foundation
package import LosslessJSON

// A proof as a document, and its signature.
extension Proof {
    /// The document.
    package func document() throws -> JSONValue {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try JSONValue(parsing: Array(try encoder.encode(self)))
    }

    /// Reads a document.
    ///
    /// - Throws: `usage` if it is no proof.
    package init(document text: String) throws(MigrationError) {
        do {
            self = try JSONDecoder().decode(Proof.self, from: Data(text.utf8))
            guard try Self.canonical(Array(text.utf8)) == Self.canonical(Array(JSONEncoder().encode(self))) else {
                throw Unknown()
            }
        } catch {
            throw MigrationError(
                .usage, "the file is not a proof of agno-migrate: \(Self.reason(error))",
                remedy: "name a file that --proof has written")
        }
    }

    /// The document says more than the program understands of it, such as a member that is there twice.
    private struct Unknown: Error {}

    private static func canonical(_ bytes: [UInt8]) -> [UInt8]? {
        var canonical = CanonicalJSON()
        return bytes.withUnsafeBufferPointer { canonical.write($0) } ? canonical.bytes : nil
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case is Unknown: "it has members that format 1 does not know, twice, or in another form"
        case DecodingError.keyNotFound(let key, _): "it has no member \(key.stringValue)"
        case DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty: "it is not JSON"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            "its member \(context.codingPath.map(\.stringValue).joined(separator: ".")) is not as it should be"
        default: "it cannot be read"
        }
    }

    /// What is signed: the canonical form of the document without a signature.
    private func signedBytes() throws -> [UInt8] {
        var unsigned = self
        unsigned.signature = nil
        return try Self.canonical(Array(JSONEncoder().encode(unsigned))) ?? []
    }

    /// Signs the document.
    package mutating func sign(with key: ProofKey) throws {
        signature = ProofSignature(
            algorithm: "Ed25519", publicKey: key.publicBytes.base64EncodedString(),
            value: try key.signature(of: signedBytes()).base64EncodedString())
    }

    /// Whether the signature is that of the key that the document names; nil without a signature.
    package func hasValidSignature() throws -> Bool? {
        guard let signature else { return nil }
        guard signature.algorithm == "Ed25519", let key = Data(base64Encoded: signature.publicKey),
            let value = Data(base64Encoded: signature.value),
            let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: key)
        else { return false }
        return publicKey.isValidSignature(value, for: try signedBytes())
    }
}

/// An Ed25519 key: a private one that signs proofs, or a public one to compare.
package struct ProofKey: Sendable {
    private let privateBytes: Data?
    let publicBytes: Data

    /// What comes before the 32 bytes of a key in the files that `openssl genpkey` and `openssl pkey -pubout` write.
    private static let privatePrefix = Data([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32])
    private static let publicPrefix = Data([48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0])

    /// Reads a PEM file.
    ///
    /// - Throws: `usage` if it holds no Ed25519 key. The text of the file is not in the error.
    package init(pem text: String, for role: String) throws(MigrationError) {
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }
        let der = Data(base64Encoded: lines.joined()) ?? Data()
        if der.count == 48, der.starts(with: Self.privatePrefix),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: der.suffix(32))
        {
            (privateBytes, publicBytes) = (Data(der.suffix(32)), key.publicKey.rawRepresentation)
        } else if der.count == 44, der.starts(with: Self.publicPrefix) {
            (privateBytes, publicBytes) = (nil, Data(der.suffix(32)))
        } else {
            throw MigrationError(
                .usage, "\(role): the file holds no Ed25519 key",
                remedy: "make one with openssl genpkey -algorithm ed25519 -out FILE")
        }
    }

    /// Whether it can sign.
    package var isPrivate: Bool { privateBytes != nil }

    /// Whether it is the key that a signature names.
    package func isKey(of signature: ProofSignature) -> Bool {
        publicBytes == Data(base64Encoded: signature.publicKey)
    }

    fileprivate func signature(of bytes: [UInt8]) throws -> Data {
        try Curve25519.Signing.PrivateKey(rawRepresentation: privateBytes ?? Data()).signature(for: bytes)
    }
}

extension ProofCheck {
    package var members: JSONObject {
        JSONObject(
            server: serverVersion, schema: schema,
            [
                "confirmed": isConfirmed, "checked_tables": tables, "checked_rows": rows, "reasons": reasons,
                "differences": differences,
            ])
    }
}
