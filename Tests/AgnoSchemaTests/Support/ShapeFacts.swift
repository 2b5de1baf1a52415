import AgnoSchema

/// A table as a set of sentences, so that two tables can be compared part by part and in any order.
enum ShapeFacts {
    static func of(_ shape: TableShape) -> Set<String> {
        var facts = Set(
            shape.columns.map { column in
                let value = column.defaultValue.map { " default \($0)" } ?? ""
                return "column \(column.name) \(column.type)\(column.isNullable ? "" : " not null")\(value)"
            })
        facts.insert("primary key \(list(shape.primaryKey))")
        for key in shape.uniqueKeys { facts.insert("unique \(key.name ?? "-") on \(list(key.columns))") }
        for named in shape.indexes {
            facts.insert(
                index(named.name, named.index.columns, isUnique: named.index.isUnique, named.index.predicate.map(text)))
        }
        for reference in shape.references {
            facts.insert(
                "reference \(list(reference.columns)) to \(reference.parent).\(list(reference.parentColumns)) cascade")
        }
        return facts
    }

    static func of(_ table: ReleaseSchema.Table) -> Set<String> {
        var facts = Set(
            table.columns.map { column in
                let value = column.default.map { " default \($0)" } ?? ""
                return "column \(column.name) \(column.type)\(column.nullable ? "" : " not null")\(value)"
            })
        facts.insert("primary key \(list(table.primaryKey))")
        for key in table.uniques { facts.insert("unique \(key.name) on \(list(key.columns))") }
        for named in table.indexes {
            facts.insert(index(named.name, named.columns, isUnique: named.unique, named.where))
        }
        for reference in table.fks {
            // Written as `[schema.]table.column`.
            let parts = reference.references.map { $0.split(separator: ".").map(String.init) }
            let parent = parts.first?.dropLast().last ?? ""
            let columns = parts.compactMap(\.last)
            facts.insert(
                "reference \(list(reference.columns)) to \(parent).\(list(columns)) "
                    + (reference.onDelete ?? "no action").lowercased())
        }
        return facts
    }

    private static func index(_ name: String, _ columns: [String], isUnique: Bool, _ predicate: String?) -> String {
        "\(isUnique ? "unique index" : "index") \(name) on \(list(columns))\(predicate.map { " where \($0)" } ?? "")"
    }

    private static func text(_ predicate: IndexPredicate) -> String {
        switch predicate {
        case .isNull(let column): "\(column) IS NULL"
        case .isNotNull(let column): "\(column) IS NOT NULL"
        case .other(let text): text
        }
    }

    private static func list(_ columns: [String]) -> String { "(\(columns.joined(separator: ", ")))" }
}
