import HTTPTypes
import LosslessJSON
import ReportJSON

/// A refused request: `{"detail": …}`, with `error_id` and the request's id unless the original sends only the detail.
struct HTTPRefusal: Error, Sendable {
    var status: HTTPResponse.Status
    var detail: String
    /// A stable name for the reason; nil for refusals of the original, which have none.
    var errorID: String?
    var headers = HTTPFields()

    init(_ status: HTTPResponse.Status, _ detail: String, errorID: String? = nil) {
        self.status = status
        self.detail = detail
        self.errorID = errorID
    }

    static let notFound = HTTPRefusal(.notFound, "Not Found")

    static func notAllowed(_ methods: [HTTPRequest.Method]) -> HTTPRefusal {
        var refusal = HTTPRefusal(.methodNotAllowed, "Method Not Allowed")
        refusal.headers[.allow] = Set(methods.map(\.rawValue)).sorted().joined(separator: ", ")
        return refusal
    }

    /// The refusal with one more header.
    func with(_ name: HTTPField.Name, _ value: String) -> HTTPRefusal {
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
