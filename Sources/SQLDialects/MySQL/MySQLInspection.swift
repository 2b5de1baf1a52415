package import AgnoSchema

// Reads tables from the catalogue of the MySQL family.
extension MySQLFamilyDialect {
    package var serverVersion: String { server.version }

    package func columns(ofTable name: String, using runner: any StatementRunner) throws -> [String]? {
        let place = schemaCondition(on: "TABLE_SCHEMA")
        let rows = try runner.rows(
            SQLStatement(
                "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE \(place.sql) "
                    + "AND TABLE_NAME = ?\(place.bindings.count + 1) ORDER BY ORDINAL_POSITION",
                place.bindings + [.text(name)]))
        // The catalogue compares names more loosely than the server keeps them apart. Columns are compared without case.
        let names = rows.filter { isSameTable($0[0].string, name) }.compactMap { $0[1].string?.lowercased() }
        return names.isEmpty ? nil : names
    }

    package func columnsOfTables(using runner: any StatementRunner) throws -> [ExactText: [String]]? {
        let place = schemaCondition(on: "c.TABLE_SCHEMA")
        let rows = try runner.rows(
            SQLStatement(
                "SELECT c.TABLE_NAME, c.COLUMN_NAME FROM information_schema.COLUMNS c "
                    + "JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME "
                    + "WHERE \(place.sql) AND t.TABLE_TYPE NOT IN ('VIEW', 'SEQUENCE') "
                    + "ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION", place.bindings))
        return Dictionary(grouping: rows) { ExactText($0[0].string ?? "") }.mapValues {
            $0.compactMap { $0[1].string?.lowercased() }
        }
    }

    private func isSameTable(_ found: String?, _ wanted: String) -> Bool {
        server.foldsTableNames ? found?.lowercased() == wanted.lowercased() : found == wanted
    }

    /// The form in which names of tables are compared.
    func folded(_ name: String) -> String { server.foldsTableNames ? name.lowercased() : name }

    package func read(
        _ names: [TableType: String], and others: [String], using runner: any StatementRunner
    ) throws -> CatalogueReading {
        let mayBeParked = names.filter { exchangesTables || $0.key == .runs }
        let hidden = mayBeParked.values.flatMap { [MySQLNames.parked($0), MySQLNames.successor($0)] }
        let rows = try rows(about: Set(Array(names.values) + hidden + others), using: runner)
        let tables = try tables(Set(Array(names.values) + hidden), in: rows, using: runner)
        var found = names.compactMapValues { tables[folded($0)] }
        for (type, name) in mayBeParked {
            guard let parked = tables[folded(MySQLNames.parked(name))] else { continue }
            let common = found[type].map { table in
                table.shape.columns.map(\.name).filter { parked.shape.column($0) != nil }
            }
            var snapshot = found[type] ?? parked
            snapshot.parked = ParkedTable(
                name: parked.name, commonColumns: common, successor: tables[folded(MySQLNames.successor(name))]?.name)
            found[type] = snapshot
        }
        noteTakenName(of: names[.runs], in: rows, on: &found)
        var reading = CatalogueReading(snapshots: found)
        for row in rows where row.part == .column {
            // The catalogue compares names more loosely than the server keeps them apart.
            for name in Set(others) where isSameTable(row.table, name) {
                reading.columns[name, default: []].append(row.name.lowercased())
            }
        }
        return reading
    }

    /// The table of exactly this name, whatever else is put aside of it; nil if the table does not exist.
    func snapshot(named name: String, using runner: any StatementRunner) throws -> TableSnapshot? {
        try tables([name], in: rows(about: [name], using: runner), using: runner)[folded(name)]
    }

    /// The tables among these names, by folded name.
    private func tables(
        _ wanted: Set<String>, in rows: [MySQLCatalogueRow], using runner: any StatementRunner
    ) throws -> [String: TableSnapshot] {
        var tables: [String: TableSnapshot] = [:]
        let foldedNames = Set(wanted.map(folded))
        for row in rows where row.part == .table {
            guard foldedNames.contains(folded(row.table)), row.name != "VIEW", row.name != "SEQUENCE" else { continue }
            var snapshot = TableSnapshot(name: row.table, shape: TableShape(), collation: row.facts[0])
            snapshot.defaultCollation = row.facts[0]
            tables[folded(row.table)] = snapshot
        }
        addColumns(rows, to: &tables)
        addIndexes(rows, to: &tables)
        try readDefinitions(of: &tables, using: runner)
        addReferences(rows, to: &tables)
        addDependents(rows, to: &tables)
        return tables
    }

