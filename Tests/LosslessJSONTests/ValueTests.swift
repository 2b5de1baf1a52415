import LosslessJSON
import Testing

@Suite("Values")
struct ValueTests {
    @Test("Literals make the values they look like")
    func literals() {
        let value: JSONValue = ["s": "é", "i": -3, "f": 1e16, "b": false, "n": .null, "a": [1, []], "o": [:]]
        #expect(
            value.serializedText(.python)
                == #"{"s": "é", "i": -3, "f": 1e+16, "b": false, "n": null, "a": [1, []], "o": {}}"#)
    }

    @Test("Accessors give what a value holds and nil for another kind")
    func accessors() throws {
        let value = try JSONValue(parsing: #"{"s": "\u00e9", "i": 3, "f": 1.5, "b": true, "n": null, "a": [1]}"#)
        #expect(value["s"]?.stringValue == "é")
        #expect(value["i"]?.int64Value == 3)
        #expect(value["i"]?.doubleValue == 3)
        #expect(value["f"]?.doubleValue == 1.5)
        #expect(value["f"]?.numberValue?.text == "1.5")
        #expect(value["b"]?.boolValue == true)
        #expect(value["n"]?.isNull == true)
        #expect(value["a"]?.arrayValue == [1])
        #expect(value["a"]?[0] == 1)
        #expect(value.objectValue?.members.map(\.value.kind) == [.string, .number, .number, .bool, .null, .array])
        #expect(value.kind == .object)
        #expect(
            value.stringValue == nil && value.int64Value == nil && value.boolValue == nil && value.arrayValue == nil)
        #expect(JSONValue.null.objectValue == nil)
    }

    @Test("Initialisers make strings, numbers and truth values")
    func initialisers() {
        let text = "t"
        #expect(JSONValue(text).serializedText() == "\"t\"")
        #expect(JSONValue(UInt64.max).serializedText() == "18446744073709551615")
        #expect(JSONValue(0.1).serializedText() == "0.1")
        #expect(JSONValue(true) == true)
    }

    @Test("A description holds nothing of the value")
    func descriptions() throws {
        let value = try JSONValue(parsing: #"[{"secret": "hunter2"}, "hunter2", 4711, true, null]"#)
        #expect("\(value)" == "array of 5 elements")
        #expect(
            value.arrayValue?.map { "\($0)" }
                == ["object of 1 members", "string of 7 bytes", "number of 4 bytes", "bool", "null"])
    }

    @Test("The kind of a document is that of its first value")
    func kinds() {
        let kinds: [(String, JSONKind?)] = [
            (" {", .object), ("\n[1", .array), ("\"", .string), ("-", .number), ("NaN", .number), ("Infinity", .number),
            ("7", .number), ("true", .bool), ("false", .bool), ("null", .null), ("", nil), ("  ", nil), ("x", nil),
            ("\u{FEFF}1", nil), ("]", nil),
        ]
        for (text, kind) in kinds {
            withExactCopy(of: text.utf8) { #expect(JSONText.kind(of: $0) == kind) }
        }
    }

    @Test("Validation tells where the value stands")
    func validation() throws {
        try withExactCopy(of: " \n{\"a\": 1}\t".utf8) { bytes in
            let span = try JSONText.validate(bytes)
            #expect(span == JSONSpan(kind: .object, range: 2..<10))
        }
    }
}
