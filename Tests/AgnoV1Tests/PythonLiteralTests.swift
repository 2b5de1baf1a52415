import AgnoV1Support
import LosslessJSON
import Testing

@testable import AgnoV1

@Suite("The reader of Python literals")
struct PythonLiteralTests {
    private func json(_ text: String) -> String? {
        guard let literal = try? PythonLiteral(parsing: text), literal.refusals.isEmpty else { return nil }
        return literal.value.serializedText(.python)
    }

    /// Literals that Python reads and its `repr` never writes.
    private let beyondRepr = ["+1", "- 1", "1.", ".5", "0x10", "1_000", #"'\N{BULLET}'"#]
    /// What is no literal to Python, and what `repr` writes for floats.
    private let names = ["nan", "inf", "-inf"]

    @Test("The reader reads what Python reads, and nothing else")
    func table() throws {
        for (text, expected) in LiteralTable.rows where !beyondRepr.contains(text) && !names.contains(text) {
            guard let expected else {
                #expect(json(text) == nil, "\(text.debugDescription)")
                continue
            }
            let ours = try #require(try? PythonLiteral(parsing: text), "\(text.debugDescription)")
            #expect(
                try normalized(ours.value) == normalized(try JSONValue(parsing: expected)), "\(text.debugDescription)")
        }
        for text in beyondRepr { #expect(json(text) == nil) }
        #expect(names.map(json) == ["NaN", "Infinity", "-Infinity"])
    }

    /// Strings by what they mean, but for halves of surrogate pairs; duplicate keys gone, floats by value.
    private func normalized(_ value: JSONValue) throws -> JSONValue {
        switch value {
        case .string(let string): .string(string.value.map { JSONString(decoding: $0) } ?? "a half")
        case .number(let number): number.isInteger ? value : JSONValue(number.double ?? 0)
        case .array(let elements): .array(try elements.map(normalized))
        case .object(let object):
            .object(
                try object.members.reduce(into: JSONObject()) { result, member in
                    result[member.key.value ?? "?"] = try normalized(member.value)
                })
        case .null, .bool: value
        }
    }

    @Test("The reader puts null in the place of what is not a literal, and says where it was")
    func refusals() throws {
        let text = "{'memory': 'x', 'at': datetime.datetime(2025, 7, 1, tz=f(')', [1])), 'l': [1, b'\\xff', Ø]}"
        #expect(throws: PythonLiteralError.self) { try PythonLiteral(parsing: text) }
        let literal = try PythonLiteral(parsing: text.replacing(", Ø", with: ", UUID('a')"))
        #expect(literal.value.serializedText() == #"{"memory":"x","at":null,"l":[1,null,null]}"#)
        #expect(
            literal.refusals == [
                .init(path: ".at", source: "datetime.datetime(2025, 7, 1, tz=f(')', [1]))"),
                .init(path: ".l[1]", source: "b'\\xff'"), .init(path: ".l[2]", source: "UUID('a')"),
            ])
        #expect(throws: PythonLiteralError.self) { try PythonLiteral(parsing: "{f(): 1}") }
        #expect(throws: PythonLiteralError.self) { try PythonLiteral(parsing: "{1: 2, f(): 1}") }
        let many = "[" + String(repeating: "f(), ", count: 101) + "]"
        #expect(throws: PythonLiteralError.self) { try PythonLiteral(parsing: many) }
    }

    @Test("The reader reads sets by name and by braces")
    func sets() {
        #expect(json("{'a': set(), 'b': {1, 2}, 'c': frozenset({'x'})}") == #"{"a": [], "b": [1, 2], "c": ["x"]}"#)
        #expect(json("[1, set(), 2]") == "[1, [], 2]")
        #expect(json("{set(), 2}") == "[[], 2]")
        #expect(json("set") == nil)
    }

    @Test(
        "The reader refuses what is nested too deeply, without falling over",
        arguments: ["[", "(", "{1: ", "[{'a': ", "set("])
    func depth(opening: String) {
        for count in [899, 5_000, 1_000_000] {
            let closing = ["[": "]", "(": ")", "{1: ": "}", "[{'a': ": "}]", "set(": ")"][opening] ?? ""
            let text =
                String(repeating: opening, count: count / opening.filter("[{(".contains).count) + "1"
                + String(repeating: closing, count: count / closing.count)
            #expect((json(text) != nil) == (count == 899))
            #expect(json(String(repeating: opening, count: count)) == nil)
        }
    }

    @Test("The reader reads back what Python's repr writes", arguments: 0..<40)
    func roundTrip(seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for _ in 0..<50 {
            let value = try normalized(try JSONValue(parsing: values.text(depth: 5)))
            let written = PythonWriter.text(value)
            let literal = try PythonLiteral(parsing: written)
            #expect(literal.refusals == [])
            #expect(try normalized(literal.value) == value, "\(written)")
        }
    }

    @Test(
        "The reader neither crashes nor hangs nor changes its mind on damaged texts",
        .timeLimit(.minutes(15)), arguments: 0..<40)
    func mutations(seed: UInt64) throws {
        var values = RandomValues(seed: seed &+ 1000)
        let alphabet = Array("'\"\\{}[](),:0x1u-.eNTFnaisb \n\t\u{e9}".utf8) + [0x80, 0xFF, 0x00, 0xED]
        for _ in 0..<100 {
            var bytes = Array(PythonWriter.text(try JSONValue(parsing: values.text(depth: 4))).utf8)
            for _ in 0..<Int.random(in: 1..<6, using: &values.random) {
                let place = Int.random(in: 0...bytes.count, using: &values.random)
                switch Int.random(in: 0..<4, using: &values.random) {
                case 0: bytes.insert(values.random.pick(alphabet, or: 0x27), at: place)
                case 1: bytes = Array(bytes.prefix(place))
                case 2 where place < bytes.count: bytes[place] = values.random.pick(alphabet, or: 0x27)
                case 3 where place < bytes.count: bytes.remove(at: place)
                default: bytes += bytes.prefix(place)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let first = Result { try PythonLiteral(parsing: text) }
            let second = Result { try PythonLiteral(parsing: text) }
            #expect((try? first.get()) == (try? second.get()))
            if let value = try? first.get().value {
                // What was read is JSON.
                #expect(throws: Never.self) { try JSONValue(parsing: value.serialized()) }
            }
        }
    }

    @Test(
        "The reader takes ten times as long for a text ten times as long", .timeLimit(.minutes(15)))
    func longTexts() throws {
        let escapes = "'" + String(repeating: "\\x00\\u00e9'\" ".replacing("'", with: "\\'"), count: 600_000) + "'"
        #expect(try PythonLiteral(parsing: escapes).value.stringValue?.unicodeScalars.count == 3_000_000)
        let list = "{" + (0..<400_000).map { "\($0): ('a', None)" }.joined(separator: ", ") + "}"
        #expect(try PythonLiteral(parsing: list).value.objectValue?.members.count == 400_000)
        let unclosed = String(repeating: "(1, ", count: 2_000_000)
        #expect(throws: PythonLiteralError.self) { try PythonLiteral(parsing: unclosed) }
        let calls = "f(" + String(repeating: "'(', ", count: 2_000_000) + ")"
        #expect(try PythonLiteral(parsing: calls).refusals.count == 1)
    }
}
