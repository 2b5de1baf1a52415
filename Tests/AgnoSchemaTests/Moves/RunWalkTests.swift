import AgnoSchema
import LosslessJSON
import Testing

@Suite("How a run list becomes rows")
struct RunWalkTests {
    /// What a walk gave: rows, and positions with reasons.
    private struct Walk {
        var rows: [RunRow] = []
        var unplaced: [String] = []

        init(_ list: String, sessionCreatedAt: Int64? = nil, now: Int64 = 1000) throws {
            var rows: [RunRow] = []
            var unplaced: [String] = []
            try RunListReader().walk(
                Array(list.utf8), of: .init(id: .text("s"), createdAt: sessionCreatedAt), now: now,
                row: { rows.append($0) },
                unplaced: { unplaced.append("\($0) \($1.rawValue)") })
            self.rows = rows
            self.unplaced = unplaced
        }
    }

    private func row(_ element: String, sessionCreatedAt: Int64? = nil) throws -> RunRow {
        let walk = try Walk("[\(element)]", sessionCreatedAt: sessionCreatedAt)
        #expect(walk.unplaced.isEmpty)
        return try #require(walk.rows.first)
    }

    @Test("An element becomes a row with its own bytes as data")
    func wholeElement() throws {
        let element =
            #"{"run_id": "r1",  "agent_id":"a", "team_id":"t", "workflow_id":"w", "parent_run_id": "p", "status": "COMPLETED", "created_at": 42, "x": [1.0, 1e400, NaN, "\ud83d\ude00 é"]}"#
        let row = try row(element)
        #expect(row.runID == .text("r1"))
        #expect(row.runType == "agent")
        #expect(row.agentID == .text("a"))
        #expect(row.teamID == .text("t"))
        #expect(row.workflowID == .text("w"))
        #expect(row.parentRunID == .text("p"))
        #expect(row.status == .text("COMPLETED"))
        #expect(row.position == 0)
        #expect(row.data == .text(element))
        #expect(row.createdAt == 42)
    }