    // MARK: Rows

    /// Everything that the catalogue keeps about tables of these names, in one statement if the server takes that.
    private func rows(
        about names: Set<String>, using runner: any StatementRunner
    ) throws -> [MySQLCatalogueRow] {
        guard !names.isEmpty else { return [] }
        let bindings = schemaCondition(on: "").bindings + names.sorted().map(SQLValue.text)
        let parts = catalogueParts(count: names.count)
        let queries = readsCatalogueAtOnce ? [parts.joined(separator: " UNION ALL ")] : parts
        return try queries.flatMap { try runner.rows(SQLStatement($0, bindings)) }
            .compactMap(MySQLCatalogueRow.init).sorted { $0.order < $1.order }
    }

    /// The queries for the rows about tables, with equal columns. Parameters: the schema if it has a name, the tables.
    private func catalogueParts(count: Int) -> [String] {
        let first = schemaCondition(on: "").bindings.count + 1
        let list = (first..<first + count).map { "?\($0)" }.joined(separator: ", ")
        func part(
            _ part: MySQLCatalogueRow.Part, _ view: String, name: String, place: String = "0", _ facts: String...
        ) -> String {
            select(part, "TABLE_NAME", name, place, facts)
                + " FROM information_schema.\(view) WHERE \(schemaCondition(on: "TABLE_SCHEMA").sql) "
                + "AND TABLE_NAME IN (\(list))"
        }
        // What is of no use without foreign keys and triggers is not documented there either.
        func known(_ column: String) -> String { hasForeignKeys ? column : "NULL" }
        var parts = [
            part(.table, "TABLES", name: "TABLE_TYPE", "TABLE_COLLATION", known("ENGINE"), known("CREATE_OPTIONS")),
            part(
                .column, "COLUMNS", name: "COLUMN_NAME", place: "ORDINAL_POSITION", "COLUMN_TYPE", "IS_NULLABLE",
                "COLUMN_DEFAULT", "EXTRA", "COLLATION_NAME", known("GENERATION_EXPRESSION"),
                known("COLUMN_COMMENT")),
            part(
                .index, "STATISTICS", name: "INDEX_NAME", place: "SEQ_IN_INDEX", "NON_UNIQUE", "COLUMN_NAME",
                "SUB_PART", "INDEX_TYPE", server.hasExpressionIndexes ? "EXPRESSION" : "NULL"),
        ]
        if let query = hiddenJSONColumns {
            parts.append(select(.json, "TABLE_NAME", "CONSTRAINT_NAME", "0", []) + " FROM (\(query.sql)) j")
        }
        guard hasForeignKeys else { return parts }
        parts.append(part(.grant, "TABLE_PRIVILEGES", name: "GRANTEE", "PRIVILEGE_TYPE", "IS_GRANTABLE"))
        return parts + dependentParts(among: list)
    }

    /// The queries for what depends on tables.
    ///
    /// - Parameter list: the placeholders of the tables.
    private func dependentParts(among list: String) -> [String] {
        let triggers = ["EVENT_MANIPULATION", "ACTION_TIMING", "ACTION_STATEMENT", "DEFINER"]
        // Views of every database, whose text names tables with their database, where that is quick.
        let here = server.hasDataDictionary ? "" : "\(schemaCondition(on: "TABLE_SCHEMA").sql) AND "
        let database = schema == nil ? "DATABASE()" : "?1"
        var parts = [
            select(.trigger, "EVENT_OBJECT_TABLE", "TRIGGER_NAME", "0", triggers)
                + " FROM information_schema.TRIGGERS WHERE \(schemaCondition(on: "EVENT_OBJECT_SCHEMA").sql) "
                + "AND EVENT_OBJECT_TABLE IN (\(list))",
            select(.view, "TABLE_SCHEMA", "TABLE_NAME", "0", ["VIEW_DEFINITION", "DEFINER", "SECURITY_TYPE"])
                + " FROM information_schema.VIEWS WHERE \(here)"
                + "LOCATE(CONCAT('`', REPLACE(\(database), '`', '``'), '`.'), VIEW_DEFINITION) > 0",
        ]
        if let query = checks {
            parts.append(
                select(.check, "TABLE_NAME", "CONSTRAINT_NAME", "0", ["CHECK_CLAUSE"]) + " FROM (\(query.sql)) c")
        }
        let columns = [
            "k.COLUMN_NAME", "k.REFERENCED_TABLE_SCHEMA", "k.REFERENCED_TABLE_NAME", "k.REFERENCED_COLUMN_NAME",
            "r.DELETE_RULE", "r.UPDATE_RULE", "k.TABLE_SCHEMA",
        ]
        // Keys of other databases refer to these tables, too.
        parts.append(
            """
            \(select(.reference, "k.TABLE_NAME", "k.CONSTRAINT_NAME", "k.ORDINAL_POSITION", columns)) \
            FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r \
            ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME \
            AND r.TABLE_NAME = k.TABLE_NAME WHERE (\(schemaCondition(on: "k.TABLE_SCHEMA").sql) \
            OR \(schemaCondition(on: "k.REFERENCED_TABLE_SCHEMA").sql)) AND k.REFERENCED_TABLE_NAME IS NOT NULL
            """)
        return parts
    }

