import HTTPTypes

/// One request, read as far as a route needs it.
struct Exchange: Sendable {
    /// The name under which the log knows it.
    let id: String
    let request: HTTPRequest
    let target: RequestTarget
    var body: [UInt8] = []
}
