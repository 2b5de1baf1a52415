import AgnoV1Support
import CZlib
import LosslessJSON
import Testing

@testable import AgnoV1

@Suite("Texts, bytes and ids")
struct TextTests {
    private func cleaned(_ text: String, _ rules: V1Conversion.JSONRules = .python) throws -> String? {
        var value = try JSONValue(parsing: text)
        var cleaner = JSONCleaner(rules: rules)
        cleaner.clean(&value)
        return value.serializedText()
    }

    @Test("What no text may hold is taken out, and every other byte stays")
    func cleaning() throws {
        #expect(
            try cleaned(#"["a\u0000b\u0001c\td\ne\u000bf\u001Fg\ufffeh\uffffi\u007fj\b\f\u000c"]"#)
                == #"["abc\td\nefghi\u007fj"]"#)
        #expect(try cleaned("[\"a\u{FFFE}b\u{FFFF}\u{FFFD}\u{FEFF}\"]") == "[\"ab\u{FFFD}\u{FEFF}\"]")
        #expect(
            try cleaned(#"["\\u0000 \\\u0000 \u00e9\/ \ud83d\ude00 \ud800"]"#)
                == #"["\\u0000 \\ \u00e9\/ \ud83d\ude00 \ud800"]"#)
    }

    @Test("Keys that become the same are both kept")
    func keys() throws {
        #expect(try cleaned(#"{"k\u0000": 1, "k": 2, "\u0001k": 3}"#) == #"{"k~2":1,"k":2,"k~3":3}"#)
        #expect(try cleaned(#"{"\u0000a": 1, "a~2": 2, "a": 3}"#) == #"{"a~3":1,"a~2":2,"a":3}"#)
    }

    @Test("For standard JSON, numbers that it does not have become strings and halves of pairs U+FFFD")
    func standard() throws {
        let text = #"[NaN, -Infinity, 1E400, "\ud800x", "\ud83d\ude00", "\ude00\ud83d", "NaN"]"#
        #expect(
            try cleaned(text, .standard)
                == #"["NaN","-Infinity",1E400,"\ufffdx","\ud83d\ude00","\ufffd\ufffd","NaN"]"#)
        #expect(try cleaned(text) == text.replacing(", ", with: ","))
    }

    @Test("The quick look never overlooks what cleaning changes", arguments: 0..<30)
    func quickLook(seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for _ in 0..<100 {
            let text = values.text(depth: 4)
            for rules in [V1Conversion.JSONRules.python, .standard] {
                var value = try JSONValue(parsing: text)
                let before = value
                var cleaner = JSONCleaner(rules: rules)
                cleaner.clean(&value)
                let needed = Array(text.utf8).withUnsafeBufferPointer { StorableText.needsCleaning($0, rules: rules) }
                #expect(needed || value == before)
                #expect((cleaner.changes.isEmpty) == (value == before))
                let again = value.serialized()
                #expect(
                    !again.withUnsafeBufferPointer { StorableText.needsCleaning($0, rules: rules) }
                        || rules == .standard)
            }
        }
    }

    @Test("An id that had something taken out is still another one")
    func ids() {
        #expect(StorableText.cleanedID("a-1 é") == "a-1 é")
        let first = StorableText.cleanedID("a\0b")
        let second = StorableText.cleanedID("ab\0")
        #expect(first.hasPrefix("ab~") && second.hasPrefix("ab~") && first != second)
        #expect(first == StorableText.cleanedID("a\0b"))
    }

    @Test("Derived ids are UUIDs of version 5, and two lists of parts have two")
    func derivedIDs() {
        // uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, "v1.agno-migrate"), "run\0s1\0" + "0\0")
        #expect(DerivedID.make("run", "s1", "0") == "19c8355f-6022-5511-be7a-dc6a969f1f89")
        #expect(DerivedID.make("a", "bc") != DerivedID.make("ab", "c"))
        #expect(WrittenBack.isDerivedID(DerivedID.make("x")))
    }

    @Test("Base64 is read strictly and written as Python writes it", arguments: 0..<20)
    func base64(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<Int(seed) * 7).map { _ in UInt8.random(in: 0...255, using: &random) }
        var text = Base64.encode(bytes)
        #expect(text.withUTF8 { Base64.decode($0) } == bytes)
        for bad in ["a", "ab=", "a===", "====", "ab=c", "abc\n", "ab-_", "abcd=", "=abc", "ab c"] {
            var bad = bad
            #expect(!bad.withUTF8 { Base64.isValid($0) }, "\(bad)")
        }
        for (plain, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v")] {
            #expect(Base64.encode(plain.utf8) == encoded)
        }
    }

    @Test(
        "What zlib compressed is inflated, and nothing else is taken for it", arguments: [0, 1, 20, 70_000, 3_000_000])
    func zlib(count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...9, using: &random) }
        let stream = try compressed(bytes)
        #expect(Zlib.inflate(stream) == bytes)
        #expect(Zlib.inflate(stream + [0]) == nil)
        #expect(Zlib.inflate(stream.dropLast()) == nil)
        #expect(Zlib.inflate(bytes) == nil)
        var damaged = stream
        damaged[stream.count - 1] ^= 1
        #expect(Zlib.inflate(damaged) == nil)
    }

    @Test("Random bytes behind a header of zlib do no harm", arguments: 0..<50)
    func damagedStreams(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let rest = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            #expect(Zlib.inflate([0x78, 0x9C] + rest) == nil)
        }
    }
}

/// What Python's `zlib.compress` makes of some bytes.
func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
    var count = compressBound(uLong(bytes.count))
    var output = [UInt8](repeating: 0, count: Int(count))
    guard compress(&output, &count, bytes, uLong(bytes.count)) == Z_OK else { throw TestFailure("zlib refuses") }
    return Array(output.prefix(Int(count)))
}
