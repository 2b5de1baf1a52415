package import AgnoSchema

// What the catalogue of the MySQL family says of the tables.
extension MySQLFamilyDialect {
    package func serverVersion(using runner: any StatementRunner) throws -> String { server.version }

    package func columns(ofTable name: String, using runner: any StatementRunner) throws -> [String]? {
        let place = schemaCondition(on: "TABLE_SCHEMA")
        let rows = try runner.rows(
            SQLStatement(
                "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE \(place.sql) "
                    + "AND TABLE_NAME = ?\(place.bindings.count + 1) ORDER BY ORDINAL_POSITION",
                place.bindings + [.text(name)]))
        // The catalogue compares names more loosely than the server keeps them apart.
        let names = rows.filter { isSameTable($0[0].string, name) }.compactMap { $0[1].string }
        return names.isEmpty ? nil : names
    }

    package func columnsOfTables(using runner: any StatementRunner) throws -> [String: [String]]? {
        let place = schemaCondition(on: "c.TABLE_SCHEMA")
        let rows = try runner.rows(
            SQLStatement(
                "SELECT c.TABLE_NAME, c.COLUMN_NAME FROM information_schema.COLUMNS c "
                    + "JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME "
                    + "WHERE \(place.sql) AND t.TABLE_TYPE NOT IN ('VIEW', 'SEQUENCE') "
                    + "ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION", place.bindings))
        return Dictionary(grouping: rows) { $0[0].string ?? "" }.mapValues { $0.compactMap { $0[1].string } }
    }

    private func isSameTable(_ found: String?, _ wanted: String) -> Bool {
        server.foldsTableNames ? found?.lowercased() == wanted.lowercased() : found == wanted
    }

    /// How a name is looked up.
    private func folded(_ name: String) -> String { server.foldsTableNames ? name.lowercased() : name }

    package func snapshots(
        of names: [TableType: String], using runner: any StatementRunner
    ) throws -> [TableType: TableSnapshot] {
        let mayBeParked = names.filter { exchangesTables || $0.key == .runs }
        let hidden = mayBeParked.values.flatMap { [MySQLNames.parked($0), MySQLNames.successor($0)] }
        let tables = try read(Set(Array(names.values) + hidden), using: runner)
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
        return found
    }

    /// The table of exactly this name, whatever may be aside of it.
    func snapshot(named name: String, using runner: any StatementRunner) throws -> TableSnapshot? {
        try read([name], using: runner)[folded(name)]
    }

    /// The tables among these names, by name.
    private func read(
        _ wanted: Set<String>, using runner: any StatementRunner
    ) throws -> [String: TableSnapshot] {
        var tables: [String: TableSnapshot] = [:]
        let folded = Set(wanted.map(folded))
        for row in try catalogue("TABLES", "TABLE_NAME, TABLE_TYPE, TABLE_COLLATION", wanted, using: runner) {
            guard let name = row[0].string, folded.contains(self.folded(name)), row[1].string != "VIEW",
                row[1].string != "SEQUENCE"
            else { continue }
            tables[self.folded(name)] = TableSnapshot(name: name, shape: TableShape(), collation: row[2].string)
        }
        guard !tables.isEmpty else { return [:] }
        let existing = Set(tables.values.map(\.name))
        try readColumns(existing, into: &tables, using: runner)
        try readIndexes(existing, into: &tables, using: runner)
        try readDefinitions(existing, into: &tables, using: runner)
        guard hasForeignKeys else { return tables }
        try readReferences(existing, into: &tables, using: runner)
        try readTriggers(existing, into: &tables, using: runner)
        return tables
    }

    /// Rows of a view of the catalogue about these tables; the table's name comes first.
    private func catalogue(
        _ view: String, _ columns: String, _ tables: Set<String>, name: String = "TABLE_NAME", order: String? = nil,
        using runner: any StatementRunner
    ) throws -> [SQLRow] {
        let schemaColumn = name == "EVENT_OBJECT_TABLE" ? "EVENT_OBJECT_SCHEMA" : "TABLE_SCHEMA"
        let place = schemaCondition(on: schemaColumn)
        let values = tables.sorted().map(SQLValue.text)
        let first = place.bindings.count + 1
        let list = values.indices.map { "?\(first + $0)" }.joined(separator: ", ")
        let end = order.map { " ORDER BY \(name), \($0)" } ?? ""
        return try runner.rows(
            SQLStatement(
                "SELECT \(columns) FROM information_schema.\(view) WHERE \(place.sql) AND \(name) IN (\(list))\(end)",
                place.bindings + values))
    }

