import AgnoSchema

// Reads what depends on tables, and the names of columns.
extension MySQLFamilyDialect {
    /// The name of a column as Agno declares it: the server compares names of columns without case.
    static func declaredSpelling(of column: String) -> String {
        let folded = column.lowercased()
        return MySQLNames.declaredColumns.contains(folded) ? folded : column
    }

    /// Notes on the sessions table that something else has the name of the runs table.
    func noteTakenName(
        of runs: String?, in rows: [MySQLCatalogueRow], on found: inout [TableType: TableSnapshot]
    ) {
        guard let runs, found[.runs] == nil else { return }
        for row in rows where row.part == .table && folded(row.table) == folded(runs) {
            guard row.name == "VIEW" || row.name == "SEQUENCE" else { continue }
            found[.sessions]?.dependents.append(
                DependentObject(
                    kind: .view, name: row.table, sql: "",
                    removal: [SQLStatement("DROP \(row.name) \(table(row.table))")]))
        }
    }

    func addDependents(_ rows: [MySQLCatalogueRow], to tables: inout [String: TableSnapshot]) {
        for row in rows {
            switch row.part {
            case .table: addStorage(row, to: &tables)
            case .column: addGeneratedColumn(row, to: &tables)
            case .index: addExpressionIndex(row, to: &tables)
            case .trigger: addTrigger(row, to: &tables)
            case .check: addCheck(row, to: &tables)
            case .view: addView(row, to: &tables)
            case .grant:
                let grant = TableGrant(
                    grantee: row.name, privilege: row.facts[0] ?? "", isGrantable: row.facts[1] == "YES")
                tables[folded(row.table)]?.tableGrants.append(grant)
            case .json, .reference: break
            }
        }
    }

    private func add(_ object: DependentObject, to table: String, in tables: inout [String: TableSnapshot]) {
        tables[folded(table)]?.dependents.append(object)
    }

