import AgnoSchema

/// Finds what in a SQLite file depends on one table, by the names that its text mentions.
///
/// SQLite keeps no list of dependencies. A text that mentions the table and a column is taken to need that column.
struct SQLiteDependents {
    let table: String
    let source: String?
    /// In Agno's spelling.
    let columns: Set<String>

    /// - Parameter objects: type, name, tbl_name and sql of everything in the catalogue.
    func find(in objects: [SQLRow]) -> [DependentObject] {
        let related = relatedNames(in: objects)
        return objects.compactMap { row -> DependentObject? in
            guard let type = row[0].string, let name = row[1].string, let sql = row[3].string else { return nil }
            let isOwn = row[2].string.map { ExactText($0.foldingASCII) } == ExactText(table.foldingASCII)
            // Only what can depend on the table is taken apart: a file may hold thousands of objects.
            let isVirtual = type == "table" && sql.uppercased().hasPrefix("CREATE VIRTUAL")
            guard type == "index" && isOwn || type == "trigger" || type == "view" || isVirtual && !isOwn else {
                return nil
            }
            let mentioned = SQLiteToken.names(in: SQLiteToken.tokenize(sql), withStrings: isVirtual)
            let isRelated = !mentioned.isDisjoint(with: related)
            switch type {
            case "index": return object(.index, name, sql, mentioned)
            case "trigger" where isOwn || isRelated: return object(.trigger, name, sql, mentioned)
            case "view" where isRelated: return object(.view, name, sql, mentioned)
            case "table" where isRelated: return object(.virtualTable, name, sql, mentioned)
            default: return nil
            }
        } + (source.map { ownClauses(of: $0) } ?? [])
    }

    private func object(
        _ kind: DependentObject.Kind, _ name: String, _ sql: String, _ mentioned: Set<String>
    ) -> DependentObject {
        let quoted = "\"" + name.escaping("\"", as: "\"\"") + "\""
        let word = kind == .virtualTable ? "TABLE" : kind.rawValue.uppercased()
        return DependentObject(
            kind: kind, name: name, sql: sql, columns: columns.intersection(mentioned),
            removal: [SQLStatement("DROP \(word) \(quoted)")], restoration: [SQLStatement(sql)])
    }

    /// The table, and every view that is made of it, directly or through other views; folded.
    private func relatedNames(in objects: [SQLRow]) -> Set<String> {
        var views: [(name: String, mentioned: Set<String>)] = []
        for row in objects where row[0].string == "view" {
            guard let name = row[1].string, let sql = row[3].string else { continue }
            views.append((name.foldingASCII, SQLiteToken.names(in: SQLiteToken.tokenize(sql))))
        }
        var related: Set<String> = [table.foldingASCII]
        while let next = views.first(where: { !related.contains($0.name) && !$0.mentioned.isDisjoint(with: related) }) {
            related.insert(next.name)
        }
        return related
    }

    /// Checks, generated columns and foreign keys that the table's own text declares.
    private func ownClauses(of source: String) -> [DependentObject] {
        guard let text = SQLiteTableSource(source) else { return [] }
        return text.dependentClauses.map { clause in
            DependentObject(
                kind: clause.kind, name: clause.name, sql: clause.text,
                columns: columns.intersection(clause.mentioned))
        }
    }
}
