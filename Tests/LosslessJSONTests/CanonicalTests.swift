import LosslessJSON
import Testing

@Suite("The canonical form")
struct CanonicalTests {
    private func canonical(_ text: String) -> String? {
        var writer = CanonicalJSON()
        var text = text
        guard text.withUTF8({ writer.write($0) }) else { return nil }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test(
        "Two spellings of one value have one form",
        arguments: [
            (#" { "b" : [ 1 , 2.50 , { } , [ ] ] , "a" : null } "#, #"{"a":null,"b":[1,25e-1,{},[]]}"#),
            (#"{"a":1,"a":2}"#, #"{"a":2}"#),
            (
                #"{"b":{"d":1,"c":[{"f":2,"e":3}]},"a b":4,"a":5,"":6}"#,
                #"{"":6,"a b":4,"a":5,"b":{"c":[{"e":3,"f":2}],"d":1}}"#
            ),
            (#""\u00e9\ud83d\ude00\/\n\u000a\u001f\u007f\"\\""#, "\"é😀/\\n\\n\\u001f\u{7F}\\\"\\\\\""),
            (#"["\ud83d","\uDE00x","\u0000"]"#, #"["\ud83d","\ude00x","\u0000"]"#),
            (
                "[0,-0,-0.0,1.0,1e2,100,1E-2,0.1,1e22,1e400,-1.5e300]",
                "[0,0,0,1,100,100,1e-2,1e-1,10000000000000000000000,1e400,-15e299]".replacing(
                    "-15e299", with: "-15" + String(repeating: "0", count: 299))
            ),
            ("[12345678901234567890123, NaN, -Infinity]", "[12345678901234567890123,NaN,-Infinity]"),
            ("[12345678901234567890.0, 0.1000000000000000055]", "[12345678901234567000,1e-1]"),
        ])
    func spellings(_ text: String, _ form: String) throws {
        #expect(canonical(text) == form)
        #expect(canonical(form) == form)
    }

    @Test("What is not JSON has none", arguments: ["", "{", #"{"a":}"#, "[1,]", "nul", #""\x""#, "1 2"])
    func noJSON(_ text: String) { #expect(canonical(text) == nil) }

    @Test("Numbers of any size keep their digits in bounded space")
    func numbers() {
        let digits = String(repeating: "7", count: 400)
        #expect(canonical(digits) == digits)
        #expect(canonical("1" + String(repeating: "0", count: 400)) == "1e400")
        #expect(canonical("1e99999999999") == canonical("10e99999999998"))
        // With exponents beyond all use nothing is calculated, and none is taken for another.
        for text in ["1e9223372036854775807", "10E+9223372036854775807", "[1e99999999999999999999]"] {
            #expect(canonical(text) == text.lowercased())
        }
        #expect(canonical("1e-99999999999999999999") == "0")
    }
}
