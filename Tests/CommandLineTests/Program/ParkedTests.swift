import AgnoSchema
import Foundation
import LosslessJSON
import Testing

@Suite("The command parked, and what down parks")
struct ParkedTests {
    private func parked() async throws -> Folder {
        let folder = try Folder()
        try await folder.sample(.latest)
        try folder.execute("UPDATE agno_memories SET feedback = 'good \"one\"' WHERE rowid = 1")
        let down = try await Program.run("down", "--db", "agno.db", "--target", "2.0.0", "--yes", in: folder)
        #expect(down.status == 0, "\(down.errors)")
        #expect(down.text.contains("agno_memories: parked: values of feedback in 1 row of agno_memories"))
        return folder
    }

    @Test("The plan says what is parked, down and up say what they parked and put back, and status shows it in between")
    func thereAndBack() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        try folder.execute("UPDATE agno_memories SET feedback = 'good' WHERE rowid = 1")
        let plan = try await Program.run("down", "--db", "agno.db", "--target", "2.5.6", "--dry-run", in: folder)
        #expect(!plan.text.contains("feedback"))
        let document = try await Program.run(
            "down", "--db", "agno.db", "--target", "2.0.0", "--json", in: folder
        ).document
        let what = "databases.0.tables.0.parked.0"
        #expect(try document.at(what).keys == ["table", "what", "rows"])
        #expect(try document.at("\(what).what") == "values of feedback")
        let status = try await Program.run("status", "--db", "agno.db", "--json", in: folder).document
        #expect(try status.at("databases.0.parked.0").keys == ["table", "column", "version", "count"])
        let up = try await Program.run("up", "--db", "agno.db", "--json", in: folder).document
        #expect(try up.at("databases.0.tables.0.restored.1.what") == "values of feedback")
        #expect(try folder.texts("SELECT feedback FROM agno_memories ORDER BY rowid LIMIT 1") == ["good"])
        let empty = try await Program.run("parked", "--db", "agno.db", in: folder)
        #expect(empty.text.contains("nothing is parked"))
    }

    @Test("An export has every value, one per line, and overwrites no file")
    func export() async throws {
        let folder = try await parked()
        let export = { try await Program.run("parked", "--db", "agno.db", "--export", $0, in: folder) }
        let done = try await export("parked.jsonl")
        #expect(done.status == 0, "\(done.errors)")
        let lines = String(decoding: try folder.bytes(of: "parked.jsonl"), as: UTF8.self).split(separator: "\n")
        #expect(lines.contains { $0.contains(#""feedback""#) && $0.contains(#"good \"one\""#) })
        let before = try folder.bytes(of: "agno.db")
        for file in ["parked.jsonl", "agno.db", "missing/parked.jsonl"] { #expect(try await export(file).status == 2) }
        #expect(try folder.bytes(of: "agno.db") == before)
    }

    @Test("What is parked is dropped only with consent")
    func drop() async throws {
        let folder = try await parked()
        let before = try folder.bytes(of: "agno.db")
        #expect(try await Program.run("parked", "--db", "agno.db", "--drop", in: folder).status == 8)
        #expect(try folder.bytes(of: "agno.db") == before)
        let dropped = try await Program.run("parked", "--db", "agno.db", "--drop", "--yes", in: folder)
        #expect(dropped.status == 0)
        #expect(dropped.text.contains("dropped: 1 value of feedback of agno_memories"))
        #expect(try await Program.run("up", "--db", "agno.db", in: folder).status == 0)
        #expect(try folder.texts("SELECT COUNT(feedback) FROM agno_memories") == ["0"])
    }
}
