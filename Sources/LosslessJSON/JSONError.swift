/// Why a text was refused as JSON, and where.
///
/// It never holds any of the text, so that it can be logged when the text is private.
public struct JSONError: Error, Hashable, Sendable {
    /// What is wrong with the text.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The text ends inside a value, or holds none.
        case unexpectedEnd
        /// A byte stands where the grammar does not allow it.
        case unexpectedByte
        /// A control character (below U+0020) stands unescaped inside a string.
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
        /// Half of a surrogate pair stands alone, so that the string has no Unicode text.
        case loneSurrogate
    }

    /// How many bytes of the text come before the place where it went wrong.
    public let offset: Int

    /// What is wrong there.
    public let reason: Reason

    /// Says what is wrong with a text at a place.
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
