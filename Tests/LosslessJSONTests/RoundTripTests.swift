import LosslessJSON
import Testing

@Suite("Writing what was read")
struct RoundTripTests {
    @Test(
        "Every part comes out with the bytes it was read from",
        arguments: [
            #"{"z":1.0,"a":12345678901234567890,"e":1e5,"n":-0.0,"f":1.10,"s":"\u00e9/\/","x":1E400}"#,
            #"{"a":1,"a":2,"\u0061":3}"#, #"["\ud800","\uDC00x","\ud83d\ude00","é","\u00E9"]"#,
            "[NaN,-Infinity,Infinity,-0,0.10,1E+05]", "[]", "{}", #"[[],{},[{}],{"":[]}]"#, #""""#, "null",
            "123456789012345678901234567890123456789012345678901234567890",
        ])
    func lexemes(text: String) throws {
        #expect(try JSONValue(parsing: text).serializedText() == text)
    }

    @Test("White space between the parts is compact or as Python writes it")
    func styles() throws {
        let value = try JSONValue(parsing: "\n{ \"a b\" :[ 1 ,\t2 ],\"c\":{ } , \"d\" :[ ]}\r\n")
        #expect(value.serializedText(.compact) == #"{"a b":[1,2],"c":{},"d":[]}"#)
        #expect(value.serializedText(.python) == #"{"a b": [1, 2], "c": {}, "d": []}"#)
    }

    @Test("Random documents come out as they went in, but for white space", arguments: 0..<40)
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let document = RandomDocument(depth: 5, using: &random)
            let value = try JSONValue(parsing: document.spaced)
            #expect(value.serializedText() == document.compact)
            let python = try #require(value.serializedText(.python))
            #expect(try JSONValue(parsing: python) == value)
        }
    }

    @Test("A changed part leaves every other part as it was")
    func changing() throws {
        var value = try JSONValue(parsing: #"{"n": 1.10, "runs": [{"s": "\u00e9"}, 1E400], "n": 2.0}"#)
        value.modifyObject { object in
            object["runs"]?.modifyArray { runs in
                runs[0].modifyObject { $0["id"] = "x\n\"é" }
            }
            object["new"] = [1, 2.5, true, .null, ["k": "v"]]
        }
        #expect(
            value.serializedText()
                == #"{"n":1.10,"runs":[{"s":"\u00e9","id":"x\n\"é"},1E400],"n":2.0,"new":[1,2.5,true,null,{"k":"v"}]}"#)
    }

    @Test("A part that was taken out outlives its document")
    func sharing() throws {
        func part() throws -> JSONValue? { try JSONValue(parsing: #"{"a": {"b": [1, "two"]}}"#)["a"]?["b"] }
        #expect(try part() == [1, "two"])
    }
}
