import AgnoSchema
package import AgnoV1
import Foundation
package import LosslessJSON

/// The rows of `Tests/Fixtures/v1-corpus`: written by the classes of 1.8.4, and what the original made of them with JSON
/// columns decoded.
package struct Corpus: Sendable {
    package struct Entry: Sendable, CustomStringConvertible {
        package var table: String
        package var row: V1Row
        package var description: String { "\(table)/\(row.key)" }
    }

    package let entries: [Entry]

    package static let shared = Result { try Corpus() }

    private init() throws {
        entries = try Self.lines("v1-rows").compactMap { line in
            guard let columns = line["columns"]?.objectValue, let table = line["table"]?.stringValue,
                let key = line["key"]?.stringValue, let kind = Self.kind(ofTable: table)
            else { return nil }
            var values: [ExactText: SQLValue] = [:]
            for member in columns.members {
                guard let name = member.key.value else { continue }
                values[name] = Self.column(member.value)
            }
            return Entry(table: table, row: V1Row(kind: kind, key: key, columns: values))
        }
    }

    package func entry(_ table: String, _ key: String) -> Entry? {
        entries.first { $0.table == table && $0.row.key == key }
    }

    /// What the original stored for each row, by `table/key`; the tables' rows by name.
    package static func results(_ file: String) throws -> [String: JSONObject] {
        var results: [String: JSONObject] = [:]
        for line in try lines(file) {
            guard let table = line["table"]?.stringValue, let key = line["key"]?.stringValue else { continue }
            results["\(table)/\(key)"] = line["v2"]?.objectValue ?? JSONObject()
        }
        return results
    }

    private static func lines(_ file: String) throws -> [JSONValue] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: tests.appending(path: "Fixtures/v1-corpus/\(file).jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    private static func kind(ofTable table: String) -> V1Kind? {
        switch table {
        case "agent_sessions": .agentSessions
        case "team_sessions": .teamSessions
        case "workflow_sessions", "workflow_sessions_v2": .workflowSessions
        case "memories": .memories
        default: nil
        }
    }

    private static func column(_ value: JSONValue) -> SQLValue {
        switch value {
        case .string(let string): SQLValue(string.value)
        case .number(let number): SQLValue(number.int64)
        case .null, .bool, .array, .object: .null
        }
    }
}
