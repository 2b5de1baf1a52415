package import AgnoSchema

// Reads tables from SQLite's catalogue.
extension SQLiteDialect {
    /// The columns with their ASCII letters in lower case: SQLite finds a column whatever the case of its letters.
    package func columns(ofTable name: String, using runner: any StatementRunner) throws -> [String]? {
        let rows = try runner.rows(SQLStatement("SELECT name FROM pragma_table_xinfo(?1)", [.text(name)]))
        let names = rows.compactMap { $0.first?.string?.foldingASCII }
        return names.isEmpty ? nil : names
    }

    /// Virtual tables are left out: to name their columns, SQLite needs their module.
    package func columnsOfTables(using runner: any StatementRunner) throws -> [ExactText: [String]]? {
        let sql =
            "SELECT m.name, c.name FROM main.sqlite_master m, pragma_table_xinfo(m.name) c WHERE \(Self.isOrdinaryTable) "
            + "AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        return Dictionary(grouping: try runner.rows(SQLStatement(sql))) { ExactText($0[0].string ?? "") }
            .mapValues { $0.compactMap { $0[1].string?.foldingASCII } }
    }

    fileprivate static let isOrdinaryTable = "m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL %'"

    package func read(
        _ names: [TableType: String], and others: [String], using runner: any StatementRunner
    ) throws -> CatalogueReading {
        let reader = try SQLiteCatalogueReader(dialect: self, names: names, runner: runner)
        var reading = CatalogueReading()
        for (type, name) in names { reading.snapshots[type] = try reader.snapshot(of: type, named: name) }
        for name in others { reading.columns[name] = try columns(ofTable: name, using: runner) }
        return reading
    }
}

/// One reading of a file's catalogue: every object, every foreign key, and the requested tables in detail.
///
/// Agno's columns come in Agno's spelling: SQLite finds `Runs` by the name `runs`, so the planner has to find it too.
private struct SQLiteCatalogueReader {
    let dialect: SQLiteDialect
    let names: [TableType: String]
    let runner: any StatementRunner
    /// type, name, tbl_name, sql.
    let objects: [SQLRow]
    let foreignKeys: [SQLiteForeignKey]

    init(dialect: SQLiteDialect, names: [TableType: String], runner: any StatementRunner) throws {
        self.dialect = dialect
        self.names = names
        self.runner = runner
        objects = try runner.rows(
            SQLStatement(
                "SELECT type, name, tbl_name, sql FROM main.sqlite_master WHERE type IN ('table','index','trigger','view')"
            ))
        foreignKeys = try SQLiteForeignKey.all(
            in: runner.rows(
                SQLStatement(
                    "SELECT m.name, k.id, k.\"table\", k.\"from\", k.\"to\" FROM main.sqlite_master m, "
                        + "pragma_foreign_key_list(m.name) k WHERE \(SQLiteDialect.isOrdinaryTable) "
                        + "ORDER BY m.name, k.id, k.seq")))
    }

    /// The table of that name in any case; nil if there is none.
    func snapshot(of type: TableType, named wanted: String) throws -> TableSnapshot? {
        guard let row = objects.first(where: { $0[0].string == "table" && isSame($0[1].string, wanted) }),
            let name = row[1].string
        else { return nil }
        let source = row[3].string
        let declared = DeclaredColumns(of: type, for: dialect.traits)
        let isStrict = source.map { SQLiteTableSource.isStrict($0) } ?? false
        var shape = TableShape()
        var generated: Set<ExactText> = []
        var keyPositions: [(position: Int64, name: String)] = []
        let columns = try runner.rows(
            SQLStatement(
                "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1)", [.text(name)]))
        for row in columns {
            guard let column = row[0].string.map(declared.spelling) else { continue }
            if let hidden = row[5].int, hidden == 2 || hidden == 3 { generated.insert(ExactText(column)) }
            if let position = row[4].int, position > 0 { keyPositions.append((position, column)) }
            let type = row[1].string ?? ""
            shape.columns.append(
                TableShape.Column(
                    column, type: isStrict ? dialect.declaredType(ofStrict: type, declared[column]) : type,
                    isNullable: row[2].int == 0, defaultValue: row[3].string))
        }
        shape.primaryKey = keyPositions.sorted { $0.position < $1.position }.map(\.name)
        try readIndexes(of: name, into: &shape, spelling: declared.spelling)
        shape.references = references(of: name, spelling: declared.spelling)

        let dependents = SQLiteDependents(table: name, source: source, columns: Set(shape.columns.map(\.name)))
        // Tables, views and indexes share their names' space, and SQLite compares names without regard to ASCII case.
        let others = objects.filter { $0[0].string == "table" || !isSame($0[2].string, name) }
        return TableSnapshot(
            name: name, shape: shape, source: source, dependents: dependents.find(in: objects),
            generatedColumns: generated, namesInUse: Set(others.compactMap { $0[1].string?.foldingASCII }),
            incomingKeys: incomingKeys(of: name, shape: shape, spelling: declared.spelling),
            unusableTriggers: try unusableTriggers(
                of: name, columns: shape.columns.map(\.name).filter { !generated.contains($0) }),
            isAmongViewsOrTriggers: objects.contains { $0[0].string == "view" || $0[0].string == "trigger" })
    }

    private func isSame(_ first: String?, _ second: String) -> Bool {
        first.map { ExactText($0.foldingASCII) == ExactText(second.foldingASCII) } ?? false
    }

