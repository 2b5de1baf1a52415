import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Computes the digests of what is parked, as those of the tables it comes from.
struct ParkedDigests {
    let connection: any DatabaseConnection
    let names: TableNames

    func read() throws -> [ProofParked] {
        let parked = ParkedValues(connection)
        guard try parked.exists() else { return [] }
        let types = Dictionary(TableType.allCases.map { (ExactText(names[$0]), $0) }) { first, _ in first }
        var tables: [String: [String: ProofColumn]] = [:]
        var rows: [String: Int64] = [:]
        var hasher = ItemHasher()
        try parked.forEachEntry { entry in
            let type = types[ExactText(entry.table)]
            let table = type?.name ?? entry.table
            let declared = type.flatMap { DeclaredColumns(of: $0, for: connection.dialect.traits)[entry.column] }
            let kind = ProofSubject.kind(declared, of: table)
            let item = hasher.cell(
                ItemHasher.prefix(table: table, column: entry.column), key: ItemHasher.fields([entry.key]),
                entry.value, kind)
            var column =
                tables[table]?[entry.column] ?? ProofColumn(name: entry.column, kind: kind, values: SetDigest())
            if let item { column.values.insert(item) }
            tables[table, default: [:]][entry.column] = column
            if entry.isKeyOfRow { rows[table, default: 0] += 1 }
        }
        let runs = try runs(parked)
        return tables.sorted { $0.key < $1.key }.map { table, columns in
            ProofParked(
                table: table, rows: rows[table] ?? 0,
                columns: columns.values.sorted { ExactText($0.name) < ExactText($1.name) },
                runs: table == TableType.runs.name ? runs : SetDigest())
        }
    }

    /// The runs that are parked as whole rows.
    private func runs(_ parked: ParkedValues) throws -> SetDigest {
        let dialect = connection.dialect
        let table = dialect.table(ParkedValues.table)
        var runs = SetDigest()
        var hasher = ItemHasher()
        try connection.forEachRow(
            SQLStatement(
                "SELECT s.value, d.row_key, d.value FROM \(table) d JOIN \(table) s ON s.row_id = d.row_id "
                    + "AND s.column_name = 'session_id' WHERE d.table_name = \(dialect.literal(names[.runs])) "
                    + "AND d.column_name = 'run_data' AND d.row_id > 0")
        ) { row in
            runs.insert(hasher.run(session: ItemHasher.plain(row[0]), id: ItemHasher.plain(row[1]), row[2]))
            return true
        }
        return runs
    }
}
