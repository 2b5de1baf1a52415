/// Inspects a JSON text without building values.
public enum JSONText {
    /// The kind of value a text starts with, judged by its first byte after white space; nil when none starts there.
    ///
    /// It says nothing about the rest of the text, which may be no JSON at all.
    public static func kind(of bytes: UnsafeBufferPointer<UInt8>) -> JSONKind? {
        guard let cursor = try? ByteCursor(bytes) else { return nil }
        return JSONKind(firstByte: cursor.byte)
    }

    /// Checks a whole text as strictly as the parser does, and returns the kind and range of its value.
    ///
    /// - Throws: `JSONError` when the text is not one Python reads, or nested deeper than `maximumDepth`.
    public static func validate(
        _ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int = JSONValue.defaultMaximumDepth
    ) throws(JSONError) -> JSONSpan {
        var cursor = try ByteCursor(bytes)
        var nesting = Nesting(limit: min(maximumDepth, JSONValue.depthLimit))
        let start = cursor.position
        let span = JSONSpan(kind: try cursor.skipValue(nesting: &nesting), range: start..<cursor.position)
        try cursor.finish()
        return span
    }

    /// What a string literal means, given its bytes from quote to quote; nil when they are not one such literal, or when
    /// no Swift string can hold what it means: it has half of a surrogate pair in it, or is not UTF-8.
    public static func decodeString(_ literal: UnsafeBufferPointer<UInt8>) -> String? {
        StringUnescaper.text(ofLiteral: literal)
    }

    /// The bytes of the text inside a document that is one JSON string, such as JSON that was encoded twice.
    ///
    /// Nil when the document is not one string with nothing but white space around it, or when the string has half of
    /// a surrogate pair in it. Whether unescaped bytes are UTF-8 is not looked at.
    public static func decodeStringDocument(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard var cursor = try? ByteCursor(bytes), cursor.byte == Ascii.quote else { return nil }
        var next: Int?
        let text = [UInt8](unsafeUninitializedCapacity: bytes.count - cursor.position) { output, count in
            guard let base = output.baseAddress,
                let result = try? StringUnescaper.read(bytes, from: cursor.position + 1, into: base)
            else { return }
            count = result.count
            next = result.next
        }
        guard let next else { return nil }
        cursor.position = next
        guard (try? cursor.finish()) != nil else { return nil }
        return text
    }
}
