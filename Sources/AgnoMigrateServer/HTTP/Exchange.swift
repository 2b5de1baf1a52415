import HTTPTypes

struct Exchange: Sendable {
    let id: String
    let request: HTTPRequest
    let target: RequestTarget
    var body: [UInt8] = []
}
