import LosslessJSON

/// What the sessions' `runs` column holds, whatever the layers of encoding: NULL and an empty list are the same.
enum RunLists {
    static func read(_ file: String, table: String = "agno_sessions") throws -> [String: JSONValue] {
        var lists: [String: JSONValue] = [:]
        // Binary JSON changes the spelling of numbers and the order of keys: compared is what it keeps.
        let isBinary = Engine(of: file).hasBinaryJSON
        let column = Engine(of: file).kind == .postgresql ? "runs::jsonb" : "runs"
        for row in try SQL.rows(file, "SELECT session_id, \(column) FROM \(table)") {
            guard case .text(let session) = row[0] else { continue }
            let value = isBinary ? sorted(decoded(row[1])) : decoded(row[1])
            lists[session] = value == [] || value == .string(JSONString(decoding: "[]")) ? .null : value
        }
        return lists
    }

    /// The run ids of one session's list, in order; nil for an element that has none.
    static func runIDs(_ file: String, _ session: String) throws -> [String?] {
        try read(file)[session]?.arrayValue?.map { $0["run_id"]?.stringValue } ?? []
    }

    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let items): .array(items.map(sorted))
        case .object(let object):
            .object(
                JSONObject(
                    members: object.members.map { JSONMember(key: $0.key, value: sorted($0.value)) }
                        .sorted { $0.key.description < $1.key.description }))
        case .null, .bool, .number, .string: value
        }
    }

    /// Up to two layers, as in the original's step; what is no JSON stays a text.
    private static func decoded(_ cell: Cell) -> JSONValue {
        let text: String
        switch cell {
        case .text(let found): text = found
        case .blob(let bytes): text = String(decoding: bytes, as: UTF8.self)
        case .null: return .null
        case .integer(let number): return JSONValue(number)
        case .real(let number): return JSONValue(number)
        }
        guard let outer = try? JSONValue(parsing: text) else { return .string(JSONString(decoding: text)) }
        guard let inner = outer.stringValue, let value = try? JSONValue(parsing: inner) else { return outer }
        return value
    }
}
