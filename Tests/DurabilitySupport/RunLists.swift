/// Run lists of every kind: those that a server may move itself, and each reason why it may not.
///
/// A runs table that is there already has a run `there`, of session `o-there`.
package enum RunLists {
    package typealias RunList = (id: String, user: String?, runs: String)

    package static let lists: [RunList] = [
        ("a-plain", "ana", #"[{"run_id": "p1", "agent_id": "a", "created_at": 5}, {"run_id": "p2", "team_id": "t"}]"#),
        ("b-empty", nil, "[]"), ("c-null", nil, "null"), ("d-object", nil, #"{"run_id": "x"}"#),
        ("e-text", "bo", #""[{\"run_id\": \"inner\"}]""#), ("f-not json", nil, #""[{broken""#),
        ("g-odd elements", "bo", #"[1, "s", null, {"no": 1}, {"run_id": null}, {"run_id": "g5"}]"#),
        ("h-numbers", nil, #"[{"run_id": 7}, {"run_id": 1.5}, {"run_id": true}, {"run_id": ["x"]}, {"run_id": "h4"}]"#),
        (
            "i-times", nil,
            #"[{"run_id": "i0", "created_at": 1.5}, {"run_id": "i1", "created_at": "2024-01-01T00:00:00Z"}]"#
        ),
        ("j-zero", nil, #"[{"run_id": "j0", "created_at": 0}, {"run_id": "j1", "created_at": -3}]"#),
        ("k-huge", nil, #"[{"run_id": "k0", "created_at": 99999999999999999999}]"#),
        ("l-twice", "ana", #"[{"run_id": "l0", "n": 1}, {"run_id": "l0", "n": 2}]"#),
        ("m-first", nil, #"[{"run_id": "shared", "from": "m"}, {"run_id": "m1"}]"#),
        ("n-second", nil, #"[{"run_id": "shared", "from": "n"}, {"run_id": "n1"}]"#),
        ("o-there", nil, #"[{"run_id": "there"}, {"run_id": "o1"}]"#),
        ("p-empty texts", "", #"[{"run_id": "", "agent_id": "", "team_id": "", "workflow_id": "", "status": ""}]"#),
        (
            "q-odd texts", nil,
            #"[{"run_id": "q0", "agent_id": 5}, {"run_id": "q1", "status": ["x"], "team_id": false}]"#
        ),
        ("s-precise", nil, #"[{"run_id": "s0", "n": [1.10, 12345678901234567890123, 1e5], "t": "ü\u2028"}]"#),
    ]
}
