import HTTPTypes
import Hummingbird
import LosslessJSON
import NIOCore
import ReportJSON

/// A response without the headers common to all responses.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: ResponseBody

    private init(_ status: HTTPResponse.Status = .ok, type: String, headers: HTTPFields = [:], _ body: ResponseBody) {
        self.status = status
        self.headers = [.contentType: type]
        self.headers.append(contentsOf: headers)
        self.body = body
    }

    static func json(
        _ value: any JSONRepresentable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Answer {
        Answer(status, type: "application/json", headers: headers, ResponseBody(value.json.serialized()))
    }

    static func text(_ text: String, type: String, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status, type: type, ResponseBody(Array(text.utf8)))
    }

    /// An embedded file.
    static func bytes(_ bytes: [UInt8], type: String, headers: HTTPFields = [:]) -> Answer {
        Answer(type: type, headers: headers, ResponseBody(bytes))
    }

    /// A stream that ends when its writer returns.
    static func stream(
        type: String, _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Answer {
        // Proxies buffer responses that look like a document.
        Answer(type: type, headers: [.cacheControl: "no-cache", .proxyBuffering: "no"], ResponseBody(write))
    }
}

extension ResponseBody {
    fileprivate init(_ bytes: [UInt8]) { self.init(byteBuffer: ByteBuffer(bytes: bytes)) }
}
