import HTTPTypes

/// One request, read as far as its route needs it.
struct Exchange: Sendable {
    /// The request's id in the log.
    let id: String
    let request: HTTPRequest
    let target: RequestTarget
    var body: [UInt8] = []
}
