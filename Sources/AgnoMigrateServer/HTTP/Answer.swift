import HTTPTypes
import Hummingbird
import LosslessJSON
import NIOCore
import ReportJSON

/// What a request is answered with, before the headers that all answers have.
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

    /// A text of some type.
    static func text(_ text: String, type: String, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status, type: type, ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// A file that was built in.
    static func bytes(_ bytes: [UInt8], type: String) -> Answer {
        Answer(.ok, type: type, ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A stream that ends when its writer returns.
    static func stream(
        type: String, _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Answer {
        var answer = Answer(.ok, type: type, ResponseBody(write))
        answer.headers[.cacheControl] = "no-cache"
        // Proxies hold back what they take for a document.
        answer.headers[.proxyBuffering] = "no"
        return answer
    }

    /// The same answer with one more header.
    func with(_ name: HTTPField.Name, _ value: String) -> Answer {
        var answer = self
        answer.headers[name] = value
        return answer
    }
}

/// A request that is not granted: `{"detail": …}`, where there is more to say with `error_id` and the request's id.
struct Refusal: Error, Sendable {
    var status: HTTPResponse.Status
    var detail: String
    /// A stable name for the reason; the original's refusals have none.
    var errorID: String?
    var headers = HTTPFields()

    init(_ status: HTTPResponse.Status, _ detail: String, errorID: String? = nil) {
        self.status = status
        self.detail = detail
        self.errorID = errorID
    }

    static let notFound = Refusal(.notFound, "Not Found")

    static func notAllowed(_ methods: [HTTPRequest.Method]) -> Refusal {
        var refusal = Refusal(.methodNotAllowed, "Method Not Allowed")
        refusal.headers[.allow] = Set(methods.map(\.rawValue)).sorted().joined(separator: ", ")
        return refusal
    }

    /// The same refusal with one more header.
    func with(_ name: HTTPField.Name, _ value: String) -> Refusal {
        var refusal = self
        refusal.headers[name] = value
        return refusal
    }

    func answer(requestID: String) -> Answer {
        var members: JSONObject = ["detail": JSONValue(detail)]
        if let errorID {
            members.add("error_id", JSONValue(errorID))
            members.add("error_type", JSONValue(errorID))
            members.add("request_id", JSONValue(requestID))
        }
        var answer = Answer.json(.object(members), status: status)
        answer.headers.append(contentsOf: headers)
        return answer
    }
}
