import LosslessJSON
import Testing

@Suite("Scanning arrays")
struct ScannerTests {
    private let keys = ["run_id", "a", "", "a_rather_long_key_name", "missing"]

    /// What a scan tells about an element, copied out of the text.
    private struct Seen: Equatable {
        let kind: JSONKind
        let text: String
        let values: [String?]
    }

    private func scan(_ bytes: some Collection<UInt8>, keys: [String]) throws -> [Seen] {
        try withExactCopy(of: bytes) { copy in
            var seen: [Seen] = []
            try JSONArrayScanner(keys: keys).scan(copy) { element in
                #expect(element.index == seen.count)
                var values: [String?] = []
                for slot in keys.indices {
                    values.append(element[slot].map { String(decoding: element.bytes(of: $0), as: UTF8.self) })
                    if let span = element[slot] {
                        #expect(JSONText.kind(of: element.bytes(of: span)) == span.kind)
                    }
                }
                #expect(element[keys.count] == nil && element[-1] == nil)
                let text = String(decoding: element.bytes, as: UTF8.self)
                seen.append(Seen(kind: element.span.kind, text: text, values: values))
            }
            return seen
        }
    }

    @Test("Elements are told with their kind, their bytes and the wanted values")
    func elements() throws {
        let text = #" [ {"a": 1, "run_id" : "x" , "z": {"a": 5}} , 12, "s", null,true , [{"a":1}], {}, NaN ] "#
        #expect(
            try scan(text.utf8, keys: ["a", "run_id"]) == [
                Seen(kind: .object, text: #"{"a": 1, "run_id" : "x" , "z": {"a": 5}}"#, values: ["1", "\"x\""]),
                Seen(kind: .number, text: "12", values: [nil, nil]),
                Seen(kind: .string, text: "\"s\"", values: [nil, nil]),
                Seen(kind: .null, text: "null", values: [nil, nil]),
                Seen(kind: .bool, text: "true", values: [nil, nil]),
                Seen(kind: .array, text: #"[{"a":1}]"#, values: [nil, nil]),
                Seen(kind: .object, text: "{}", values: [nil, nil]),
                Seen(kind: .number, text: "NaN", values: [nil, nil]),
            ])
        #expect(try scan(" [ ] ".utf8, keys: []).isEmpty)
    }

    @Test("The last value of a wanted key counts, however the key is escaped")
    func duplicates() throws {
        let text = #"[{"a":1,"\u0061":2},{"\u0061":1,"a":[3]},{"a\u0000":1,"A":2,"aa":3}]"#
        #expect(try scan(text.utf8, keys: ["a"]).map(\.values) == [["2"], ["[3]"], [nil]])
    }

    @Test("Keys of every length are told apart")
    func lengths() throws {
        let names = (0..<80).map { String(repeating: "k", count: $0) }
        let members = names.map { "\"\($0)\":\($0.count)" }.joined(separator: ",")
        let near = names.map { "\"\($0)x\":0" }.joined(separator: ",")
        let seen = try scan("[{\(members),\(near)},{\(near)}]".utf8, keys: names)
        #expect(seen[0].values == names.map { "\($0.count)" })
        #expect(seen[1].values.allSatisfy { $0 == nil })
    }

    @Test("A wanted string can be decoded on the spot")
    func strings() throws {
        let text = Array(#"[{"a":"\u00e9x"},{"a":1},{},{"a":"\ud800"}]"#.utf8)
        var seen: [String?] = []
        try text.withUnsafeBufferPointer { bytes in
            try JSONArrayScanner(keys: ["a"]).scan(bytes) { seen.append($0.string(0)) }
        }
        #expect(seen == ["éx", nil, nil, nil])
    }

    @Test("A scan agrees with the parser on random arrays", arguments: 0..<40)
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let document = RandomDocument.array(depth: 4, using: &random)
            let value = try JSONValue(parsing: document.spaced)
            let seen = try scan(document.spaced.utf8, keys: keys)
            let elements = try #require(value.arrayValue)
            #expect(seen.map(\.kind) == elements.map(\.kind))
            #expect(try seen.map { try JSONValue(parsing: $0.text) } == elements)
            for (one, element) in zip(seen, elements) {
                let values = try one.values.map { try $0.map { try JSONValue(parsing: $0) } }
                #expect(values == keys.map { element[$0] })
            }
        }
    }

    @Test("A scan refuses what the parser refuses, at the same place", arguments: 0..<40)
    func damaged(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed ^ 0xD00D)
        let bad = Array("[]{}:,\"\\ 0-.eE+ntfNIu\u{1}\n".utf8)
        for _ in 0..<100 {
            var bytes = Array(RandomDocument.array(depth: 4, using: &random).spaced.utf8)
            for _ in 0..<Int.random(in: 1...2, using: &random) where !bytes.isEmpty {
                let index = bytes.indices.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = bad.randomElement(using: &random) ?? 0
                case 1: bytes.insert(bad.randomElement(using: &random) ?? 0, at: index)
                default: bytes.remove(at: index)
                }
            }
            let parsed = refusal { _ = try JSONValue(parsing: bytes) }
            let scanned = refusal { _ = try scan(bytes, keys: keys) }
            if scanned?.reason == .notAnArray {
                #expect(parsed == nil)
            } else {
                #expect(scanned == parsed)
            }
        }
    }

    @Test("A value that is no array is refused", arguments: ["{}", " 1", "\"[]\"", "null"])
    func notArrays(text: String) {
        #expect(refusal { _ = try scan(text.utf8, keys: []) } == JSONError(offset: 0, reason: .notAnArray))
    }

    @Test("Nesting counts from the outermost array")
    func nesting() {
        func error(_ text: String, _ depth: Int) -> JSONError? {
            let bytes = Array(text.utf8)
            return bytes.withUnsafeBufferPointer { bytes in
                refusal { try JSONArrayScanner(keys: ["a"], maximumDepth: depth).scan(bytes) { _ in } }
            }
        }
        #expect(error("[[1]]", 2) == nil)
        #expect(error("[[1]]", 1) == JSONError(offset: 1, reason: .tooDeep))
        #expect(error(#"[{"a":{}}]"#, 3) == nil)
        #expect(error(#"[{"a":{}}]"#, 2) == JSONError(offset: 6, reason: .tooDeep))
        #expect(error("[{}]", 1) == JSONError(offset: 1, reason: .tooDeep))
        #expect(error("[" + String(repeating: #"{"a":[]},[[]],"#, count: 2000) + "{}]", 3) == nil)
        #expect(error("[]", 0) == JSONError(offset: 0, reason: .tooDeep))
        #expect(error(String(repeating: "[", count: 1_000_000), .max)?.reason == .tooDeep)
    }

    @Test("What the closure throws ends the scan")
    func stopping() {
        struct Stop: Error {}
        var count = 0
        let bytes = Array("[1,2,3".utf8)
        #expect(throws: Stop.self) {
            try bytes.withUnsafeBufferPointer { bytes in
                try JSONArrayScanner(keys: []).scan(bytes) { _ in
                    count += 1
                    if count == 2 { throw Stop() }
                }
            }
        }
        #expect(count == 2)
    }
}
