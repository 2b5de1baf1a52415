import AgnoSchema
import DatabaseAccess
import LosslessJSON
import SQLDialects

/// The rows of an import's target by what they mean, whatever server holds them: JSON without its spelling and the order
/// of its members, and by number what is a number.
struct Imported {
    private var tables: [String: [String: [String: String]]] = [:]

    init(in place: TestPlace) throws {
        for (table, key) in [("agno_sessions", "session_id"), ("agno_runs", "run_id"), ("agno_memories", "memory_id")] {
            try place.connected { connection in
                guard let columns = try connection.dialect.columns(ofTable: table, using: connection) else { return }
                let sql = "SELECT \(connection.dialect.list(columns)) FROM \(connection.dialect.table(table))"
                for row in try connection.rows(SQLStatement(sql)) {
                    let values = Dictionary(uniqueKeysWithValues: zip(columns, row))
                    tables[table, default: [:]][values[key]?.string ?? ""] = values.mapValues(Self.meaning)
                }
            }
        }
    }

    private static func meaning(_ value: SQLValue) -> String {
        guard let text = value.string, let first = text.first, "{[\"".contains(first),
            let json = try? JSONValue(parsing: text)
        else { return value.shown }
        return meaning(json)
    }

    private static func meaning(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): "\"\(text.value ?? "?")\""
        // PostgreSQL has no zero below zero.
        case .number(let number): "\((number.double ?? 0) + 0)"
        case .array(let elements): "[\(elements.map(meaning).joined(separator: ", "))]"
        case .object(let object):
            // Of members with one name Python takes the last.
            "{"
                + Dictionary(object.members.map { ($0.key.value ?? "?", meaning($0.value)) }) { $1 }
                .sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
        case .null: "null"
        case .bool(let flag): "\(flag)"
        }
    }

    /// What differs, for a failure's message: nothing if nothing does.
    func differences(from other: Imported, but ignored: Set<String> = []) -> [String] {
        Set(tables.keys).union(other.tables.keys).subtracting(ignored).sorted().flatMap { table -> [String] in
            let (mine, its) = (tables[table] ?? [:], other.tables[table] ?? [:])
            return Set(mine.keys).union(its.keys).sorted().flatMap { key -> [String] in
                guard let left = mine[key], let right = its[key] else {
                    return ["\(table) \(key): \(mine[key] == nil ? "is missing" : "is there")"]
                }
                return Set(left.keys).union(right.keys).sorted().filter { left[$0] != right[$0] }.map {
                    "\(table) \(key) \($0): \(left[$0]?.prefix(400) ?? "-") instead of \(right[$0]?.prefix(400) ?? "-")"
                }
            }
        }
    }
}
