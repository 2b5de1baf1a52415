import Crypto
import Foundation
import HTTPTypes
import LosslessJSON

/// The embedded documents: the OpenAPI document and two self-contained pages.
struct Documents: Sendable {
    private let openAPI: [UInt8]
    private let page: (bytes: [UInt8], policy: String)
    private let docs: (bytes: [UInt8], policy: String)

    /// - Throws: if the embedded document is not JSON, which a test rules out.
    init(_ identity: ServiceConfiguration.Identity) throws {
        var document = try JSONValue(parsing: PackageResources.openapi_json)
        var info = document["info"]?.objectValue ?? JSONObject()
        info["title"] = JSONValue(identity.name ?? "AgentOS")
        info["version"] = JSONValue(identity.version)
        if let text = identity.description { info["description"] = JSONValue(text) }
        if case .object(var members) = document {
            members["info"] = .object(info)
            document = .object(members)
        }
        var bytes: [UInt8] = []
        document.append(to: &bytes)
        openAPI = bytes
        page = (PackageResources.ui_html, Self.policy(of: PackageResources.ui_html))
        docs = (PackageResources.docs_html, Self.policy(of: PackageResources.docs_html))
    }

    /// `GET /openapi.json`
    func openAPIAnswer() -> Answer { .bytes(openAPI, type: "application/json") }
    /// `GET /ui`
    func pageAnswer() -> Answer { Self.answer(page) }
    /// `GET /docs`
    func docsAnswer() -> Answer { Self.answer(docs) }

    private static func answer(_ page: (bytes: [UInt8], policy: String)) -> Answer {
        Answer.bytes(page.bytes, type: "text/html; charset=utf-8")
            .with(.contentSecurityPolicy, page.policy)
            .with(.cacheControl, "no-cache")
    }

    /// A content security policy that allows only the page's own script and style, by digest.
    private static func policy(of page: [UInt8]) -> String {
        let text = String(decoding: page, as: UTF8.self)
        func source(_ tag: String) -> String {
            guard let start = text.firstRange(of: "<\(tag)>")?.upperBound,
                let end = text.firstRange(of: "</\(tag)>")?.lowerBound, start <= end
            else { return "'none'" }
            let digest = Data(SHA256.hash(data: Data(text[start..<end].utf8))).base64EncodedString()
            return "'sha256-\(digest)'"
        }
        return "default-src 'none'; script-src \(source("script")); style-src \(source("style")); connect-src 'self'; "
            + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }
}
