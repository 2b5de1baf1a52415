/// Everything a database holds, in an order that does not depend on how it came there.
///
/// The program's own tables and the times of stamps are left out: two runs write different ones. SQLite itself puts the
/// values into words, since thousands of databases are compared.
struct DatabaseContents: Equatable {
    private static let separator: Character = "\u{1E}"

    private var catalogue: String
    private var tables: [String: String] = [:]

    /// The catalogue: type, name, table and text of everything.
    var schema: [String] { Self.split(catalogue) }

    /// The rows of a table; nil where there is no such table.
    func rows(of table: String) -> [String]? { tables[table].map(Self.split) }

    /// - Parameters:
    ///   - ignoring: tables to leave out besides the program's own.
    ///   - hasGoneBack: compares run lists by what they hold, in however many layers of JSON they are stored; none is as
    ///     good as an empty one. A table that was recreated has its text in another layout.
    init(of path: String, ignoring: Set<String> = [], hasGoneBack: Bool = false) throws {
        let database = try RawDatabase(path, readOnly: true)
        let names = try database.texts("SELECT name FROM sqlite_master WHERE type = 'table' AND NOT (\(Self.isOurs))")
        let text = hasGoneBack ? Self.unspaced : "sql"
        catalogue = try Self.joined(
            ["type", "name", "tbl_name", text], from: "sqlite_master WHERE NOT (\(Self.isOurs))", database)
        for table in names where !ignoring.contains(table) {
            var columns = try database.texts("SELECT name FROM pragma_table_xinfo(?)", [table]).map(Self.quoted)
            if table == "agno_schema_versions" { columns = ["table_name", "version"] }
            if hasGoneBack, table == "agno_sessions" {
                columns = columns.map { $0 == "\"runs\"" ? Self.unwrapped : $0 }
            }
            tables[table] = try Self.joined(columns, from: Self.quoted(table), database)
        }
    }

    private static let isOurs =
        #"name LIKE 'agno\_migration\_%' ESCAPE '\' OR tbl_name LIKE 'agno\_migration\_%' ESCAPE '\'"#

    private static let unspaced = ["char(10)", "char(9)", "' '", "'\"'"]
        .reduce("sql") { "replace(\($0), \($1), '')" }

    private static let unwrapped =
        "NULLIF(CASE WHEN json_valid(runs) AND json_type(runs) = 'text' THEN runs ->> '$' ELSE runs END, '[]')"

    /// The rows as one text, sorted.
    private static func joined(_ columns: [String], from source: String, _ database: RawDatabase) throws -> String {
        let line = columns.map { "CASE WHEN instr($, char(0)) THEN hex($) ELSE quote($) END".replacing("$", with: $0) }
            .joined(separator: " || ' | ' || ")
        let sorted = "SELECT \(line) AS line FROM \(source) ORDER BY line"
        return try database.text("SELECT group_concat(line, char(30)) FROM (\(sorted))") ?? ""
    }

    private static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    private static func split(_ text: String) -> [String] { text.split(separator: separator).map(String.init) }

    /// What differs, for a failure's message: nothing if nothing does.
    func differences(from other: DatabaseContents) -> [String] {
        guard self != other else { return [] }
        var result = Self.differences("schema", schema, other.schema)
        for table in Set(tables.keys).union(other.tables.keys).sorted() {
            result += Self.differences(
                table, rows(of: table) ?? ["no such table"], other.rows(of: table) ?? ["no such table"])
        }
        return result.isEmpty ? ["the databases differ"] : result
    }

    private static func differences(_ what: String, _ found: [String], _ expected: [String]) -> [String] {
        guard found != expected else { return [] }
        let (extra, missing) = (Set(found).subtracting(expected), Set(expected).subtracting(found))
        var result = extra.sorted().map { "\(what): unexpected \($0.prefix(400))" }
        result += missing.sorted().map { "\(what): missing \($0.prefix(400))" }
        return result.isEmpty ? ["\(what): \(found.count) entries instead of \(expected.count)"] : result
    }
}

/// What SQLite itself says of a file: nothing if it is sound.
func integrityProblems(of path: String) throws -> [String] {
    try RawDatabase(path).texts("PRAGMA integrity_check").filter { $0 != "ok" }
}
