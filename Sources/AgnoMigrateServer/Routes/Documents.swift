import Crypto
import Foundation
import HTTPTypes
import LosslessJSON
import ReportJSON

/// The embedded documents: the OpenAPI document and two self-contained pages.
struct Documents: Sendable {
    let openAPI: Answer
    let page = Self.answer(PackageResources.ui_html)
    let docs = Self.answer(PackageResources.docs_html)

    /// - Throws: if the embedded document is not JSON, which a test rules out.
    init(_ identity: ServiceConfiguration.Identity) throws {
        var document = try JSONValue(parsing: PackageResources.openapi_json)
        var info = document["info"]?.objectValue ?? JSONObject()
        info["title"] = JSONValue(identity.name ?? "AgentOS")
        info["version"] = JSONValue(identity.version)
        if let text = identity.description { info["description"] = JSONValue(text) }
        document.modifyObject { $0["info"] = info.json }
        openAPI = .json(document)
    }

    private static func answer(_ page: [UInt8]) -> Answer {
        .bytes(
            page, type: "text/html; charset=utf-8",
            headers: [.contentSecurityPolicy: policy(of: page), .cacheControl: "no-cache"])
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
