import AgnoSchema
import GRDBSQLite

/// A table that SQLite makes can be made again under another name from its edited source, with the same columns.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
    // The editor must hold for any text.
    if let source = SQLiteTableSource(text) { edit(source, ["a", "id", "x y"]) }
    _ = SQLiteTableSource.predicate(text)
    let head = text.drop { $0.isWhitespace }.prefix(13).uppercased()
    // Only what makes a table and reads nothing is run.
    guard head == "CREATE TABLE ", !text.uppercased().contains("SELECT") else { return 0 }
    let database = Memory()
    guard database.run(text), let (name, sql) = database.table else { return 0 }
    guard let source = SQLiteTableSource(sql) else { preconditionFailure("a table without a source") }
    let columns = database.columns(of: name)
    precondition(database.run(source.statement(named: "\"made anew\"")), "the copy is refused")
    precondition(database.columns(of: "made anew") == columns, "the copy has other columns")
    edit(source, columns.map(\.name))

    var wider = source
    wider.addColumn("\"added to it\" TEXT", named: "added to it")
    precondition(database.run(wider.statement(named: "wider")), "one more column is refused")
    let added = database.columns(of: "wider").filter { $0.name == "added to it" }
    precondition(added.count == 1 && database.columns(of: "wider").count == columns.count + 1, "other columns")
    return 0
}

private func edit(_ source: SQLiteTableSource, _ columns: [String]) {
    for name in columns.prefix(8) {
        var edited = source
        edited.requireValue(ofColumn: name)
        edited.changeType(ofColumn: name, to: "TEXT")
        edited.removeUniqueKeys(covering: [name])
        edited.removePrimaryKey()
        edited.addConstraint("PRIMARY KEY (\"a\")")
        edited.removeColumn(name)
        _ = edited.statement(named: "t")
    }
}

/// A database in memory.
private final class Memory {
    struct Column: Equatable {
        var name: String
        var type: String
        var isRequired: String
        var defaultValue: String
        var key: String
        var hidden: String
    }

    private var handle: OpaquePointer?

    init() { sqlite3_open(":memory:", &handle) }
    deinit { sqlite3_close(handle) }

    /// Runs the first statement of a text; false if it is refused.
    func run(_ sql: String) -> Bool {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, statement != nil else { return false }
        defer { sqlite3_finalize(statement) }
        return sqlite3_step(statement) == SQLITE_DONE
    }

    /// The name and source of the only table.
    var table: (name: String, sql: String)? {
        rows("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
            .first
            .map { ($0[0], $0[1]) }
    }

    func columns(of table: String) -> [Column] {
        rows("PRAGMA table_xinfo('\(table.replacing("'", with: "''"))')").map {
            Column(
                name: $0[1], type: $0[2], isRequired: $0[3], defaultValue: $0[4], key: $0[5], hidden: $0[6])
        }
    }

    private func rows(_ sql: String) -> [[String]] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { return [] }
        defer { sqlite3_finalize(statement) }
        var rows: [[String]] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            rows.append(
                (0..<sqlite3_column_count(statement)).map { column in
                    sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
                })
        }
        return rows
    }
}