    // MARK: Columns

    private func readColumns(
        _ names: Set<String>, into tables: inout [String: TableSnapshot], using runner: any StatementRunner
    ) throws {
        var json: Set<[String]> = []
        if let query = hiddenJSONColumns {
            for row in try runner.rows(query) {
                if let table = row[0].string, let column = row[1].string { json.insert([table, column]) }
            }
        }
        let rows = try catalogue(
            "COLUMNS", "TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, COLLATION_NAME",
            names,
            order: "ORDINAL_POSITION", using: runner)
        for row in rows {
            guard let table = row[0].string, let name = row[1].string, let type = row[2].string else { continue }
            let extra = row[5].string?.uppercased() ?? ""
            let isGenerated = extra.contains(" GENERATED") || extra.contains("PERSISTENT")
            let key = folded(table)
            if isGenerated { tables[key]?.generatedColumns.insert(name) }
            // Keys are compared as their column says, which may differ from the table's default.
            if name == "session_id", let collation = row[6].string { tables[key]?.collation = collation }
            tables[key]?.shape.columns.append(
                TableShape.Column(
                    name, type: json.contains([table, name]) ? "JSON" : MySQLTypes.declared(type),
                    isNullable: row[3].string == "YES",
                    defaultValue: isGenerated ? nil : defaultExpression(row[4].string, extra: extra)))
        }
    }

    private func readDefinitions(
        _ names: Set<String>, into tables: inout [String: TableSnapshot], using runner: any StatementRunner
    ) throws {
        for name in names.sorted() {
            guard let query = definition(ofTable: name), let row = try runner.rows(query).first, row.count > 1,
                let text = row[1].string
            else { continue }
            tables[folded(name)]?.source = text
            tables[folded(name)]?.generatedColumns.formUnion(computedColumns(in: text))
        }
    }

    // MARK: Keys and indexes

    private func readIndexes(
        _ names: Set<String>, into tables: inout [String: TableSnapshot], using runner: any StatementRunner
    ) throws {
        let rows = try catalogue(
            "STATISTICS", "TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART, INDEX_TYPE", names,
            order: "INDEX_NAME, SEQ_IN_INDEX", using: runner)
        var found: [String: [String: IndexFacts]] = [:]
        for row in rows {
            guard let table = row[0].string, let name = row[1].string else { continue }
            // Where rows are placed is no index, and may go by the name of one.
            if ["SHARD", "METADATA_ONLY"].contains(row[5].string) {
                guard let column = row[3].string, tables[folded(table)]?.shape.shardKey.contains(column) == false else {
                    continue
                }
                tables[folded(table)]?.shape.shardKey.append(column)
                continue
            }
            if isOrderOfRows(name, type: row[5].string ?? "") { continue }
            let isUnique = row[2].int == 0
            // A unique key over the beginnings of values is another one than over the values.
            let isBeginning = isUnique && !row[4].isNull
            let column = row[3].string.map { isBeginning ? "<beginning of \($0)>" : $0 } ?? "<expression>"
            var index =
                found[folded(table)]?[name] ?? IndexFacts(isUnique: isUnique, type: row[5].string ?? "")
            // A key that also places the rows is listed twice by some versions; no index has a column twice.
            if row[3].isNull || !index.columns.contains(column) { index.columns.append(column) }
            found[folded(table), default: [:]][name] = index
        }
        for (table, indexes) in found {
            for (name, index) in indexes.sorted(by: { $0.key < $1.key }) {
                tables[table]?.namesInUse.insert(name.lowercased())
                if name == "PRIMARY" {
                    tables[table]?.shape.primaryKey = index.columns
                    tables[table]?.primaryKeyName = name
                } else if index.isUnique {
                    tables[table]?.shape.uniqueKeys.append(TableShape.Key(name: name, columns: index.columns))
                } else {
                    let isPlain = !["FULLTEXT", "SPATIAL", "RTREE", "VECTOR"].contains(index.type)
                    let columns = isPlain ? index.columns : index.columns.map { "<\(index.type) of \($0)>" }
                    tables[table]?.shape.indexes.append(
                        TableShape.NamedIndex(name: name, index: Index(on: columns)))
                }
            }
        }
    }

