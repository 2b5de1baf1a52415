import AgnoSchema
import LosslessJSON
import Testing

@testable import AgnoV1

@Suite("Media")
struct MediaTests {
    private func media(_ key: String, _ text: String) throws -> (media: JSONValue?, session: V1Session) {
        let (run, session) = try Rows.run(#"{"run_id": "r", "\#(key)": [\#(text)]}"#)
        return (run[path: "\(key)[0]"], session)
    }

    private func onMessage(_ key: String, _ text: String) throws -> (media: JSONValue?, session: V1Session) {
        let (run, session) = try Rows.run(#"{"run_id": "r", "messages": [{"role": "user", "\#(key)": [\#(text)]}]}"#)
        return (run[path: "messages[0].\(key)[0]"], session)
    }

    @Test("Media on messages are inflated, to the byte", arguments: ["images", "audio", "videos", "files"])
    func inflating(key: String) throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let stored = Base64.encode(try compressed(bytes))
        let (media, session) = try onMessage(key, #"{"content": "\#(stored)"}"#)
        #expect(media?["content"]?.stringValue == Base64.encode(bytes))
        #expect(session.changes[.inflatedMedia] == 1 && session.parts.isEmpty)
    }

    @Test("Media on messages that are text are kept as they are")
    func text() throws {
        let stored = Base64.encode("plain text".utf8)
        #expect(try onMessage("images", #"{"content": "\#(stored)"}"#).media?["content"]?.stringValue == stored)
        // The start of a zlib stream, and then something else.
        let alike = Base64.encode([0x78, 0x9C, 1, 2, 3, 4, 5, 6])
        #expect(try onMessage("images", #"{"content": "\#(alike)"}"#).media?["content"]?.stringValue == alike)
    }

    @Test("Media on runs are not inflated: v1 did not compress them")
    func runs() throws {
        let stored = Base64.encode(try compressed([1, 2, 3]))
        #expect(try media("images", #"{"content": "\#(stored)"}"#).media?["content"]?.stringValue == stored)
    }

    @Test(
        "Media that v1 wrote as the text that their bytes were are written as bytes; on messages and for sound they are set aside"
    )
    func encoding() throws {
        let svg = #"{"content": "<svg>é</svg>"}"#
        let (media, session) = try media("images", svg)
        #expect(media?["content"]?.stringValue == Base64.encode("<svg>é</svg>".utf8))
        #expect(session.changes[.encodedContent] == 1)
        for (media, session) in [try onMessage("images", svg), try self.media("audio", svg)] {
            #expect(media == nil)
            #expect(session.parts.map(\.reason) == [.badContent])
            #expect(session.parts[0].raw == .text(svg))
        }
        #expect(try onMessage("images", #"{"content": [1, 2]}"#).session.parts.map(\.reason) == [.badContent])
    }

    @Test("Media in base64 that is broken into lines are joined")
    func lines() throws {
        #expect(try media("images", #"{"content": "aGVs\nbG8=\n"}"#).media?["content"] == "aGVsbG8=")
    }

    @Test("Media without a source are set aside, and a second source of which none is the content")
    func sources() throws {
        let (none, session) = try media("videos", #"{"id": "v", "url": "", "content": ""}"#)
        #expect(none == nil)
        #expect(session.asides == ["memory.runs[0].videos[0] no_source"])
        let (both, other) = try media("videos", #"{"url": "u", "filepath": "f"}"#)
        #expect(both?["url"] == "u" && both?["filepath"] == nil)
        #expect(other.asides == ["memory.runs[0].videos[0].filepath bad_value"])
        let (content, third) = try media("images", #"{"url": "u", "content": "aGVsbG8="}"#)
        #expect(content?["url"] == "u" && content?["content"] == "aGVsbG8=" && third.parts.isEmpty)
    }

    @Test(
        "Media have their length as a duration",
        arguments: [
            (#""12.5""#, "12.5", nil), ("3", "3", nil), (#"" 7 ""#, "7.0", nil), ("0", nil, nil), (#""""#, nil, nil),
            (#""n/a""#, nil, #""n/a""#), (#""inf""#, nil, #""inf""#),
        ] as [(String, String?, String?)])
    func length(length: String, duration: String?, kept: String?) throws {
        let (media, _) = try media("videos", #"{"url": "u", "eta": 30, "length": \#(length)}"#)
        #expect(media?["duration"]?.json == duration)
        #expect(media?["length"]?.json == kept)
        #expect(media?["eta"] == "30")
    }

    @Test("Media get a type from their format where they have none")
    func types() throws {
        for (format, type) in MediaFields.mimeTypes {
            #expect(
                try media("images", #"{"url": "u", "format": "\#(format.uppercased())"}"#).media?["mime_type"]?
                    .stringValue == type)
        }
        #expect(try media("images", #"{"url": "u", "format": "png", "mime_type": "x/y"}"#).media?["mime_type"] == "x/y")
        #expect(try media("images", #"{"url": "u", "format": "tiff"}"#).media?["mime_type"] == nil)
        let (odd, session) = try media("images", #"{"url": "u", "format": {"a": 1}}"#)
        #expect(odd?["url"] == "u")
        #expect(session.asides == ["memory.runs[0].images[0].format bad_value"])
    }

    @Test("Media keep their ids, and get one where they have none, the same every time")
    func ids() throws {
        #expect(try media("images", #"{"id": "mine", "url": "u"}"#).media?["id"] == "mine")
        let first = try media("images", #"{"url": "u"}"#).media?["id"]
        #expect(first == (try media("images", #"{"url": "u"}"#).media?["id"]))
        #expect(first != (try onMessage("images", #"{"url": "u"}"#).media?["id"]))
    }

    @Test("Media of a session are renamed and never taken out")
    func sessionData() throws {
        let data =
            #"{"images": [{"format": "PNG", "content": "not base64"}, "odd", null], "videos": {"length": "2", "id": "v"}, "audio": [{"id": "a", "base64_audio": "aGVsbG8="}]}"#
        let session = try Rows.session(Rows.agent(["session_data": .text(data)]))
        #expect(session.sessionData?[path: "images[0].mime_type"] == "image/png")
        #expect(session.sessionData?[path: "images[0].content"] == "not base64")
        #expect(session.sessionData?[path: "images[1]"] == "odd")
        #expect(session.sessionData?["videos"]?.json == #"{"id": "v", "duration": 2.0}"#)
        #expect(session.sessionData?[path: "audio[0]"]?.json == #"{"id": "a", "content": "aGVsbG8="}"#)
        #expect(session.parts.isEmpty)
    }

    @Test("Media that are a single object, or not an object, are converted as such")
    func shapes() throws {
        let (run, session) = try Rows.run(
            #"{"run_id": "r", "images": {"url": "u", "id": "i"}, "videos": 5, "response_audio": [], "audio": [7]}"#)
        #expect(run["images"]?.json == #"[{"url": "u", "id": "i"}]"#)
        #expect(
            Set(session.asides) == [
                "memory.runs[0].videos not_a_list", "memory.runs[0].response_audio not_an_object",
                "memory.runs[0].audio[0] not_an_object",
            ])
    }
}