    /// The columns of a part; strings in one character set, since the views of the catalogue differ in theirs.
    private func select(
        _ part: MySQLCatalogueRow.Part, _ table: String, _ name: String, _ place: String, _ facts: [String]
    ) -> String {
        let strings = ([table, name] + facts).map { readsCatalogueAtOnce ? "CONVERT(\($0) USING utf8mb4)" : $0 }
        let padding = Array(repeating: "NULL", count: MySQLCatalogueRow.factCount - facts.count)
        return "SELECT '\(part.rawValue)', \(place), " + (strings + padding).joined(separator: ", ")
    }

    // MARK: Columns

    private func addColumns(_ rows: [MySQLCatalogueRow], to tables: inout [String: TableSnapshot]) {
        let json = Set(rows.filter { $0.part == .json }.map { [$0.table, $0.name] })
        // A check that goes by the name of its column is a part of the column.
        let checks = rows.filter { $0.part == .check && server.keepsChecksInColumns }
        for row in rows where row.part == .column {
            guard let type = row.facts[0] else { continue }
            let extra = row.facts[3]?.uppercased() ?? ""
            let isGenerated = extra.contains(" GENERATED") || extra.contains("PERSISTENT")
            let key = folded(row.table)
            let name = Self.declaredSpelling(of: row.name)
            if isGenerated { tables[key]?.generatedColumns.insert(ExactText(name)) }
            if extra.contains("ON UPDATE") { tables[key]?.selfUpdatingColumns.append(name) }
            // Keys are compared as their column says, which may differ from the table's default.
            if name == "session_id", let collation = row.facts[4] { tables[key]?.collation = collation }
            tables[key]?.collations[name] = row.facts[4]
            let check = checks.first { $0.table == row.table && $0.name == row.name }?.facts[0]
            tables[key]?.columnDetails[name] = details(of: row, check: check)
            tables[key]?.shape.columns.append(
                TableShape.Column(
                    name, type: json.contains([row.table, row.name]) ? "JSON" : MySQLTypes.declared(type),
                    isNullable: row.facts[1] == "YES",
                    defaultValue: isGenerated ? nil : defaultExpression(row.facts[2], extra: extra)))
        }
    }

    private func readDefinitions(
        of tables: inout [String: TableSnapshot], using runner: any StatementRunner
    ) throws {
        for (key, table) in tables.sorted(by: { $0.key < $1.key }) {
            guard let query = definition(ofTable: table.name), let row = try runner.rows(query).first, row.count > 1,
                let text = row[1].string
            else { continue }
            tables[key]?.source = text
            tables[key]?.generatedColumns.formUnion(computedColumns(in: text).map { ExactText($0) })
        }
    }
}

/// A row about a table, from whichever view of the catalogue.
struct MySQLCatalogueRow {
    enum Part: String { case table, column, index, json, trigger, reference, check, view, grant }

    /// How many values a row has beside its place and names.
    static let factCount = 7

    let part: Part
    /// The table's name; of a view its database.
    let table: String
    /// The name of the column, index, trigger, key or view; of a table its type.
    let name: String
    /// The position of the column in its table, index or key.
    let place: Int64
    let facts: [String?]

    init?(_ row: SQLRow) {
        let strings = row.dropFirst(2).map { value in value.string ?? value.int.map { String($0) } }
        guard let part = row[0].string.flatMap(Part.init), let table = strings[0], let name = strings[1] else {
            return nil
        }
        (self.part, self.table, self.name, place) = (part, table, name, row[1].int ?? 0)
        facts = Array(strings.dropFirst(2))
    }

    /// Columns in the order of their table, all else by name and therein in the order of its columns.
    fileprivate var order: (String, String, String, Int64) {
        (part.rawValue, table, part == .column ? "" : name, place)
    }
}
