import AgnoMigrate
import Foundation

enum Identifier {
    /// Two hexadecimal digits per random byte.
    static func make(bytes count: Int) -> String {
        (0..<count).map { _ in UInt8.random(in: .min ... .max) }.hexadecimal
    }
}

enum Instant {
    /// Now, in UTC: `2026-11-25T20:40:48.123Z`.
    static var now: String { Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
}
