import AgnoSchema
import LosslessJSON

/// Times as epoch seconds, from every form that v1 or a driver writes; fractions are truncated.
enum Time {
    /// From a number, a text with a number, or an ISO 8601 text.
    static func seconds(_ value: JSONValue) -> Int64? {
        seconds(number: value) ?? value.stringValue.flatMap { EpochSeconds(iso8601: $0)?.value }
    }

    static func seconds(number value: JSONValue) -> Int64? {
        switch value {
        case .number(let number): number.int64 ?? number.double.flatMap(whole)
        case .string(let string): string.value.flatMap { Int64($0) ?? Double($0).flatMap(whole) }
        case .null, .bool, .array, .object: nil
        }
    }

    static func seconds(_ value: SQLValue) -> Int64? {
        switch value {
        case .integer(let number): number
        case .real(let number): whole(number)
        case .text(let text): Int64(text) ?? Double(text).flatMap(whole) ?? EpochSeconds(iso8601: text)?.value
        case .null, .blob, .malformedText: nil
        }
    }

    private static func whole(_ number: Double) -> Int64? { Int64(exactly: number.rounded(.down)) }
}
