import AgnoSchema
import LosslessJSON
import Testing

@Suite("Ids and buckets of learned entities")
struct LearningKeysTests {
    private static func row(
        _ id: String, user: String? = "u", type: String? = "person", entity: String? = "ada", content: String? = "{}"
    ) throws -> LearningKeys.Row {
        LearningKeys.Row(
            id: id, user: user, entityType: type, entityID: entity,
            content: try content.flatMap { try JSONValue(parsing: $0).objectValue })
    }

    @Test("The three ids of an entity are those of Agno 3.1")
    func ids() throws {
        let row = try Self.row("x")
        #expect(row.legacyID == "entity_user_person_ada")
        #expect(row.quarantineID == "entity_quarantined_user_person_ada")
        #expect(row.keyedID(userHash: "0123456789abcdef") == "entity_user_0123456789abcdef_person_ada")
    }

    private static let legacy = "entity_user_person_ada"
    private static let keyed = "entity_user_0bfe935e70c321c7_person_ada"

    @Test("A row with an old id is legacy, unowned or contaminated")
    func oldID() throws {
        func bucket(_ user: String?, _ content: String) throws -> LearningKeys.Bucket {
            LearningKeys.bucket(of: try Self.row(Self.legacy, user: user, content: content))
        }
        #expect(try bucket("u", "{}") == .legacy)
        #expect(try bucket("u", #"{"user_id": "u"}"#) == .legacy)
        #expect(try bucket("u", #"{"user_id": null}"#) == .legacy)
        #expect(try bucket("5", #"{"user_id": 5}"#) == .legacy)
        #expect(try bucket("True", #"{"user_id": true}"#) == .legacy)
        #expect(try bucket("u", #"{"user_id": "v"}"#) == .contaminated)
        #expect(try bucket("u", #"{"user_id": ""}"#) == .contaminated)
        #expect(try bucket("u", #"{"user_id": "U"}"#) == .contaminated)
        #expect(try bucket("\u{E9}", #"{"user_id": "e\#u{301}"}"#) == .contaminated)
        #expect(try bucket(nil, "{}") == .unowned)
        #expect(try bucket("", #"{"user_id": "v"}"#) == .unowned)
    }

    @Test("A row with another id is keyed, or contaminated although it is")
    func newID() throws {
        func bucket(_ user: String?, _ content: String) throws -> LearningKeys.Bucket {
            LearningKeys.bucket(of: try Self.row(Self.keyed, user: user, content: content))
        }
        #expect(try bucket("u", "{}") == .keyed)
        #expect(try bucket("u", #"{"user_id": "u"}"#) == .keyed)
        #expect(try bucket(nil, #"{"user_id": "v"}"#) == .keyed)
        #expect(try bucket("u", #"{"user_id": "v"}"#) == .contaminatedKeyed)
    }

    @Test("Without identity or a readable object a row is malformed, before anything else is asked")
    func malformed() throws {
        for id in [Self.legacy, Self.keyed, "entity_user__ada"] {
            #expect(LearningKeys.bucket(of: try Self.row(id, content: nil)) == .malformed)
            #expect(LearningKeys.bucket(of: try Self.row(id, user: nil, type: "")) == .malformed)
            #expect(LearningKeys.bucket(of: try Self.row(id, type: nil)) == .malformed)
            #expect(LearningKeys.bucket(of: try Self.row(id, entity: "")) == .malformed)
            #expect(LearningKeys.bucket(of: try Self.row(id, entity: nil)) == .malformed)
            #expect(LearningKeys.bucket(of: try Self.row(id, content: "[]")) == .malformed)
        }
    }
}

@Suite("Merging two rows of one learned entity")
struct LearningMergeTests {
    private func merge(_ source: String, _ target: String) throws -> String? {
        let old = try #require(try JSONValue(parsing: source).objectValue)
        let new = try #require(try JSONValue(parsing: target).objectValue)
        return LearningKeys.merge(old, into: new).flatMap { JSONValue.object($0).serializedText(.python) }
    }

