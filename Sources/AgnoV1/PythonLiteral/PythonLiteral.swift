package import LosslessJSON

/// The value of a Python literal, read without evaluating anything.
///
/// 1.x stored the `repr` of a dict in memories on SQLite and read it back with `eval`. Supported are `None`, `True`,
/// `False`, numbers, `nan` and `inf`, strings and bytes with either quote, every prefix and every escape, lists, tuples,
/// dicts and sets, in time linear in the text. A tuple or a set becomes an array; a key that is not a string becomes the
/// text that Python's `json.dumps` writes for it.
package struct PythonLiteral: Sendable, Hashable {
    package let value: JSONValue
    package let refusals: [LiteralRefusal]

    /// Deeper nesting is refused, as in JSON.
    static let depthLimit = JSONValue.defaultMaximumDepth
    /// A text with more refusals than this is refused as a whole.
    static let refusalLimit = 100

    /// - Throws: `PythonLiteralError` if the text as a whole is not a literal.
    package init(parsing text: String) throws(PythonLiteralError) {
        var text = text
        let result: Result<PythonLiteral, PythonLiteralError> = text.withUTF8 { bytes in
            do throws(PythonLiteralError) {
                var reader = PythonLiteralReader(bytes)
                return .success(try reader.read())
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    init(value: JSONValue, refusals: [LiteralRefusal]) {
        self.value = value
        self.refusals = refusals
    }
}

/// Source text inside a literal that is not a literal, such as `datetime.datetime(2025, 7, 1)`; it becomes null.
package struct LiteralRefusal: Sendable, Hashable {
    /// The path in the value, such as `.topics[1]`; empty for the whole value.
    package var path: String
    package var source: String
}

/// Why a text is not a Python literal, and where; it contains none of the text.
package struct PythonLiteralError: Error, Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable {
        case unexpectedEnd = "unexpected_end"
        case unexpectedByte = "unexpected_byte"
        case invalidEscape = "invalid_escape"
        case invalidNumber = "invalid_number"
        case invalidKey = "invalid_key"
        case tooDeep = "too_deep"
        case tooManyRefusals = "too_many_refusals"
    }

    package let offset: Int
    package let reason: Reason
}