    // MARK: Foreign keys

    private func readReferences(
        _ names: Set<String>, into tables: inout [String: TableSnapshot], using runner: any StatementRunner
    ) throws {
        // Both views are told where to look: otherwise some servers open every table that there is.
        let (place, rules) = (schemaCondition(on: "k.TABLE_SCHEMA"), schemaCondition(on: "r.CONSTRAINT_SCHEMA"))
        let rows = try runner.rows(
            SQLStatement(
                """
                SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_SCHEMA, \
                k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, r.UPDATE_RULE, k.TABLE_SCHEMA \
                FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r \
                ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME \
                AND r.TABLE_NAME = k.TABLE_NAME \
                WHERE \(place.sql) AND \(rules.sql) AND k.REFERENCED_TABLE_NAME IS NOT NULL \
                ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION
                """, place.bindings))
        var keys: [ForeignKeyFacts] = []
        for row in rows {
            let columns = (row[2].string ?? "", row[5].string ?? "")
            if let last = keys.indices.last, keys[last].table == row[0].string, keys[last].name == row[1].string {
                keys[last].columns.append(columns.0)
                keys[last].parentColumns.append(columns.1)
            } else {
                keys.append(
                    ForeignKeyFacts(
                        table: row[0].string ?? "", name: row[1].string ?? "", columns: [columns.0],
                        schema: row[8].string ?? "", parentSchema: row[3].string ?? "", parent: row[4].string ?? "",
                        parentColumns: [columns.1], onDelete: row[6].string ?? "", onUpdate: row[7].string ?? ""))
            }
        }
        for key in keys {
            let isHere = key.parentSchema == key.schema
            let parent = isHere ? key.parent : "\(key.parentSchema).\(key.parent)"
            if names.contains(key.table) {
                tables[folded(key.table)]?.shape.references.append(
                    TableShape.Reference(columns: key.columns, parent: parent, parentColumns: key.parentColumns))
            }
            guard isHere, names.contains(key.parent) else { continue }
            tables[folded(key.parent)]?.incomingKeys.append(incomingKey(key))
        }
    }

    private func incomingKey(_ key: ForeignKeyFacts) -> IncomingKey {
        let child = table(key.table)
        let rules = " ON DELETE \(key.onDelete) ON UPDATE \(key.onUpdate)"
        return IncomingKey(
            parentColumns: key.parentColumns,
            drop: SQLStatement("ALTER TABLE \(child) DROP FOREIGN KEY \(quote(key.name))"),
            create: SQLStatement(
                "ALTER TABLE \(child) ADD CONSTRAINT \(quote(key.name)) FOREIGN KEY (\(list(key.columns))) "
                    + "REFERENCES \(table(key.parent)) (\(list(key.parentColumns)))\(rules)"))
    }

    // MARK: Triggers

    private func readTriggers(
        _ names: Set<String>, into tables: inout [String: TableSnapshot], using runner: any StatementRunner
    ) throws {
        let rows = try catalogue(
            "TRIGGERS", "EVENT_OBJECT_TABLE, TRIGGER_NAME", names, name: "EVENT_OBJECT_TABLE", order: "TRIGGER_NAME",
            using: runner)
        for row in rows {
            guard let table = row[0].string, let name = row[1].string else { continue }
            tables[folded(table)]?.dependents.append(DependentObject(kind: .trigger, name: name, sql: ""))
        }
    }
}

/// An index as the catalogue describes it.
private struct IndexFacts {
    var isUnique: Bool
    var type: String
    var columns: [String] = []
}

/// A foreign key as the catalogue describes it.
private struct ForeignKeyFacts {
    var table: String
    var name: String
    var columns: [String]
    var schema: String
    var parentSchema: String
    var parent: String
    var parentColumns: [String]
    var onDelete: String
    var onUpdate: String
}
