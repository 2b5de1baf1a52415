import DurabilitySupport
import Foundation
import LosslessJSON
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The program, serving in a process of its own.
final class ServiceProcess: Sendable {
    let process: ChildProcess
    let base: String

    /// The binary that was built beside the tests.
    static let executable: String = {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let candidates = [beside, root.appendingPathComponent(".build/debug")]
            .map { $0.appendingPathComponent("agno-migrate").path }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
    }()

    /// Starts it with a configuration file, on a port that is free, and waits until it listens.
    init(configuration: String, in folder: TemporaryDirectory, environment: [String: String] = [:]) async throws {
        let file = folder.file("agno-migrate.toml")
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: file))
        process = try ChildProcess(
            Self.executable, ["serve", "--config", file, "--port", "0"],
            environment: ["PATH": "/usr/bin:/bin"].merging(environment) { _, new in new }, limit: .seconds(120))
        var address = ""
        while address.isEmpty {
            let text = process.errorsSoFar
            if let start = text.firstRange(of: "listening on ")?.upperBound, text[start...].contains(",") {
                address = String(text[start...].prefix { $0 != "," })
            } else {
                try #require(process.isRunning, "\(process.errorsSoFar)")
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        base = address
    }

    deinit { if process.isRunning { process.kill() } }

    /// Sends a request; the status and the body of the answer.
    func send(_ method: String, _ path: String) async throws -> (status: Int, text: String) {
        var request = URLRequest(url: try #require(URL(string: base + path)))
        request.httpMethod = method
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }

    func json(_ method: String, _ path: String) async throws -> JSONValue {
        try JSONValue(parsing: try await send(method, path).text)
    }
}
