import LosslessJSON
import Testing

@Suite("Reading JSON")
struct ParsingTests {
    @Test(
        "What Python reads is read, with the same meaning, and what it refuses is refused", arguments: PythonTable.rows)
    func dialect(text: String, dumped: String?) {
        #expect((try? JSONValue(parsing: text)).map(pythonDump) == dumped)
        let validated = withExactCopy(of: text.utf8) { bytes in (try? JSONText.validate(bytes)) != nil }
        #expect(validated == (dumped != nil))
    }

    @Test(
        "A refusal says where and why",
        arguments: [
            ("", 0, .unexpectedEnd), ("  ", 2, .unexpectedEnd), ("[1,", 3, .unexpectedEnd), ("\"ab", 3, .unexpectedEnd),
            ("[1,]", 3, .unexpectedByte), ("[1 2]", 3, .unexpectedByte), ("{1:2}", 1, .unexpectedByte),
            ("nulx", 3, .unexpectedByte), ("\"a\nb\"", 2, .controlCharacter), (#""a\xb""#, 2, .invalidEscape),
            (#""\u12g4""#, 1, .invalidEscape), ("1 2", 2, .trailingContent), ("01", 1, .trailingContent),
            ("\u{FEFF}1", 0, .byteOrderMark),
        ] as [(String, Int, JSONError.Reason)])
    func reasons(text: String, offset: Int, reason: JSONError.Reason) {
        #expect(refusal { _ = try JSONValue(parsing: text) } == JSONError(offset: offset, reason: reason))
    }

    @Test("A refusal holds nothing of the text")
    func privacy() throws {
        let error = try #require(refusal { _ = try JSONValue(parsing: #"{"secret": hunter2}"#) })
        #expect("\(error)" == "not readable as JSON: unexpectedByte at byte 11")
    }

    @Test("Integers of up to 4300 digits are read, as in Python")
    func longIntegers() {
        let longest = String(repeating: "7", count: 4300)
        #expect((try? JSONValue(parsing: "-" + longest))?.serializedText() == "-" + longest)
        let error = refusal { _ = try JSONValue(parsing: "[\(longest)7]") }
        #expect(error == JSONError(offset: 1, reason: .integerTooLong))
        #expect((try? JSONValue(parsing: longest + "7.0")) != nil)
        #expect((try? JSONValue(parsing: longest + "7e1")) != nil)
    }

    @Test("Nesting is accepted up to the limit and refused beyond it, however deep")
    func nesting() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: #"[{"a":"#, count: depth / 2) + "1" + String(repeating: "}]", count: depth / 2)
        }
        #expect(try JSONValue(parsing: nested(900)).serializedText() == nested(900))
        #expect(refusal { _ = try JSONValue(parsing: nested(902)) }?.reason == .tooDeep)
        #expect(refusal { _ = try JSONValue(parsing: "[[1]]", maximumDepth: 1) }?.offset == 1)
        #expect(refusal { _ = try JSONValue(parsing: "[]", maximumDepth: 0) }?.reason == .tooDeep)
        #expect((try? JSONValue(parsing: "1", maximumDepth: 0)) == .number(1))

        let deepest = try JSONValue(parsing: nested(2000), maximumDepth: .max)
        #expect(try deepest == JSONValue(parsing: nested(2000), maximumDepth: 2000))
        #expect(deepest.hashValue == deepest.hashValue)
        let hostile = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(refusal { _ = try JSONValue(parsing: hostile, maximumDepth: .max) }?.offset == 2000)
        let error = withExactCopy(of: hostile) { bytes in refusal { _ = try JSONText.validate(bytes) } }
        #expect(error == JSONError(offset: 900, reason: .tooDeep))
    }

    @Test("Every beginning of a document is refused without a crash")
    func truncation() throws {
        let document = #" [{"a": [1.5e-3, -Infinity, NaN, true, null], "k\u00e9y": "x\ud83d\ude00\"y, longer"}, "é"]"#
        let bytes = Array(document.utf8)
        _ = try JSONValue(parsing: bytes)
        for count in 0..<bytes.count {
            let error = refusal { _ = try JSONValue(parsing: Array(bytes.prefix(count))) }
            #expect(error == JSONError(offset: count, reason: .unexpectedEnd))
            withExactCopy(of: bytes.prefix(count)) { copy in
                #expect(refusal { _ = try JSONText.validate(copy) } == error)
                #expect(refusal { try JSONArrayScanner(keys: ["kéy"]).scan(copy) { _ in } } == error)
                #expect(JSONText.decodeStringDocument(copy) == nil)
            }
        }
    }

    @Test("Bytes that are not UTF-8 are kept, and have no text")
    func notUTF8() throws {
        let bytes: [UInt8] = Array("[\"a".utf8) + [0xED, 0xA0, 0x80, 0xFF] + Array("\"]".utf8)
        let value = try JSONValue(parsing: bytes)
        #expect(value.serialized() == bytes)
        #expect(value.serializedText() == nil)
        #expect(value[0]?.kind == .string)
        #expect(value[0]?.stringValue == nil)
    }
}
