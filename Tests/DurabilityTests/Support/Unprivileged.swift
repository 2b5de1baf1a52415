import DurabilitySupport
import Foundation
import Testing

/// Runs children for which permissions count, also when the tests run as root.
enum Unprivileged {
    /// Runs the FaultRunner without root's right to write where nobody may.
    static func run(_ command: String, _ path: String, _ arguments: [String] = []) async throws -> ChildProcess.Outcome
    {
        let runner = [try FaultRunner.product("FaultRunner"), command, path, "now=\(FaultRunner.now)"] + arguments
        guard getuid() == 0 else { return try await ChildProcess(runner[0], Array(runner.dropFirst())).outcome() }
        do {
            let rights = ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
            return try await ChildProcess("setpriv", rights + ["--"] + runner).outcome()
        } catch let error as ChildProcess.CannotStart {
            try #require(
                Bool(false), "\(error); as root these tests need setpriv (util-linux), or run them as another user")
            throw error
        }
    }
}
