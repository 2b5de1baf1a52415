/// Why a text was refused as JSON, and where.
///
/// It contains none of the text, so that it can be logged when the text is private.
public struct JSONError: Error, Hashable, Sendable {
    /// What is wrong with the text.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The text ends inside a value, or holds none.
        case unexpectedEnd
        /// A byte that the grammar does not allow here.
        case unexpectedByte
        /// An unescaped control character (below U+0020) inside a string.
        case controlCharacter
        /// A backslash is followed by something that is not an escape.
        case invalidEscape
        /// Something other than white space follows the value.
        case trailingContent
        /// The text starts with a byte order mark.
        case byteOrderMark
        /// Arrays and objects are nested deeper than the reader was told to accept.
        case tooDeep
        /// An integer has more than 4300 digits, which is where Python stops reading them.
        case integerTooLong
        /// The text is longer than 4 GiB.
        case tooLarge
        /// The value is not an array, and only an array is accepted here.
        case notAnArray
        /// The value is not a string, and only a string is accepted here.
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
}

extension JSONError: CustomStringConvertible {
    /// One sentence without any of the text.
    public var description: String {
        "not readable as JSON: \(reason.rawValue) at byte \(offset)"
    }
}
