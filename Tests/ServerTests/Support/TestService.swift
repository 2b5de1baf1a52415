import AgnoMigrateServer
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LosslessJSON
import NIOCore

/// A service in this process, asked without a connection.
struct TestService {
    let client: any TestClientProtocol
    let service: MigrationService

    /// Runs a body with a service; its jobs are stopped in the end.
    static func run(
        _ databases: [ServedDatabase] = [], _ change: (inout ServiceConfiguration) -> Void = { _ in },
        _ body: @Sendable (TestService) async throws -> Void
    ) async throws {
        var configuration = ServiceConfiguration()
        configuration.databases = databases
        configuration.identity = .init(id: "my-os", name: "My OS")
        change(&configuration)
        let service = try await MigrationService(configuration)
        try await service.application().test(.router) { client in
            do {
                try await body(TestService(client: client, service: service))
            } catch {
                await service.close()
                throw error
            }
            await service.close()
        }
    }

    /// What came back.
    struct Answer {
        let status: Int
        let headers: HTTPFields
        let text: String

        /// The body as JSON.
        var json: JSONValue { get throws { try JSONValue(parsing: text) } }
        /// `detail` of a refusal.
        var detail: String? { (try? json)?["detail"]?.stringValue }
        /// `message` of a success.
        var message: String? { (try? json)?["message"]?.stringValue }
        /// `error_id` of a refusal.
        var errorID: String? { (try? json)?["error_id"]?.stringValue }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], json: String? = nil
    ) async throws -> Answer {
        let body = json.map { ByteBuffer(string: $0) }
        let response = try await client.executeRequest(uri: path, method: method, headers: headers, body: body)
        return Answer(
            status: response.status.code, headers: response.headers, text: String(buffer: response.body))
    }

    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.get, path, headers: headers)
    }

    func post(_ path: String, headers: HTTPFields = [:], json: String? = nil) async throws -> Answer {
        try await send(.post, path, headers: headers, json: json)
    }
}

/// JSON texts with their keys in one order, for comparing what has no order.
func canonical(_ text: String) throws -> String {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
    let data = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
    return String(decoding: data, as: UTF8.self)
}

/// The files of the tests.
enum Fixture {
    static func text(_ name: String) throws -> String {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures/http")
        return try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }
}

extension HTTPField.Name {
    static let jobID = HTTPField.Name("X-Job-ID") ?? .origin
    static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .origin
    static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .origin
}
