import AgnoSchema
import LosslessJSON
import Testing

@testable import AgnoV1

@Suite("Documents of v1 storages") struct DocumentTests {
    private func document(_ text: String, as kind: V1Kind? = nil) throws -> V1Document {
        try V1Document(JSONValue(parsing: text), as: kind)
    }

    private func value(_ column: String, of document: V1Document) throws -> SQLValue {
        document.values[try #require(V1Document.columns(of: document.kind).firstIndex(of: column))]
    }

    @Test(
        "The kind is recognised by the members",
        arguments: [
            (#"{"session_id": "s", "agent_id": null, "team_session_id": "t"}"#, V1Kind.agentSessions),
            (#"{"session_id": "s", "team_data": {}, "team_session_id": null}"#, .teamSessions),
            (#"{"session_id": "s", "workflow_name": "w", "runs": []}"#, .workflowSessions),
            (#"{"id": "m", "memory": {"memory": "likes tea"}, "user_id": "u"}"#, .memories),
        ])
    func kinds(text: String, kind: V1Kind) throws {
        #expect(try document(text).kind == kind)
    }

    @Test(
        "A document that is none of v1, or has no key, is refused",
        arguments: [
            "[]", "5", "{}", #"{"session_id": "s"}"#, #"{"session_id": "s", "agent_id": "a", "team_id": "t"}"#,
            #"{"session_id": null, "agent_id": "a"}"#,
            #"{"session_id": "s", "session_type": "agent", "agent_id": "a"}"#,
            #"{"key": "k", "value": "no JSON"}"#, #"{"Item": {"session_id": {"S": "s"}, "agent_id": {"N": 5}}}"#,
        ])
    func refused(text: String) throws {
        #expect(throws: DocumentError.self) { try document(text) }
    }

    @Test("A kind that is given is taken where the members do not tell")
    func givenKind() throws {
        #expect(try document(#"{"session_id": "s", "memory": {}}"#, as: .teamSessions).kind == .teamSessions)
        #expect(throws: DocumentError.self) { try document(#"{"memory": {}}"#, as: .memories) }
    }

    @Test("Numbers and texts of columns keep what they are, objects become JSON")
    func values() throws {
        let found = try document(
            #"{"session_id": 7, "agent_id": "a\u00e9", "memory": {"n": 1.0, "t": "\u00e9"}, "created_at": 5, "updated_at": 1.5}"#
        )
        #expect(try value("session_id", of: found) == .integer(7))
        #expect(try value("agent_id", of: found) == .text("aé"))
        #expect(try value("memory", of: found) == .text(#"{"n": 1.0, "t": "\u00e9"}"#))
        #expect(try value("created_at", of: found) == .integer(5))
        #expect(try value("updated_at", of: found) == .real(1.5))
        #expect(try value("extra_data", of: found) == .null)
    }

    @Test("MongoDB's wrappers are removed in its exports only")
    func extendedJSON() throws {
        let text = #""session_id": "s", "agent_id": "a", "created_at": {"$numberLong": "5"}, "memory": {"#
        let members =
            #""i": {"$numberInt": "1"}, "d": {"$numberDouble": "1.0"}, "t": {"$date": {"$numberLong": "1500"}}, "n": {"$x": 1}}}"#
        let mongo = try document(#"{"_id": {"$oid": "0a"}, "# + text + members)
        #expect(try value("created_at", of: mongo) == .integer(5))
        #expect(try value("memory", of: mongo) == .text(#"{"i": 1, "d": 1.0, "t": 1.5, "n": {"$x": 1}}"#))
        let other = try document("{" + text + members)
        #expect(try value("memory", of: other) == .text("{" + members.dropLast()))
    }

    @Test("DynamoDB's types are removed, with and without the wrapper of an export")
    func typedJSON() throws {
        let item =
            #"{"session_id": {"S": "s"}, "agent_id": {"S": "a"}, "created_at": {"N": "5"}, "user_id": {"NULL": true}, "#
            + #""memory": {"M": {"l": {"L": [{"N": "1.5"}, {"BOOL": false}]}, "S": {"S": "x"}}}}"#
        for text in [item, "{\"Item\": \(item)}"] {
            let found = try document(text)
            #expect(try value("created_at", of: found) == .integer(5))
            #expect(try value("user_id", of: found) == .null)
            #expect(try value("memory", of: found) == .text(#"{"l": [1.5, false], "S": "x"}"#))
        }
    }

    @Test("The value of a key of Redis is the document")
    func redis() throws {
        let text = #"{"key": "agents:s", "value": "{\"session_id\": \"s\", \"agent_id\": \"a\", \"created_at\": 5}"}"#
        #expect(try value("created_at", of: document(text)) == .integer(5))
    }

    @Test("A list, the items of a scan and a single document are taken apart")
    func lists() throws {
        #expect(DocumentText.documents(in: [1, 2]).count == 2)
        #expect(DocumentText.documents(in: ["Items": [1, 2], "Count": 2]).count == 2)
        #expect(DocumentText.documents(in: ["session_id": "s", "Items": [1, 2]]).count == 1)
    }
}

@Suite("BSON") struct BSONTests {
    /// `{"s": "é", "i": 7, "l": -1, "d": 1.5, "o": {"a": [true, null]}, "b": bytes, "t": date}`
    private static let bytes: [UInt8] = {
        func element(_ type: UInt8, _ name: String, _ value: [UInt8]) -> [UInt8] {
            [type] + Array(name.utf8) + [0] + value
        }
        func document(_ elements: [UInt8]) -> [UInt8] { little(UInt32(elements.count + 5)) + elements + [0] }
        func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
            withUnsafeBytes(of: number.littleEndian) { Array($0) }
        }
        let list = document(element(8, "0", [1]) + element(10, "1", []))
        return document(
            element(2, "s", little(UInt32(3)) + [0xC3, 0xA9, 0]) + element(16, "i", little(Int32(7)))
                + element(18, "l", little(Int64(-1))) + element(1, "d", little(1.5.bitPattern))
                + element(3, "o", document(element(4, "a", list)))
                + element(5, "b", little(UInt32(2)) + [0, 0xFF, 0xFE]) + element(9, "t", little(Int64(5000)))
                + element(7, "id", Array(1...12)))
    }()

    @Test("Every type that a storage writes is read")
    func types() throws {
        let found = JSONValue.object(try BSONReader.document(Self.bytes)).serializedText(.python)
        #expect(
            found == #"{"s": "é", "i": 7, "l": -1, "d": 1.5, "o": {"a": [true, null]}, "b": "//4=", "t": 5, "#
                + #""id": "0102030405060708090a0b0c"}"#)
    }

    @Test("Bytes that end early, go on, or have another length are refused, and none reads beyond the end")
    func broken() {
        for count in 0..<Self.bytes.count {
            #expect(throws: DocumentError.self) { try BSONReader.document(Array(Self.bytes.prefix(count))) }
        }
        #expect(throws: DocumentError.self) { try BSONReader.document(Self.bytes + [0]) }
        for position in Self.bytes.indices {
            for byte in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
                var bytes = Self.bytes
                bytes[position] = byte
                _ = try? BSONReader.document(bytes)
            }
        }
    }

    @Test("Deep nesting, too many bytes and unknown types are refused")
    func limits() {
        var nested: [UInt8] = [5, 0, 0, 0, 0]
        for _ in 0..<300 {
            let count = nested.count + 8
            nested = [UInt8(count & 0xFF), UInt8(count >> 8), 0, 0, 3, 0x61, 0] + nested + [0]
        }
        #expect(throws: DocumentError.self) { try BSONReader.document(nested) }
        #expect(throws: DocumentError.self) { try BSONReader.length([0xFF, 0xFF, 0xFF, 0x7F]) }
        #expect(throws: DocumentError.self) { try BSONReader.length([4, 0, 0, 0]) }
        #expect(throws: DocumentError.self) { try BSONReader.length([5, 0]) }
        #expect(throws: DocumentError.self) { try BSONReader.document([8, 0, 0, 0, 0x13, 0x61, 0, 0]) }
    }
}
