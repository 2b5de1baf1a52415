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
        let declared = Dictionary(
            TableType.allCases.map { ($0, DeclaredColumns(of: $0, for: connection.dialect.traits)) }
        ) { first, _ in first }
        var columns: [Place: (prefix: [UInt8], column: ProofColumn)] = [:]
        var rows: [String: Int64] = [:]
        var hasher = ItemHasher()
        try parked.forEachEntry { entry in
            let type = types[ExactText(entry.table)]
            let place = Place(table: type?.name ?? entry.table, column: entry.column)
            var found =
                columns.removeValue(forKey: place) ?? (
                    ItemHasher.prefix(table: place.table, column: place.column),
                    ProofColumn(
                        name: entry.column,
                        kind: ProofSubject.kind(type.flatMap { declared[$0]?[entry.column] }, of: place.table),
                        values: SetDigest())
                )
            if hasher.read(entry.value, as: found.column.kind) {
                found.column.values.insert(hasher.cell(found.prefix, key: ItemHasher.fields([entry.key])))
            }
            columns[place] = found
            if entry.isKeyOfRow { rows[place.table, default: 0] += 1 }
        }
        let runs = try runs(parked)
        let tables = Dictionary(grouping: columns) { $0.key.table }
        return tables.sorted { $0.key < $1.key }.map { table, columns in
            ProofParked(
                table: table, rows: rows[table] ?? 0,
                columns: columns.map(\.value.column).sorted { ExactText($0.name) < ExactText($1.name) },
                runs: table == TableType.runs.name ? runs : SetDigest())
        }
    }

    private struct Place: Hashable {
        var table: String
        var column: String
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
            _ = hasher.read(row[2], as: .json)
            runs.insert(hasher.run(session: ItemHasher.plain(row[0]), id: ItemHasher.plain(row[1])))
            return true
        }
        return runs
    }
}