    /// The columns of a table that a text mentions.
    private func columns(in text: String, of table: String, in tables: [String: TableSnapshot]) -> Set<String> {
        let words = Set(
            text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$") }.map(String.init))
        let lowered = text.lowercased()
        return Set(
            tables[folded(table)]?.shape.columns.map(\.name).filter {
                words.contains($0.lowercased()) || lowered.contains("`\($0.lowercased())`")
            } ?? [])
    }

    private func addStorage(_ row: MySQLCatalogueRow, to tables: inout [String: TableSnapshot]) {
        let change = "ALTER TABLE \(table(row.table))"
        if row.name == "SYSTEM VERSIONED" {
            let object = DependentObject(
                kind: .storage, name: "system versioning", sql: "",
                removal: [SQLStatement("\(change) DROP SYSTEM VERSIONING")],
                restoration: [SQLStatement("\(change) ADD SYSTEM VERSIONING")])
            add(object, to: row.table, in: &tables)
        }
        if let engine = row.facts[1], ["MYISAM", "ARIA", "MEMORY", "CSV", "ARCHIVE"].contains(engine.uppercased()) {
            let object = DependentObject(
                kind: .storage, name: "engine \(engine)", sql: "",
                removal: [SQLStatement("\(change) ENGINE=InnoDB")],
                restoration: [SQLStatement("\(change) ENGINE=\(engine)")])
            add(object, to: row.table, in: &tables)
        }
        if row.facts[2]?.lowercased().contains("partitioned") == true {
            let object = DependentObject(
                kind: .partition, name: "partitions of \(row.table)", sql: "",
                removal: [SQLStatement("\(change) REMOVE PARTITIONING")])
            add(object, to: row.table, in: &tables)
        }
    }

    private func addGeneratedColumn(_ row: MySQLCatalogueRow, to tables: inout [String: TableSnapshot]) {
        guard let text = row.facts[5].map(plain), !text.isEmpty else { return }
        let change = "ALTER TABLE \(table(row.table))"
        let stored = row.facts[3]?.uppercased().contains("VIRTUAL") == true ? "VIRTUAL" : "STORED"
        let object = DependentObject(
            kind: .generatedColumn, name: row.name, sql: text, columns: columns(in: text, of: row.table, in: tables),
            removal: [SQLStatement("\(change) DROP COLUMN \(quote(row.name))")],
            restoration: [
                SQLStatement(
                    "\(change) ADD COLUMN \(quote(row.name)) \(row.facts[0] ?? "") GENERATED ALWAYS AS (\(text)) \(stored)"
                )
            ])
        add(object, to: row.table, in: &tables)
    }

    private func addExpressionIndex(_ row: MySQLCatalogueRow, to tables: inout [String: TableSnapshot]) {
        guard let text = row.facts[4].map(plain), !text.isEmpty else { return }
        let object = DependentObject(
            kind: .index, name: row.name, sql: text, columns: columns(in: text, of: row.table, in: tables),
            removal: [SQLStatement("DROP INDEX \(quote(row.name)) ON \(table(row.table))")],
            restoration: [tables[folded(row.table)]?.indexTexts[row.name]].compactMap { $0.map { SQLStatement($0) } })
        add(object, to: row.table, in: &tables)
    }

    private func addTrigger(_ row: MySQLCatalogueRow, to tables: inout [String: TableSnapshot]) {
        let (event, timing, text) = (row.facts[0] ?? "", row.facts[1] ?? "", row.facts[2] ?? "")
        let name = schema.map { "\(quote($0)).\(quote(row.name))" } ?? quote(row.name)
        let definer = row.facts[3].map { "DEFINER=\(account($0)) " } ?? ""
        let create =
            "CREATE \(definer)TRIGGER \(name) \(timing) \(event) ON \(table(row.table)) FOR EACH ROW \(text)"
        let object = DependentObject(
            kind: .trigger, name: row.name, sql: event, columns: columns(in: text, of: row.table, in: tables),
            removal: [SQLStatement("DROP TRIGGER \(name)")], restoration: [SQLStatement(create)])
        add(object, to: row.table, in: &tables)
    }

    private func addCheck(_ row: MySQLCatalogueRow, to tables: inout [String: TableSnapshot]) {
        guard let text = row.facts[0].map(plain) else { return }
        let change = "ALTER TABLE \(table(row.table))"
        // MariaDB: a check of a column has the column's name and goes with it.
        if tables[folded(row.table)]?.shape.column(Self.declaredSpelling(of: row.name)) != nil { return }
        let object = DependentObject(
            kind: .check, name: row.name, sql: text, columns: columns(in: text, of: row.table, in: tables),
            removal: [SQLStatement("\(change) DROP CONSTRAINT \(quote(row.name))")],
            restoration: [SQLStatement("\(change) ADD CONSTRAINT \(quote(row.name)) CHECK (\(text))")])
        add(object, to: row.table, in: &tables)
    }

    private func addView(_ row: MySQLCatalogueRow, to tables: inout [String: TableSnapshot]) {
        guard let text = row.facts[0] else { return }
        let isOurs = schema.map { folded($0) == folded(row.table) } ?? true
        let view = isOurs ? table(row.name) : "\(quote(row.table)).\(quote(row.name))"
        let definer = row.facts[1].map { "DEFINER=\(account($0)) " } ?? ""
        let security = row.facts[2].map { "SQL SECURITY \($0) " } ?? ""
        for (key, found) in Array(tables) {
            // The catalogue's own text quotes every name.
            let name = table(found.name)
            guard folded(text).contains(folded(name)) || schema == nil && text.contains(".\(name)") else { continue }
            let needed = columns(in: text, of: found.name, in: tables)
            tables[key]?.dependents.append(
                DependentObject(
                    kind: .view, name: isOurs ? row.name : "\(row.table).\(row.name)", sql: text,
                    columns: needed,
                    removal: [SQLStatement("DROP VIEW \(view)")],
                    restoration: [SQLStatement("CREATE \(definer)\(security)VIEW \(view) AS \(text)")]))
        }
    }

    /// MySQL escapes the quotes and backslashes of an expression once more.
    func plain(_ text: String) -> String {
        guard server.kind == .mysql else { return text }
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            let isEscape = character == "\\" && (rest.first == "'" || rest.first == "\\")
            result.append(isEscape ? rest.removeFirst() : character)
        }
        return result
    }

    /// `user@host` with its parts quoted.
    private func account(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return quote(text) }
        return "\(quote(String(text[..<at])))@\(quote(String(text[text.index(after: at)...])))"
    }
}

extension MySQLNames {
    /// The columns of all tables of Agno's and of this program's, in any version.
    static let declaredColumns: Set<String> = {
        let traits = MySQLDialect.traits
        var names = Set(TableDefinition.versions.columns.map(\.name))
        for type in TableType.allCases {
            names.formUnion(TableDefinition.baseline(type, for: traits).columns.map(\.name))
            let steps = Migration.all.flatMap { $0.steps(for: type, traits: traits) }
            for case .change(let change) in steps { if let name = change.addedColumn { names.insert(name) } }
        }
        return names
    }()
}
