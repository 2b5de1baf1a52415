import AgnoSchema
import DatabaseAccess
import SQLDialects
import ServerContract

extension DatabaseContents {
    /// Everything a database holds, as the server itself puts it into words; the program's own tables and the times of
    /// stamps are left out: two runs write different ones.
    ///
    /// - Parameters:
    ///   - ignoring: tables whose rows are left out as well.
    ///   - hasGoneBack: takes an empty run list for none, as 2.x readers want it (docs/adr/0005), and a list within a
    ///     string for the list.
    ///   - hasClock: whether runs with a clock of their own are compared: times of rows are left out.
    init(
        mySQL connection: any DatabaseConnection, of database: String, ignoring: Set<String> = [],
        hasGoneBack: Bool = false, hasClock: Bool = false
    ) throws {
        self.init()
        let quote = connection.dialect.quote
        let tables = try connection.rows(
            SQLStatement(
                "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?1 AND TABLE_TYPE = 'BASE TABLE' "
                    + "AND TABLE_NAME NOT LIKE 'agno\\_migration\\_%'", [.text(database)]))
        for table in tables.compactMap({ $0[0].string }) {
            let place = "\(quote(database)).\(quote(table))"
            let text = try connection.rows(SQLStatement("SHOW CREATE TABLE \(place)")).first?[1].string ?? ""
            for line in text.split(separator: "\n").dropFirst() {
                add("\(table): \(line.hasSuffix(",") ? line.dropLast() : line)")
            }
            guard !ignoring.contains(table) else { continue }
            let columns = try connection.rows(
                SQLStatement(
                    "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ?1 AND TABLE_NAME = ?2 "
                        + "ORDER BY COLUMN_NAME", [.text(database), .text(table)]))
            let values = columns.compactMap { $0[0].string }
                .filter { !hasClock && table != "agno_schema_versions" || !["created_at", "updated_at"].contains($0) }
                .map { column in
                    guard hasGoneBack, column == "runs" else { return quote(column) }
                    let text = "CAST(\(Self.once(quote(column), on: connection.dialect.kind)) AS CHAR)"
                    return "NULLIF(\(text), '[]')"
                }
            for row in try connection.rows(
                SQLStatement("SELECT \(values.joined(separator: ", ")) FROM \(place)"))
            {
                add("row of \(table): \(row)")
            }
        }
        for catalogue in Self.catalogues {
            for row in try connection.rows(SQLStatement(catalogue, [.text(database)])) {
                add("\(row)".replacing("`\(database)`.", with: ""))
            }
        }
    }

    /// A run list that is a text within JSON as a list, which it is after the way back.
    private static func once(_ column: String, on kind: DatabaseKind) -> String {
        let inner = "JSON_UNQUOTE(\(column))"
        let list = kind == .mysql ? "CAST(\(inner) AS JSON)" : inner
        return "CASE WHEN JSON_TYPE(\(column)) = 'STRING' AND JSON_VALID(\(inner)) THEN \(list) ELSE \(column) END"
    }

    private static let catalogues = [
        """
        SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT
        FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?1
        """,
        "SELECT TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ?1",
        """
        SELECT TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = ?1 AND TABLE_NAME NOT LIKE 'agno\\_migration\\_%'
        """,
    ]
}