    @Test("Entries of the same characters in other bytes are two")
    func equivalentEntries() throws {
        for key in ["facts", "events", "aliases"] {
            let merged = try merge(#"{"\#(key)": ["caf\#u{E9}"]}"#, #"{"\#(key)": ["cafe\#u{301}"]}"#)
            let expected = key == "aliases" ? ["cafe\u{301}", "caf\u{E9}"] : ["caf\u{E9}", "cafe\u{301}"]
            #expect(
                merged.map { Array($0.utf8) }
                    == Array(#"{"\#(key)": ["\#(expected.joined(separator: #"", ""#))"]}"#.utf8))
        }
    }

    @Test("Other members are a union in which the target wins")
    func union() throws {
        #expect(try merge(#"{"a": 1, "b": 1}"#, #"{"b": 2, "c": 2}"#) == #"{"a": 1, "b": 2, "c": 2}"#)
        #expect(try merge("{}", "{}") == "{}")
        #expect(try merge(#"{"a": 1.0, "b": "\u00e9"}"#, "{}") == #"{"a": 1.0, "b": "\u00e9"}"#)
    }

    @Test("The source's facts come first, but for those that the target says in other case or spacing")
    func facts() throws {
        #expect(
            try merge(
                #"{"facts": [{"id": "1", "content": "Likes  Tea "}, {"id": "2", "content": "Writes"}]}"#,
                #"{"facts": [{"id": "9", "content": "likes tea"}]}"#)
                == #"{"facts": [{"id": "2", "content": "Writes"}, {"id": "9", "content": "likes tea"}]}"#)
    }

    @Test("A fact without content is known by its id, an entry that is no object by its text")
    func oddFacts() throws {
        #expect(
            try merge(
                #"{"facts": [{"id": "1", "content": ""}, {"id": "2"}, "Bare  text", "other"]}"#,
                #"{"facts": [{"id": "1"}, "bare text"]}"#)
                == #"{"facts": [{"id": "2"}, "other", {"id": "1"}, "bare text"]}"#)
    }

    @Test("Events are the same when content and date are, to the letter")
    func events() throws {
        #expect(
            try merge(
                #"{"events": [{"content": "Met", "date": "2024"}, {"content": "Met", "date": "2025"}, {"content": "met", "date": "2024"}]}"#,
                #"{"events": [{"content": "Met", "date": "2024", "id": 3}]}"#)
                == #"{"events": [{"content": "Met", "date": "2025"}, {"content": "met", "date": "2024"}, {"content": "Met", "date": "2024", "id": 3}]}"#
        )
    }

    @Test("Relationships are the same when both ends, the relation and its direction are")
    func relationships() throws {
        let known = #"{"entity_id": "b", "entity_type": "person", "relation": "knows", "direction": "out"}"#
        let other = #"{"entity_id": "b", "entity_type": "person", "relation": "knows", "direction": "in"}"#
        #expect(
            try merge(#"{"relationships": [\#(known), \#(other)]}"#, #"{"relationships": [\#(known)]}"#)
                == #"{"relationships": [\#(other), \#(known)]}"#)
    }

    @Test("A list is kept whole where only one side has it")
    func oneSide() throws {
        #expect(try merge(#"{"facts": ["a", "A"]}"#, "{}") == #"{"facts": ["a", "A"]}"#)
        #expect(try merge("{}", #"{"facts": ["a", "A"]}"#) == #"{"facts": ["a", "A"]}"#)
        #expect(try merge(#"{"facts": ["a"]}"#, #"{"facts": null}"#) == #"{"facts": ["a"]}"#)
    }

    @Test(
        "What is no list or no object cannot be merged without loss",
        arguments: [
            (#"{"facts": "a"}"#, "{}"), ("{}", #"{"facts": {"a": 1}}"#), (#"{"events": 5}"#, #"{"events": []}"#),
            (#"{"relationships": []}"#, #"{"relationships": true}"#), (#"{"aliases": ["a"]}"#, #"{"aliases": "b"}"#),
            (#"{"aliases": "a"}"#, #"{"aliases": ["b"]}"#), (#"{"properties": {"a": 1}}"#, #"{"properties": [1]}"#),
            (#"{"properties": "a"}"#, #"{"properties": {"b": 1}}"#),
        ])
    func conflicts(_ source: String, _ target: String) throws {
        #expect(try merge(source, target) == nil)
    }

    @Test("The target's description stays unless it is empty")
    func description() throws {
        #expect(try merge(#"{"description": "old"}"#, #"{"description": "new"}"#) == #"{"description": "new"}"#)
        for empty in [#"{"description": ""}"#, #"{"description": null}"#, "{}"] {
            #expect(try merge(#"{"description": "old"}"#, empty) == #"{"description": "old"}"#)
        }
    }

    @Test("Properties are a union in which the target wins, also where it has none yet")
    func properties() throws {
        #expect(
            try merge(#"{"properties": {"a": 1, "b": 1}}"#, #"{"properties": {"b": 2, "c": 2}}"#)
                == #"{"properties": {"a": 1, "b": 2, "c": 2}}"#)
        #expect(try merge(#"{"properties": {"a": 1}}"#, "{}") == #"{"properties": {"a": 1}}"#)
        #expect(try merge(#"{"properties": {"a": 1}}"#, #"{"properties": null}"#) == #"{"properties": {"a": 1}}"#)
        #expect(try merge(#"{"properties": {"a": 1}}"#, #"{"properties": {}}"#) == #"{"properties": {"a": 1}}"#)
    }

    @Test("The source's name and aliases become aliases, unless the target is called so already")
    func aliases() throws {
        #expect(
            try merge(
                #"{"name": "Ada L.", "aliases": ["COUNTESS ", "Lady", "lady", ""]}"#,
                #"{"name": "Ada", "aliases": ["countess"]}"#)
                == #"{"name": "Ada", "aliases": ["countess", "Ada L.", "Lady"]}"#)
        #expect(
            try merge(#"{"name": "ADA"}"#, #"{"name": "Ada", "aliases": []}"#) == #"{"name": "Ada", "aliases": []}"#)
        #expect(try merge(#"{"aliases": ["a"]}"#, #"{"aliases": null}"#) == #"{"aliases": ["a"]}"#)
    }
}