    private func readIndexes(of name: String, into shape: inout TableShape, spelling: (String) -> String) throws {
        let indexes = try runner.rows(
            SQLStatement(
                "SELECT name, \"unique\", origin, partial FROM pragma_index_list(?1) ORDER BY name", [.text(name)]))
        for row in indexes {
            guard let index = row[0].string, let origin = row[2].string, origin != "pk" else { continue }
            let columns = try runner.rows(
                SQLStatement("SELECT name FROM pragma_index_info(?1) ORDER BY seqno", [.text(index)]))
            // A column without a name is an expression: such an index never equals one of Agno's.
            let names = columns.map { $0[0].string.map(spelling) ?? "<expression>" }
            if origin == "u" {
                shape.uniqueKeys.append(TableShape.Key(name: nil, columns: names))
                continue
            }
            let sql = objects.first { $0[0].string == "index" && $0[1].string == index }?[3].string
            let predicate = row[3].int == 1 ? sql.map { SQLiteTableSource.predicate($0, spelling: spelling) } : nil
            shape.indexes.append(
                TableShape.NamedIndex(
                    name: index, index: Index(on: names, isUnique: row[1].int == 1, where: predicate)))
        }
    }

    private func references(of name: String, spelling: (String) -> String) -> [TableShape.Reference] {
        foreignKeys.filter { $0.child == name }.map { key in
            let parent = names.first { isSame(key.parent, $0.value) }
            let columns = parent.map { DeclaredColumns(of: $0.key, for: dialect.traits) }
            return TableShape.Reference(
                columns: key.columns.map(spelling), parent: parent?.value ?? key.parent,
                parentColumns: key.parentColumns.map { columns?.spelling(of: $0) ?? $0 })
        }
    }

    /// The keys of other tables that refer to this one. SQLite has no statement that drops a key.
    private func incomingKeys(of name: String, shape: TableShape, spelling: (String) -> String) -> [IncomingKey] {
        foreignKeys.filter { isSame($0.parent, name) && !isSame($0.child, name) }.map { key in
            let isImplicit = key.parentColumns.contains("")
            return IncomingKey(
                child: key.child, table: dialect.table(key.child), name: key.columns.joined(separator: ", "),
                columns: key.columns,
                parentColumns: isImplicit ? shape.primaryKey : key.parentColumns.map(spelling),
                drop: SQLStatement(""), create: SQLStatement(""))
        }
    }
}

extension SQLiteCatalogueReader {
    /// The table's triggers that cannot run on this connection, since what they refer to is not there: a virtual table's
    /// module, a function, another table.
    ///
    /// SQLite compiles the triggers of a statement with it, so a statement that is only explained tells.
    fileprivate func unusableTriggers(of name: String, columns: [String]) throws -> Set<String> {
        let triggers = objects.filter { $0[0].string == "trigger" && isSame($0[2].string, name) }
            .compactMap { row in row[1].string.flatMap { SQLiteTrigger(name: $0, sql: row[3].string ?? "") } }
        guard !triggers.isEmpty else { return [] }
        let table = dialect.quote(name)
        let assignments = columns.map { "\(dialect.quote($0)) = \(dialect.quote($0))" }.joined(separator: ", ")
        let probes: [SQLiteTrigger.Event: String] = [
            .insert: "INSERT INTO \(table) DEFAULT VALUES", .update: "UPDATE \(table) SET \(assignments)",
            .delete: "DELETE FROM \(table)",
        ]
        var unusable: Set<String> = []
        for (event, probe) in probes {
            let fired = triggers.filter { $0.event == event }
            guard !fired.isEmpty, (try? runner.rows(SQLStatement("EXPLAIN \(probe)"))) == nil else { continue }
            let missing = try tablesWithoutModule()
            let suspects = fired.filter { !$0.mentioned.isDisjoint(with: missing) }
            unusable.formUnion((suspects.isEmpty ? fired : suspects).map(\.name))
        }
        return unusable
    }

    /// The virtual tables whose module this program does not have, folded.
    private func tablesWithoutModule() throws -> Set<String> {
        let modules = Set(
            try runner.rows(SQLStatement("SELECT name FROM pragma_module_list")).compactMap {
                $0[0].string?.foldingASCII
            })
        let names = objects.compactMap { row -> String? in
            guard row[0].string == "table", let sql = row[3].string, sql.uppercased().hasPrefix("CREATE VIRTUAL")
            else { return nil }
            let tokens = SQLiteToken.tokenize(sql).filter { !$0.isSpace }
            guard let using = tokens.firstIndex(where: { $0.word == "USING" }), using + 1 < tokens.count,
                let module = tokens[using + 1].identifier?.foldingASCII, !modules.contains(module)
            else { return nil }
            return row[1].string?.foldingASCII
        }
        return Set(names)
    }
}

/// A foreign key as the catalogue reports it.
struct SQLiteForeignKey {
    var child: String
    var parent: String
    var columns: [String] = []
    /// Empty texts where the key names no columns and means the parent's primary key.
    var parentColumns: [String] = []

    /// - Parameter rows: child, id, parent, column, parent's column; ordered by child, id and position.
    static func all(in rows: [SQLRow]) -> [SQLiteForeignKey] {
        var keys: [SQLiteForeignKey] = []
        var last: (child: String, id: Int64)?
        for row in rows {
            let key = (child: row[0].string ?? "", id: row[1].int ?? 0)
            if last.map({ $0 != key }) ?? true {
                keys.append(SQLiteForeignKey(child: key.child, parent: row[2].string ?? ""))
                last = key
            }
            keys[keys.count - 1].columns.append(row[3].string ?? "")
            keys[keys.count - 1].parentColumns.append(row[4].string ?? "")
        }
        return keys
    }
}
