import AgnoSchema
import LosslessJSON
import Testing

@Suite("What the text of a runs column turns out to be")
struct RunContentTests {
    private static func name(_ value: SQLValue) -> String {
        switch RunListReader.content(of: value) {
        case .nothing: "nothing"
        case .list(let bytes): "list \(String(decoding: bytes, as: UTF8.self))"
        case .unusable(let reason): reason.rawValue
        }
    }

    @Test(
        "Each form is taken as steps.md says, or listed where the original would abort",
        arguments: [
            (SQLValue.null, "nothing"),
            (.text("null"), "nothing"), (.text("{}"), "nothing"), (.text("0"), "nothing"), (.text("0.0"), "nothing"),
            (.text("-0"), "nothing"), (.text("false"), "nothing"), (.text(" null "), "nothing"),
            (.text("[]"), "list []"), (.text(#"[{"run_id": "r1"}]"#), #"list [{"run_id": "r1"}]"#),
            (.text(" \n[1] "), "list  \n[1] "),
            (.text(""), "not_json"), (.text("   "), "not_json"), (.text("nul"), "not_json"),
            (.text("{bad"), "not_json"),
            (.text("run"), "not_json"), (.text("'[]'"), "not_json"), (.text("\u{FEFF}[]"), "not_json"),
            (.text(#"{"run_id": "r1"}"#), "not_a_list"), (.text("1"), "not_a_list"), (.text("-2.5"), "not_a_list"),
            (.text("true"), "not_a_list"), (.text("NaN"), "not_a_list"), (.text("Infinity"), "not_a_list"),
            (.integer(0), "nothing"), (.integer(5), "not_a_list"), (.real(0), "nothing"), (.real(0.5), "not_a_list"),
        ])
    func singleEncoding(_ value: SQLValue, _ expected: String) {
        #expect(Self.name(value) == expected)
    }

    @Test(
        "A JSON string is looked into once: SQLite's 2.x releases encode twice",
        arguments: [
            (#""[]""#, "list []"), (#""[{\"run_id\": \"r1\"}]""#, #"list [{"run_id": "r1"}]"#),
            (#""[\"\\u00e9\"]""#, #"list ["\u00e9"]"#), (#""null""#, "nothing"), (#""{}""#, "nothing"),
            (#""0""#, "nothing"),
            (#""""#, "not_json"), (#""text""#, "not_json"), (#""[]"#, "not_json"),
            (#""{\"run_id\": 1}""#, "not_a_list"),
            (#""true""#, "not_a_list"), (#""\"[]\"""#, "not_a_list"),
        ])
    func doubleEncoding(_ text: String, _ expected: String) {
        #expect(Self.name(.text(text)) == expected)
    }

    @Test("Bytes are read as UTF-8 text")
    func bytes() {
        #expect(Self.name(.blob(Array(#"[{"run_id": "é"}]"#.utf8))) == #"list [{"run_id": "é"}]"#)
        #expect(Self.name(.blob([])) == "not_json")
        #expect(Self.name(.blob([0xFF, 0xFE])) == "not_json")
    }
}
