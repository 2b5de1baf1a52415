package import AgnoSchema

// Reads tables from SQLite's catalogue.
extension SQLiteDialect {
    package func columns(ofTable name: String, using runner: any StatementRunner) throws -> [String]? {
        let rows = try runner.rows(SQLStatement("SELECT name FROM pragma_table_xinfo(?1)", [.text(name)]))
        let names = rows.compactMap { $0.first?.string }
        return names.isEmpty ? nil : names
    }

    package func columnsOfTables(using runner: any StatementRunner) throws -> [String: [String]]? {
        let sql =
            "SELECT m.name, c.name FROM main.sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' "
            + "AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        return Dictionary(grouping: try runner.rows(SQLStatement(sql))) { $0[0].string ?? "" }
            .mapValues { $0.compactMap { $0[1].string } }
    }

    package func read(
        _ names: [TableType: String], and others: [String], using runner: any StatementRunner
    ) throws -> CatalogueReading {
        let catalogue = try runner.rows(
            SQLStatement(
                "SELECT type, name, tbl_name, sql FROM main.sqlite_master WHERE type IN ('table','index','trigger','view')"
            ))
        var reading = CatalogueReading()
        for (type, name) in names {
            // SQLite compares table names without regard to ASCII case.
            let table = catalogue.first {
                $0[0].string == "table" && $0[1].string?.lowercased() == name.lowercased()
            }
            guard let table, let realName = table[1].string else { continue }
            reading.snapshots[type] = try snapshot(
                of: realName, source: table[3].string, catalogue: catalogue, using: runner)
        }
        for name in others { reading.columns[name] = try columns(ofTable: name, using: runner) }
        return reading
    }

    private func snapshot(
        of name: String, source: String?, catalogue: [SQLRow], using runner: any StatementRunner
    ) throws -> TableSnapshot {
        var shape = TableShape()
        var generated: Set<String> = []
        var keyPositions: [(position: Int64, name: String)] = []
        let columns = try runner.rows(
            SQLStatement(
                "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1)", [.text(name)]))
        for row in columns {
            guard let column = row[0].string else { continue }
            let hidden = row[5].int ?? 0
            if hidden == 2 || hidden == 3 { generated.insert(column) }
            let position = row[4].int ?? 0
            if position > 0 { keyPositions.append((position, column)) }
            shape.columns.append(
                TableShape.Column(
                    column, type: row[1].string ?? "", isNullable: row[2].int == 0, defaultValue: row[3].string))
        }
        shape.primaryKey = keyPositions.sorted { $0.position < $1.position }.map(\.name)
        try readIndexes(of: name, into: &shape, catalogue: catalogue, using: runner)
        shape.references = try references(of: name, using: runner)

        let dependents = catalogue.compactMap { row -> DependentObject? in
            guard let kind = row[0].string.flatMap(DependentObject.Kind.init), let object = row[1].string,
                let sql = row[3].string
            else { return nil }
            guard kind == .view || row[2].string?.lowercased() == name.lowercased() else { return nil }
            return DependentObject(kind: kind, name: object, sql: sql)
        }
        // Tables, views and indexes share their names' space, and SQLite compares names without regard to ASCII case.
        let others = catalogue.filter { $0[0].string == "table" || $0[2].string?.lowercased() != name.lowercased() }
        return TableSnapshot(
            name: name, shape: shape, source: source, dependents: dependents, generatedColumns: generated,
            namesInUse: Set(others.compactMap { $0[1].string?.lowercased() }))
    }

    private func readIndexes(
        of name: String, into shape: inout TableShape, catalogue: [SQLRow], using runner: any StatementRunner
    ) throws {
        let indexes = try runner.rows(
            SQLStatement(
                "SELECT name, \"unique\", origin, partial FROM pragma_index_list(?1) ORDER BY name", [.text(name)]))
        for row in indexes {
            guard let index = row[0].string, let origin = row[2].string, origin != "pk" else { continue }
            let columns = try runner.rows(
                SQLStatement("SELECT name FROM pragma_index_info(?1) ORDER BY seqno", [.text(index)]))
            // A column without a name is an expression: such an index never equals one of Agno's.
            let names = columns.map { $0[0].string ?? "<expression>" }
            if origin == "u" {
                shape.uniqueKeys.append(TableShape.Key(name: nil, columns: names))
                continue
            }
            let sql = catalogue.first { $0[0].string == "index" && $0[1].string == index }?[3].string
            let predicate = row[3].int == 1 ? sql.map(SQLiteTableSource.predicate) : nil
            shape.indexes.append(
                TableShape.NamedIndex(
                    name: index, index: Index(on: names, isUnique: row[1].int == 1, where: predicate)))
        }
    }

    private func references(of name: String, using runner: any StatementRunner) throws -> [TableShape.Reference] {
        let rows = try runner.rows(
            SQLStatement(
                "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1) ORDER BY id, seq",
                [.text(name)]))
        var result: [Int64: TableShape.Reference] = [:]
        for row in rows {
            let id = row[0].int ?? 0
            var reference =
                result[id] ?? TableShape.Reference(columns: [], parent: row[1].string ?? "", parentColumns: [])
            reference.columns.append(row[2].string ?? "")
            reference.parentColumns.append(row[3].string ?? "")
            result[id] = reference
        }
        return result.keys.sorted().compactMap { result[$0] }
    }
}
