import AgnoMigrate
import Foundation

/// Random identifiers.
enum Identifier {
    /// Two hexadecimal digits per random byte.
    static func make(bytes count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }.hexadecimal
    }
}

/// Points in time for clients.
enum Instant {
    /// Now, in UTC: `2026-11-25T20:40:48.123Z`.
    static var now: String { Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
}
