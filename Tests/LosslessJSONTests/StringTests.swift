import LosslessJSON
import Testing

@Suite("Strings")
struct StringTests {
    private let everything =
        String(String.UnicodeScalarView((0..<0x3000).compactMap(Unicode.Scalar.init))) + "😀\u{10FFFF}"

    @Test("Escapes are as few as Python writes with ensure_ascii=False")
    func minimal() {
        let string = JSONString(decoding: "a\"b\\c/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é😀\u{2028}")
        #expect(string.literalText == #""a\"b\\c/\b\f\n\r\t\u0000\u001f"# + "\u{7F}é😀\u{2028}\"")
    }

    @Test("Escapes are as many as Python writes with ensure_ascii=True")
    func ascii() {
        let string = JSONString(decoding: "a\"b\\c/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é😀\u{2028}", ascii: true)
        #expect(string.literalText == #""a\"b\\c/\b\f\n\r\t\u0000\u001f\u007f\u00e9\ud83d\ude00\u2028""#)
    }

    @Test("Any text means itself again, however it was escaped", arguments: [true, false])
    func roundTrip(ascii: Bool) throws {
        for text in ["", "a", "1234567", "12345678", "123456789 é", everything] {
            let string = JSONString(decoding: text, ascii: ascii)
            #expect(string.value == text)
            #expect(string.means(text))
            #expect(!string.means(text + "x"))
            #expect(string.isEmpty == text.isEmpty)
            #expect(try JSONString(literal: #require(string.literalText)) == string)
        }
    }

    @Test(
        "Half of a surrogate pair has no text",
        arguments: [
            #""\ud800""#, #""\udc00""#, #""a\udc00\ud800""#, #""\ud800\ud800""#, #""\udc00\udc00""#, #""\udfff""#,
            #""\udbff\ue000""#, #""\ud800x""#, #""\uD8FF\n""#,
        ])
    func loneSurrogates(literal: String) throws {
        let string = try JSONString(literal: literal)
        #expect(string.value == nil)
        #expect(!string.means("\u{FFFD}"))
        #expect(string.literalText == literal)
        withExactCopy(of: literal.utf8) { bytes in
            #expect(JSONText.decodeString(bytes) == nil)
            #expect(JSONText.decodeStringDocument(bytes) == nil)
        }
    }

    @Test("A literal is one string and nothing around it", arguments: [" \"a\"", "\"a\" ", "1", "", "\"a", "a"])
    func notLiterals(text: String) {
        #expect(throws: JSONError.self) { try JSONString(literal: text) }
        withExactCopy(of: text.utf8) { #expect(JSONText.decodeString($0) == nil) }
    }

    @Test("Strings are equal when they were written alike")
    func equality() throws {
        #expect(try JSONString(literal: #""\u00e9""#) != "é")
        #expect(try JSONString(literal: #""é""#) == "é")
        #expect(try Set([JSONString(literal: #""é""#), "é", "é"]).count == 1)
    }

    @Test("A document that is one string gives the bytes inside it")
    func doubleEncoding() throws {
        let inner = #"{"a": "b\n\"é\u00e9", "c": [1, "😀"]}"#
        for text in [inner, "", "1", everything] {
            for ascii in [true, false] {
                let literal = try #require(JSONString(decoding: text, ascii: ascii).literalText)
                withExactCopy(of: " \n\(literal)\t ".utf8) { bytes in
                    #expect(JSONText.decodeStringDocument(bytes) == Array(text.utf8))
                }
            }
        }
        for wrong in [
            "", "1", "[]", "\"a", "\"a\" x", "\"a\" \"b\"", #""\x""#, #""\u12""#, "\"\n\"", "\u{FEFF}\"\"", "\"\\",
        ] {
            withExactCopy(of: wrong.utf8) { #expect(JSONText.decodeStringDocument($0) == nil) }
        }
    }
}
