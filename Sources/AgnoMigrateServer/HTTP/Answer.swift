import HTTPTypes
import Hummingbird
import LosslessJSON
import NIOCore
import ReportJSON

/// A response without the headers common to all responses.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var headers = HTTPFields()
    var body: ResponseBody

    private init(_ status: HTTPResponse.Status, type: String, _ body: ResponseBody) {
        self.status = status
        self.body = body
        headers[.contentType] = type
    }

    /// A JSON document.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Answer {
        var bytes: [UInt8] = []
        value.append(to: &bytes)
        return Answer(status, type: "application/json", ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A text of a media type.
    static func text(_ text: String, type: String, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status, type: type, ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// An embedded file.
    static func bytes(_ bytes: [UInt8], type: String) -> Answer {
        Answer(.ok, type: type, ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A stream that ends when its writer returns.
    static func stream(
        type: String, _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Answer {
        var answer = Answer(.ok, type: type, ResponseBody(write))
        answer.headers[.cacheControl] = "no-cache"
        // Proxies buffer responses that look like a document.
        answer.headers[.proxyBuffering] = "no"
        return answer
    }

    /// The answer with one more header.
    func with(_ name: HTTPField.Name, _ value: String) -> Answer {
        var answer = self
        answer.headers[name] = value
        return answer
    }
}