    @Test("Elements that cannot be rows are listed with position and reason, and use up a position")
    func unplaced() throws {
        let walk = try Walk(
            #"[{"run_id": "a"}, {"x": 1}, "s", 5, null, [], true, {"run_id": null}, {"run_id": ["a"]}, {"run_id": {}}, {"run_id": "b"}]"#
        )
        #expect(walk.rows.map(\.position) == [0, 10])
        #expect(
            walk.unplaced == [
                "1 missing_run_id", "2 not_an_object", "3 not_an_object", "4 not_an_object", "5 not_an_object",
                "6 not_an_object", "7 missing_run_id", "8 unusable_run_id", "9 unusable_run_id",
            ])
    }

    @Test("An empty list has no rows")
    func emptyList() throws {
        for list in ["[]", "[ ]", " [\n] "] {
            let walk = try Walk(list)
            #expect(walk.rows.isEmpty && walk.unplaced.isEmpty)
        }
    }

    @Test(
        "A scalar id is stored as the Python drivers store it",
        arguments: [
            (#""r1""#, SQLValue.text("r1")), (#""""#, .text("")), (#""R\u00e9\n""#, .text("Ré\n")),
            (#""\ud83d\ude00""#, .text("😀")), (#""a\u0000b""#, .text("a\u{0}b")), ("42", .text("42")),
            ("-7", .text("-7")),
            ("0", .text("0")), ("1.5", .text("1.5")), ("true", .text("1")), ("false", .text("0")),
        ])
    func ids(_ json: String, _ value: SQLValue) throws {
        #expect(try row("{\"run_id\": \(json)}").runID == value)
    }

    @Test("Half a surrogate pair is no id, but stays in the data of a run that has one")
    func loneSurrogates() throws {
        let walk = try Walk(#"[{"run_id": "\ud800"}, {"run_id": "r", "status": "\udc00", "c": "\ud800"}]"#)
        #expect(walk.unplaced == ["0 unusable_run_id"])
        let row = try #require(walk.rows.first)
        #expect(row.status == .null)
        #expect(row.data == .text(#"{"run_id": "r", "status": "\udc00", "c": "\ud800"}"#))
    }

    @Test("Of two equal keys the last one counts, as in Python")
    func duplicateKeys() throws {
        let row = try row(#"{"run_id": "old", "status": "A", "run_id": "new", "status": null}"#)
        #expect(row.runID == .text("new"))
        #expect(row.status == .null)
        #expect(try Walk(#"[{"run_id": "x", "run_id": null}]"#).unplaced == ["0 missing_run_id"])
    }

    @Test("A key written with escapes is the same key")
    func escapedKeys() throws {
        #expect(try row(#"{"r\u0075n_id": "r1"}"#).runID == .text("r1"))
    }

    @Test("Keys inside nested values do not count, and members are not flattened")
    func nesting() throws {
        let walk = try Walk(
            #"[{"member_responses": [{"run_id": "inner", "agent_id": "a"}], "meta": {"run_id": "deep"}, "run_id": "outer", "team_id": "t"}]"#
        )
        #expect(walk.rows.map(\.runID) == [.text("outer")])
        #expect(walk.rows.map(\.runType) == ["team"])
        #expect(walk.rows.map(\.agentID) == [.null])
    }

    @Test(
        "The type of a run follows the first id that Python takes as true",
        arguments: [
            (#""agent_id": "a", "team_id": "t""#, "agent"), (#""team_id": "t", "workflow_id": "w""#, "team"),
            (#""workflow_id": "w""#, "workflow"), (#""x": 1"#, "workflow"),
            (#""agent_id": "", "team_id": "t""#, "team"),
            (#""agent_id": null, "team_id": "t""#, "team"), (#""agent_id": 0, "team_id": 1"#, "team"),
            (#""agent_id": false"#, "workflow"), (#""agent_id": true"#, "agent"), (#""agent_id": []"#, "workflow"),
            (#""agent_id": {"a": 1}"#, "agent"), (#""agent_id": NaN"#, "agent"), (#""agent_id": 0.0"#, "workflow"),
            (#""agent_name": "only a name""#, "workflow"),
        ])
    func runTypes(_ members: String, _ type: String) throws {
        #expect(try row("{\"run_id\": \"r\", \(members)}").runType == type)
    }

    @Test(
        "A time is whole seconds, whatever it was written as",
        arguments: [
            ("1700000000", 1_700_000_000), ("1.5", 2), ("2.5", 2), ("1700000000.4", 1_700_000_000), ("1e3", 1000),
            (#""1700000000""#, 1_700_000_000), (#""1700000000.6""#, 1_700_000_001),
            (#""2024-01-01T00:00:00Z""#, 1_704_067_200), (#""2024-01-01T01:00:00.25+01:00""#, 1_704_067_200),
            ("-5", -5),
        ] as [(String, Int64)])
    func times(_ json: String, _ seconds: Int64) throws {
        #expect(try row("{\"run_id\": \"r\", \"created_at\": \(json)}", sessionCreatedAt: 7).createdAt == seconds)
    }

    @Test(
        "A time that is none is the session's, and without one the migration's",
        arguments: [
            "0", "null", "false", "true", #""""#, #""yesterday""#, #""2024-02-30""#, "[]", "{}", "NaN", "1e300",
            #""nan""#,
            #""0""#, "0.2",
        ])
    func missingTimes(_ json: String) throws {
        let element = "{\"run_id\": \"r\", \"created_at\": \(json)}"
        #expect(try row(element, sessionCreatedAt: 7).createdAt == 7)
        #expect(try row(element).createdAt == 1000)
        #expect(try row(#"{"run_id": "r"}"#, sessionCreatedAt: 7).createdAt == 7)
    }

    @Test("Ids that no text column can hold are left out of their column")
    func unusableColumns() throws {
        let row = try row(#"{"run_id": "r", "agent_id": ["a"], "team_id": {}, "status": 3, "parent_run_id": true}"#)
        #expect(row.agentID == .null)
        #expect(row.teamID == .null)
        #expect(row.status == .text("3"))
        #expect(row.parentRunID == .text("1"))
        #expect(row.runType == "agent")
    }

    @Test("Equal ids are all handed over; who comes first is for the table to decide")
    func duplicates() throws {
        let walk = try Walk(#"[{"run_id": "r", "n": 1}, {"run_id": "R"}, {"run_id": "r", "n": 2}]"#)
        #expect(walk.rows.map(\.runID) == [.text("r"), .text("R"), .text("r")])
    }

    @Test(
        "Text that is no JSON list to its end is an error",
        arguments: [
            "[{bad", #"[{"run_id": "r"}"#, #"[{"run_id": "r"},]"#, #"[{"run_id": "r"}] x"#, #"[{'run_id': 'r'}]"#,
            "[{\"run_id\": \"a\tb\"}]", #"[{"run_id": "r"} {"run_id": "s"}]"#,
        ])
    func brokenLists(_ list: String) {
        #expect(throws: JSONError.self) { try Walk(list) }
    }

    @Test("Bytes that are not UTF-8 are no row")
    func invalidUTF8() throws {
        var rows = 0
        var reasons: [RunListReader.Reason] = []
        let list = Array(#"[{"run_id": "r", "x": ""#.utf8) + [0xFF] + Array(#""}]"#.utf8)
        try RunListReader().walk(
            list, of: .init(id: .null), now: 0, row: { _ in rows += 1 }, unplaced: { reasons.append($1) })
        #expect(rows == 0)
        #expect(reasons == [.unusableRunID])
    }
}
