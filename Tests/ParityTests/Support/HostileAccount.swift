import Foundation
import Synchronization

/// The account as which our program, and nobody else, connects to a server: all of its sessions begin with settings that
/// would ruin what statements mean, return or cost.
///
/// Every comparison with the original is so one of our sessions under hostile settings with the original's under the
/// server's own, at no cost. That plain sessions work, the suites of each server show.
struct HostileAccount {
    let name: String
    let password: String

    private static let accounts = Mutex<[Engine: HostileAccount]>([:])

    /// The URL of a location for our program; a file's path stays as it is.
    static func url(of location: String) throws -> String {
        let engine = Engine(of: location).kind
        guard let server = engine.server, let start = location.firstRange(of: "://")?.upperBound else {
            return location
        }
        let account = try accounts.withLock { accounts -> HostileAccount in
            if let account = accounts[engine] { return account }
            let account = HostileAccount(
                name: "agno_parity_\(ProcessInfo.processInfo.processIdentifier)", password: "Pw-\(UUID().uuidString)")
            try server.makeHostileAccount(account)
            accounts[engine] = account
            return account
        }
        let authority = location[start...].prefix { $0 != "/" }
        let host = authority.lastIndex(of: "@").map { location.index(after: $0) } ?? start
        let place = location[host...]
        return "\(location[..<start])\(account.name):\(account.password)@\(place)\(server.hostileOptions)"
    }

    /// Drops the accounts of this process.
    static func dropAll() {
        for (engine, account) in accounts.withLock({ $0 }) { try? engine.server?.dropHostileAccount(account.name) }
    }
}
