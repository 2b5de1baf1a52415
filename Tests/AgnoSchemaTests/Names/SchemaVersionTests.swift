import AgnoSchema
import Foundation
import Testing

@Suite("Schema versions")
struct SchemaVersionTests {
    @Test(
        "Reads what the Python releases read",
        arguments: [
            ("3.0.0", "3.0.0"), ("v3.0.0", "3.0.0"), ("V2.5.6", "2.5.6"), ("3.0", "3.0.0"), ("3", "3.0.0"),
            ("v3", "3.0.0"), (" 2.3.0 ", "2.3.0"), ("2.3.0\n", "2.3.0"), ("02.03.00", "2.3.0"), ("2.5.10", "2.5.10"),
            ("0.0.0", "0.0.0"), ("999999999.0.0", "999999999.0.0"),
        ])
    func reads(_ text: String, _ normalized: String) throws {
        #expect(try #require(SchemaVersion(text)).description == normalized)
    }

    @Test(
        "Refuses everything else",
        arguments: [
            "", " ", "v", "vv3.0.0", "latest", "3.", ".3", "3..0", "3.0.0.0", "3.0.0rc1", "3.0.0-1", "-3.0.0", "+3.0.0",
            "3,0,0", "3.0.x", "٣.0.0", "3.0.0 v", "9999999999.0.0", "3 .0.0", "0x3.0.0", "3e0.0.0",
        ])
    func refuses(_ text: String) {
        #expect(SchemaVersion(text) == nil)
    }

    @Test("Orders by component, not by text")
    func order() throws {
        let texts = ["1.9.9", "2.0.0", "2.3.0", "2.5.0", "2.5.6", "2.5.10", "2.10.0", "3.0.0", "10.0.0"]
        let versions = try texts.map { try #require(SchemaVersion($0)) }
        #expect(versions.shuffled().sorted() == versions)
        let short = ["3.0", "v3"].map { SchemaVersion($0) }
        #expect(short == [versions[7], versions[7]])
    }

    @Test("The known ones are the baseline and the registered migrations")
    func known() {
        #expect(SchemaVersion.known.map(\.description) == ["2.0.0", "2.3.0", "2.5.0", "2.5.6", "3.0.0"])
        #expect(SchemaVersion.baseline.description == "2.0.0")
        #expect(SchemaVersion.latest.description == "3.0.0")
        #expect(SchemaVersion.known == SchemaVersion.known.sorted())
    }

    @Test(
        "Floor and predecessor are known versions",
        arguments: [
            ("1.0.0", nil, nil), ("2.0.0", "2.0.0", nil), ("2.2.9", "2.0.0", "2.0.0"), ("2.3.0", "2.3.0", "2.0.0"),
            ("2.4.7", "2.3.0", "2.3.0"), ("2.5.6", "2.5.6", "2.5.0"), ("3.0.0", "3.0.0", "2.5.6"),
            ("9.9.9", "3.0.0", "3.0.0"),
        ])
    func neighbours(_ text: String, _ floor: String?, _ predecessor: String?) throws {
        let version = try #require(SchemaVersion(text))
        #expect(SchemaHistory.agno.floor(of: version)?.description == floor)
        #expect(SchemaHistory.agno.predecessor(of: version)?.description == predecessor)
    }

    @Test("A literal in the source is that version, and one that is none is unknown")
    func literals() {
        let version: SchemaVersion = "2.5.6"
        #expect(version == SchemaVersion(2, 5, 6))
        let none: SchemaVersion = "newest"
        #expect(!SchemaVersion.known.contains(none))
    }

    @Test("Is a text in JSON, and rubbish is an error")
    func json() throws {
        let data = try JSONEncoder().encode([SchemaVersion(2, 5, 6)])
        #expect(String(decoding: data, as: UTF8.self) == #"["2.5.6"]"#)
        #expect(try JSONDecoder().decode([SchemaVersion].self, from: data) == [SchemaVersion(2, 5, 6)])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([SchemaVersion].self, from: Data(#"["newest"]"#.utf8))
        }
    }
}
