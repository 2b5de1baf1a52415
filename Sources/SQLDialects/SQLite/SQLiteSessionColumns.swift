package import AgnoSchema

// The JSON columns of sessions: the 2.x releases store JSON text inside a JSON string, and the first of them read nothing
// else; 3.0.8 and later write the text itself and read both.
extension SQLiteDialect {
    package func reencode(
        _ columns: [String], of sessions: TableSnapshot, as direction: MigrationDirection, markers: String,
        owner: String, now: Int64
    ) -> [SQLStatement] {
        let columns = columns.filter {
            sessions.shape.column($0) != nil && !sessions.generatedColumns.contains($0)
        }
        guard !columns.isEmpty else { return [] }
        let (table, markers) = (quote(sessions.name), quote(markers))
        switch direction {
        case .down:
            let any = columns.map { isPlain(quote($0)) }.joined(separator: " OR ")
            let marked = columns.map { "CASE WHEN \(isPlain(quote($0))) THEN '\($0) ' ELSE '' END" }
            let values = columns.map { column in
                let name = quote(column)
                return "\(name) = CASE WHEN \(isPlain(name)) THEN json_quote(\(name)) ELSE \(name) END"
            }
            return [
                SQLStatement(
                    "INSERT OR REPLACE INTO \(markers) (table_name, row_key, fingerprint, moved_at) "
                        + "SELECT ?1, session_id, \(marked.joined(separator: " || ")), ?2 FROM \(table) WHERE \(any)",
                    [.text(owner), .integer(now)]),
                SQLStatement("UPDATE \(table) SET \(values.joined(separator: ", ")) WHERE \(any)"),
            ]
        case .up:
            return columns.map { column in
                let name = quote(column)
                return SQLStatement(
                    "UPDATE \(table) SET \(name) = json_extract(\(name), '$') WHERE session_id IN (SELECT row_key FROM "
                        + "\(markers) WHERE table_name = ?1 AND instr(fingerprint, '\(column) ')) "
                        + "AND json_valid(\(name)) AND json_type(\(name)) = 'text'", [.text(owner)])
            } + [SQLStatement("DELETE FROM \(markers) WHERE table_name = ?1", [.text(owner)])]
        }
    }

    /// Whether a column holds JSON text itself, and comes back from a JSON string as it is.
    private func isPlain(_ name: String) -> String {
        "(typeof(\(name)) = 'text' AND substr(ltrim(\(name), char(32, 9, 10, 13)), 1, 1) NOT IN ('\"', '') "
            + "AND \(name) <> 'null' AND json_extract(json_quote(\(name)), '$') = \(name))"
    }
}
