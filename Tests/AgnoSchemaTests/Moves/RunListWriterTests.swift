import AgnoSchema
import LosslessJSON
import Testing

@Suite("How a run list is put together again")
struct RunListWriterTests {
    private func merge(
        _ list: String?, _ runs: [(String, String)], wasMigrated: Bool = true
    ) throws -> String {
        let rows = runs.map { RunListWriter.Run(id: $0.0, data: $0.1) }
        let merged = try RunListWriter().merge(list.map { Array($0.utf8) }, with: rows, wasMigrated: wasMigrated)
        return merged.map { String(decoding: $0, as: UTF8.self) } ?? list ?? "-"
    }

    private static let r1 = #"{"run_id": "r1", "v": 2}"#
    private static let r2 = #"{"run_id": "r2", "v": 2}"#

    @Test("Each run of the old list is replaced by its row, in the list's order; new rows follow in theirs")
    func order() throws {
        let merged = try merge(
            #"[{"run_id": "r2", "v": 1}, {"run_id":"r1"}]"#,
            [("r1", Self.r1), ("r2", Self.r2), ("r3", "{}"), ("r0", "[]")])
        #expect(merged == "[\(Self.r2), \(Self.r1), {}, []]")
    }

    @Test("Elements that never became rows keep place and bytes")
    func unplacedElements() throws {
        let merged = try merge(
            #"[ {"run_id": "r1"} , {"x" :1.0}, "s", null, {"run_id": null}, {"run_id": "r1", "dup": 1}, 5 ]"#,
            [("r1", Self.r1)])
        #expect(merged == #"[\#(Self.r1), {"x" :1.0}, "s", null, {"run_id": null}, {"run_id": "r1", "dup": 1}, 5]"#)
    }

    @Test("A run that was deleted after the migration stays deleted; before it, the list is the only place")
    func deletedRuns() throws {
        let list = #"[{"run_id": "r1"}, {"run_id": "gone"}]"#
        #expect(try merge(list, [("r1", Self.r1)]) == "[\(Self.r1)]")
        #expect(try merge(list, [("r1", Self.r1)], wasMigrated: false) == #"[\#(Self.r1), {"run_id": "gone"}]"#)
        #expect(try merge(list, []) == "[]")
    }

    @Test("Without an old list the rows are the list")
    func noList() throws {
        #expect(try merge(nil, []) == "[]")
        #expect(try merge(nil, [("r2", Self.r2), ("r1", Self.r1)]) == "[\(Self.r2), \(Self.r1)]")
        #expect(try merge("[]", [("r1", Self.r1)]) == "[\(Self.r1)]")
    }

    @Test("Ids are compared as the runs table holds them")
    func scalarIDs() throws {
        let merged = try merge(
            #"[{"run_id": 42, "o": 1}, {"run_id": true}, {"run_id": "\u0072x"}, {"run_id": "R1"}]"#,
            [("42", "{1}"), ("1", "{2}"), ("rx", "{3}")], wasMigrated: false)
        #expect(merged == #"[{1}, {2}, {3}, {"run_id": "R1"}]"#)
    }

    @Test("Moving a list and putting it back gives the list, unplaced elements included")
    func roundTrip() throws {
        let list =
            #"[{"run_id": "a", "n": 1.0}, 7, {"x": null}, {"run_id": 5}, {"run_id": "a", "later": 1}, {"run_id": 1.5}]"#
        var rows: [(String, String)] = []
        try RunListReader().walk(
            Array(list.utf8), of: .init(id: .null), now: 0,
            row: { row in
                let id: String
                switch row.runID {
                case .text(let text): id = text
                case .real(let number): id = String(number)
                default: id = "?"
                }
                if !rows.contains(where: { $0.0 == id }) { rows.append((id, row.data.string ?? "")) }
            }, unplaced: { _, _ in })
        #expect(try merge(list, rows) == list)
    }

    @Test("A list whose rows are as they were is not written: spaces and elements without a row stay")
    func unchanged() throws {
        let list = #"[ {"run_id":"a"} ,7,{"run_id": "b", "n": 1.0}, {"run_id":"a"}]"#
        let rows = [("b", #"{"run_id": "b", "n": 1.0}"#), ("a", #"{"run_id":"a"}"#)]
        func isWhole(_ rows: [(String, String)]) -> Bool {
            let content = Dictionary(
                uniqueKeysWithValues: rows.map { (SQLValue.text($0), SQLValue.text($1).contentHash) })
            return RunListWriter().isWhole(Array(list.utf8), in: rows.count) { content[$0] ?? nil }
        }
        #expect(try merge(list, rows) == list)
        #expect(isWhole(rows))
        for other in [
            [rows[0]], rows + [("c", "{}")], [rows[0], ("a", #"{"run_id":"A"}"#)], [rows[0], ("A", rows[1].1)],
        ] {
            #expect(try merge(list, other) != list, "\(other)")
            #expect(!isWhole(other), "\(other)")
        }
    }

    @Test("A list that cannot be read is an error, so that it is left alone")
    func brokenList() {
        #expect(throws: JSONError.self) { try merge("[{bad", []) }
        #expect(throws: JSONError.self) { try merge("{}", []) }
    }

    @Test("Encoded twice, a list is one JSON string in ASCII that decodes to the list")
    func doubleEncoding() throws {
        let list = #"[{"run_id": "r", "é": "\"\\ 😀"}]"#
        let text = RunListWriter.encodedTwice(Array(list.utf8))
        #expect(text.utf8.allSatisfy { $0 < 128 })
        #expect(text == #""[{\"run_id\": \"r\", \"\u00e9\": \"\\\"\\\\ \ud83d\ude00\"}]""#)
        guard case .list(let bytes) = RunListReader.content(of: .text(text)) else {
            Issue.record("not read as a list")
            return
        }
        #expect(String(decoding: bytes, as: UTF8.self) == list)
    }
}
