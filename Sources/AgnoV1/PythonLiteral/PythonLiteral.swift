package import LosslessJSON

/// What a Python literal means, read without evaluating anything.
///
/// 1.x stored the `repr` of a dict in memories on SQLite and read it back with `eval`. Understood are `None`, `True`,
/// `False`, numbers, `nan` and `inf`, strings and bytes in either quote with every prefix and escape, lists, tuples,
/// dicts and sets, in the time it takes to go over the text once. A tuple or a set becomes an array, a key that is no
/// string the text that Python's `json.dumps` writes for it.
package struct PythonLiteral: Sendable, Hashable {
    /// Something in the text that is no literal, such as `datetime.datetime(2025, 7, 1)`; null stands in its place.
    package struct Refusal: Sendable, Hashable {
        /// Where in the value, such as `.topics[1]`; empty for the whole.
        package var path: String
        /// Its source text.
        package var source: String
    }

    package let value: JSONValue
    package let refusals: [Refusal]

    /// Nested deeper than this is refused, as in JSON.
    static let maximumDepth = JSONValue.defaultMaximumDepth
    /// More of what is no literal than this makes the whole text none.
    static let maximumRefusals = 100

    /// - Throws: `PythonLiteralError` when the text as a whole is no literal.
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

    init(value: JSONValue, refusals: [Refusal]) {
        self.value = value
        self.refusals = refusals
    }
}

/// Why a text is no Python literal, and where; it holds none of the text.
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

    /// Bytes before the place.
    package let offset: Int
    package let reason: Reason
}
