import LosslessJSON
import Testing

@Suite("Objects")
struct ObjectTests {
    private let duplicates = #"{"a":1,"b":2,"\u0061":3,"a\n":4}"#

    @Test("The last of several values of a key counts, however the key is escaped")
    func lastWins() throws {
        let value = try JSONValue(parsing: duplicates)
        #expect(value["a"] == 3)
        #expect(value["a\n"] == 4)
        #expect(value[#"a\n"#] == nil)
        #expect(value["c"] == nil)
        #expect(value.objectValue?.lastIndex(of: "a") == 2)
        #expect(value.objectValue?.members.count == 4)
    }

    @Test("Assigning replaces the value that counts, and appends a new key")
    func assigning() throws {
        var object = try #require(try JSONValue(parsing: duplicates).objectValue)
        object["a"] = 9
        object["new"] = "é"
        #expect(JSONValue.object(object).serializedText() == #"{"a":1,"b":2,"\u0061":9,"a\n":4,"new":"é"}"#)
    }

    @Test("Assigning nil removes every occurrence of a key")
    func removing() throws {
        var object = try #require(try JSONValue(parsing: duplicates).objectValue)
        object["a"] = nil
        object["missing"] = nil
        #expect(JSONValue.object(object).serializedText() == #"{"b":2,"a\n":4}"#)
        object.remove("b")
        object["a\n"]?.modifyArray { _ in Issue.record("4 is not an array") }
        #expect(JSONValue.object(object).serializedText() == #"{"a\n":4}"#)
    }

    @Test("A key that is changed through an optional keeps its place")
    func optionalChaining() throws {
        var object: JSONObject = ["a": ["x": 1], "b": 2]
        object["a"]?.modifyObject { $0["x"] = nil }
        object["missing"]?.modifyObject { $0["x"] = 1 }
        #expect(JSONValue.object(object).serializedText() == #"{"a":{},"b":2}"#)
    }

    @Test("A change that throws keeps what was changed before")
    func throwing() throws {
        struct Stop: Error {}
        var value: JSONValue = ["a": 1]
        #expect(throws: Stop.self) {
            try value.modifyObject { object in
                object["a"] = 2
                throw Stop()
            }
        }
        #expect(value == ["a": 2])
    }

    @Test("Keys are compared scalar by scalar, not as Swift compares strings")
    func normalization() throws {
        let value = try JSONValue(parsing: "{\"e\u{301}\":1,\"\\ud83d\\ude00\":2,\"\":3}")
        #expect(value["\u{E9}"] == nil)
        #expect(value["e\u{301}"] == 1)
        #expect(value["😀"] == 2)
        #expect(value[""] == 3)
    }

    @Test("A value of another kind has no members, no elements and is not changed")
    func otherKinds() {
        var value: JSONValue = 1
        #expect(value["a"] == nil)
        #expect(value[0] == nil)
        #expect(value.modifyObject { $0["a"] = 1 } == nil)
        #expect(value.modifyArray { $0 = [] } == nil)
        #expect(value == 1)
        #expect(([1] as JSONValue)[-1] == nil)
        #expect(([1] as JSONValue)[1] == nil)
    }
}
