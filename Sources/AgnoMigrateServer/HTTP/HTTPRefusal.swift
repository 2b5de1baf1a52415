import HTTPTypes
import LosslessJSON
import ReportJSON

/// A refused request: `{"detail": …}`, with `error_id` and the request's id unless the original sends only the detail.
struct HTTPRefusal: Error, Sendable {
    var status: HTTPResponse.Status
    var detail: String
    /// A stable name for the reason; nil for refusals of the original, which have none.
    var errorID: String?
    var headers: HTTPFields

    init(_ status: HTTPResponse.Status, _ detail: String, errorID: String? = nil, headers: HTTPFields = [:]) {
        self.status = status
        self.detail = detail
        self.errorID = errorID
        self.headers = headers
    }

    static let notFound = HTTPRefusal(.notFound, "Not Found")

    static func notAllowed(_ methods: [HTTPRequest.Method]) -> HTTPRefusal {
        let allowed = Set(methods.map(\.rawValue)).sorted().joined(separator: ", ")
        return HTTPRefusal(.methodNotAllowed, "Method Not Allowed", headers: [.allow: allowed])
    }

    /// A parameter with an invalid value.
    static func invalid(_ name: String, _ expected: String) -> HTTPRefusal {
        HTTPRefusal(.badRequest, "\(name) must be \(expected)", errorID: "invalid_parameter")
    }

    func answer(requestID: String) -> Answer {
        var members = JSONObject(["detail": detail])
        if let errorID { members.add(["error_id": errorID, "error_type": errorID, "request_id": requestID]) }
        return .json(members, status: status, headers: headers)
    }
}
