/// Why a text was refused as JSON, and where.
///
/// It contains none of the text, so that it can be logged when the text is private.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with the text.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The text ends inside a value, or holds none.
        case unexpectedEnd
        case unexpectedByte
        /// An unescaped control character (below U+0020) inside a string.
        case controlCharacter
        case invalidEscape
        case trailingContent
        case byteOrderMark
        case tooDeep
        /// An integer has more than 4300 digits, which is where Python stops reading them.
        case integerTooLong
        /// The text is longer than 4 GiB.
        case tooLarge
        case notAnArray
        case notAString
        /// A lone surrogate, so that the string has no Unicode text.
        case loneSurrogate
    }

    /// The position of the error in the text, in bytes.
    public let offset: Int
    /// What is wrong there.
    public let reason: Reason

    /// Describes an error in a text.
    public init(offset: Int, reason: Reason) {
        self.offset = offset
        self.reason = reason
    }

    /// One sentence without any of the text.
    public var description: String { "not readable as JSON: \(reason.rawValue) at byte \(offset)" }
}
