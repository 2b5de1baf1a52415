import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

/// Writes memories; their JSON columns are never doubly encoded.
struct MemoryWriter {
    private let connection: any DatabaseConnection
    private let json = JSONColumns(isDouble: false)
    private let limits: ColumnLimits
    private let columns: [String]
    private let insert: BulkInsert
    private let insertIfAbsent: BulkInsert
    private let table: String
    private let hasUpdateTime: Bool

    /// The columns that a newer v1 row replaces; those that v1 does not have stay.
    private static let replaced = ["memory", "input", "topics", "user_id", "updated_at"]

    init(_ connection: any DatabaseConnection, _ memories: TableSnapshot) {
        self.connection = connection
        limits = ColumnLimits(memories, connection.dialect)
        let written = ["memory_id", "agent_id", "team_id", "feedback", "created_at"] + Self.replaced
        columns = written.filter { memories.shape.column($0) != nil }
        table = connection.dialect.table(memories.name)
        insert = BulkInsert(connection, table: memories.name, columns: columns)
        insertIfAbsent = BulkInsert(
            connection, table: memories.name, columns: columns, unlessThere: ["memory_id"])
        hasUpdateTime = columns.contains("updated_at")
    }

    /// The number of memories that one statement writes.
    var limit: Int { insert.limit }
    /// The approximate size in bytes up to which rows share one statement.
    var byteLimit: Int64 { insert.byteLimit }

    /// Whether every id fits its column.
    func fits(_ memory: V1Memory) -> Bool {
        limits.fit([
            ("memory_id", memory.memoryID), ("user_id", memory.userID), ("agent_id", memory.agentID),
            ("team_id", memory.teamID), ("input", memory.input),
        ])
    }

    /// The target's memories with these ids, at most a few hundred.
    func existing(_ ids: [String]) throws -> ExistingRows {
        let lookup = KeyLookup(connection, table: table, key: "memory_id")
        return try lookup.find(ids, hasUpdateTime ? ["user_id", "updated_at"] : ["user_id"]) { row in
            ExistingRow(userID: row[0].string, updatedAt: hasUpdateTime ? row[1].int : nil)
        }
    }

    /// The target's memories with any number of ids, asked for in pages.
    func existing(all ids: [String]) throws -> ExistingRows {
        let ids = Set(exact: ids).sorted().map(\.text)
        var found = ExistingRows()
        for start in stride(from: 0, to: ids.count, by: 256) {
            let page = try existing(Array(ids[start..<min(start + 256, ids.count)]))
            found.rows.merge(page.rows) { first, _ in first }
            found.alike.formUnion(page.alike)
        }
        return found
    }

    /// Inserts new memories and replaces older ones.
    func write(new: [V1Memory], replacing old: [V1Memory]) throws {
        let inserted = try insert.insertAll(new) { memory in try columns.map { try value($0, of: memory) } }
        guard inserted == new.count else { throw DatabaseError(.constraint, "a memory was not inserted") }
        for memory in old { try replace(memory) }
    }

    /// Inserts a memory unless the table has one with this id, or with one that the server considers equal; returns whether
    /// it did.
    func add(_ memory: V1Memory) throws -> Bool {
        try insertIfAbsent([columns.map { try value($0, of: memory) }]) > 0
    }

    func replace(_ memory: V1Memory) throws {
        let changed = columns.filter { Self.replaced.contains($0) && ($0 != "user_id" || memory.userID != nil) }
        try connection.update(
            table, changed, to: changed.map { try value($0, of: memory) }, key: "memory_id", memory.memoryID)
    }

    private func value(_ column: String, of memory: V1Memory) throws -> SQLValue {
        switch column {
        case "memory_id": .text(memory.memoryID)
        case "memory": try json.stored(memory.memory)
        case "input": SQLValue(memory.input)
        case "topics": try json.stored(memory.topics)
        case "user_id": SQLValue(memory.userID)
        case "agent_id": SQLValue(memory.agentID)
        case "team_id": SQLValue(memory.teamID)
        case "feedback": SQLValue(memory.feedback)
        case "created_at": .integer(memory.createdAt)
        case "updated_at": SQLValue(memory.updatedAt)
        default: .null
        }
    }
}
