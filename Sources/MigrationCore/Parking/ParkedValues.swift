import AgnoSchema
package import DatabaseAccess
import SQLDialects

/// Values and rows that an older schema has no place for, kept in a table of the program's own until an `up` puts them back.
///
/// An entry is one value: of one column of a row that stays, or of one column of a row that is gone. What is parked and what
/// is put back is moved by the server, and both sides are counted before one of them goes.
package struct ParkedValues {
    package static let table = "agno_migration_parked"

    static let definition = TableDefinition(
        nil,
        columns: [
            .required("id", .bigInteger), .required("row_id", .bigInteger), .required("table_name", .identifier),
            .required("row_key", .document),
            .required("column_name", .identifier), .required("kind", .identifier), .optional("value", .unlimited),
            .required("version", .identifier), .required("run_id", .identifier), .required("parked_at", .bigInteger),
        ],
        primaryKey: ["id"], indexes: [Index(on: ["table_name", "row_key"])])

    /// What an entry is a part of. The entries of one row have one `row_id`, the id of its key's entry; those of columns have 0.
    enum Kind: String {
        case value, row
        /// On its way back, within a transaction.
        case returning
        /// An `up` had no place for it: it is listed, and no later one puts it back.
        case kept
        case keptRow = "kept_row"
    }

    let connection: any DatabaseConnection

    package init(_ connection: any DatabaseConnection) { self.connection = connection }

    var dialect: any Dialect { connection.dialect }
    var parked: String { dialect.table(Self.table) }

    /// Whether the table exists, and is the program's own.
    package func exists() throws -> Bool {
        try dialect.columns(ofTable: Self.table, using: connection).map(Self.isOwn) ?? false
    }

    /// Creates the table, or what it lacks.
    ///
    /// - Throws: `not_supported` if a table of that name is another program's.
    func prepare(in context: SchemaContext, beside sessions: TableSnapshot?) throws {
        if let columns = try dialect.columns(ofTable: Self.table, using: connection), !Self.isOwn(columns) {
            throw MigrationError(
                .notSupported,
                "\(Self.table) is not this program's table: its columns are \(columns.joined(separator: ", "))",
                remedy: "rename that table, then run the same command again. Nothing was changed")
        }
        let shape = Self.definition.shape(in: context, named: Self.table)
        try connection.makeTable(shape, named: Self.table) {
            $0.createParking(shape, named: Self.table, beside: sessions)
        }
    }

    /// Whether a table with these columns is the program's own.
    static func isOwn(_ columns: [String]) -> Bool { Set(columns).isSuperset(of: definition.columns.map(\.name)) }

    // MARK: Down

    /// Parks values, or rows, which are deleted then. ``forgetOlder(than:)`` comes first.
    ///
    /// - Parameter rows: how many rows have something to park.
    /// - Throws: `not_verified` if what is parked is not what was there.
    func park(
        _ displaced: Displacement, of rows: Int64, for version: SchemaVersion, by run: String, at now: Int64
    ) throws {
        if let obstacle = try displaced.obstacle(connection) {
            throw MigrationError(
                .notVerified, "\(displaced.what) of \(displaced.table) cannot be parked: \(obstacle)",
                remedy: "run the same command with --dry-run to see what cannot be parked")
        }
        let last = try connection.value("SELECT COALESCE(MAX(id), 0) FROM \(parked)")?.int ?? 0
        // The key's entry comes first: the others of its row refer to it.
        let columns =
            displaced.column.map { [$0] } ?? [displaced.key] + displaced.columns.filter { $0 != displaced.key }
        for column in columns { try insert(column, of: displaced, version, run, now) }
        for column in displaced.columns {
            let isGiven = "t.\(dialect.quote(column)) IS NOT NULL"
            let given = displaced.column != nil ? rows : try count(displaced, and: isGiven)
            try require(given, of: displaced, column: column, after: last)
        }
        if displaced.column == nil { try delete(displaced, rows, after: last) }
    }

    private func count(_ displaced: Displacement, and condition: String) throws -> Int64 {
        try connection.value(
            "SELECT COUNT(*) FROM \(dialect.table(displaced.snapshot.name)) t WHERE (\(displaced.condition)) "
                + "AND \(condition)")?.int ?? 0
    }

    private func insert(
        _ column: String, of displaced: Displacement, _ version: SchemaVersion, _ run: String, _ now: Int64
    ) throws {
        let (snapshot, key) = (displaced.snapshot, "t.\(dialect.quote(displaced.key))")
        let quoted = "t.\(dialect.quote(column))"
        guard let text = self.text(of: quoted, column, in: snapshot),
            let keyText = self.text(of: key, displaced.key, in: snapshot)
        else { return }
        let last = try connection.value("SELECT COALESCE(MAX(id), 0) FROM \(parked)")?.int ?? 0
        let constants = (
            table: dialect.literal(displaced.table), column: dialect.literal(column),
            kind: dialect.literal(displaced.kind.rawValue), version: dialect.literal(version.description),
            run: dialect.literal(run)
        )
        let isGiven = displaced.column == nil ? " AND (\(quoted) IS NOT NULL)" : ""
        let id = "\(last) + \(dialect.rowNumber(orderedBy: key))"
        let rowNumber: String =
            if displaced.column != nil {
                "0"
            } else if column == displaced.key {
                id
            } else {
                "(SELECT MAX(p.row_id + 0) FROM \(entry(of: displaced.table, displaced.key, .row, key)))"
            }
        try connection.execute(
            "INSERT INTO \(parked) (\(dialect.list(Self.definition.columns.map(\.name)))) "
                + "SELECT \(id), \(rowNumber), \(constants.table), \(keyText), "
                + "\(constants.column), \(constants.kind), \(text), \(constants.version), \(constants.run), \(now) "
                + "FROM \(dialect.table(snapshot.name)) t WHERE (\(displaced.condition))\(isGiven)")
    }

    /// - Throws: `not_verified` unless that many rows have an entry for the column that holds what the row holds.
    private func require(_ rows: Int64, of displaced: Displacement, column: String, after last: Int64) throws {
        let held = try rowsHolding(
            column, of: displaced.snapshot, as: displaced.table, key: displaced.key, displaced.kind,
            where: "(\(displaced.condition))", and: " AND p.id > \(last)")
        guard held == rows else {
            throw MigrationError(
                .notVerified,
                "\(displaced.what) of \(displaced.table) could not be parked: \(rows) rows have them, \(held) are "
                    + "parked",
                remedy: "run the same command again")
        }
    }

    /// How many rows hold what their entry for a column says.
    ///
    /// - Parameters:
    ///   - rows: limits the rows, on the table as `t`.
    ///   - entries: limits the entries, on theirs as `p`.
    func rowsHolding(
        _ column: String, of snapshot: TableSnapshot, as name: String, key: String, _ kind: Kind,
        where rows: String = "1 = 1", and entries: String = ""
    ) throws -> Int64 {
        try connection.value(
            "SELECT COUNT(*) FROM \(dialect.table(snapshot.name)) t WHERE \(rows) AND EXISTS (SELECT 1 FROM "
                + entry(of: name, column, kind, "t.\(dialect.quote(key))") + entries
                + " AND \(holds(column, in: snapshot)))")?.int ?? 0
    }

    /// The condition that a row, as `t`, holds what an entry, as `p`, says of a column.
    func holds(_ column: String, in snapshot: TableSnapshot) -> String {
        let quoted = "t.\(dialect.quote(column))"
        return "NOT (\(dialect.differ(text(of: quoted, column, in: snapshot) ?? quoted, "p.value")))"
    }

    /// Forgets older entries for the places of rows that are there: what the table holds now is what counts.
    func forgetOlder(than displaced: Displacement) throws {
        let kinds: [Kind] = displaced.column == nil ? [.row, .keptRow] : [.value, .kept]
        for kind in kinds {
            let place = "table_name = \(dialect.literal(displaced.table)) AND kind = '\(kind.rawValue)'"
            guard try connection.value("SELECT 1 FROM \(parked) WHERE \(place) LIMIT 1") != nil else { continue }
            let number = displaced.column == nil ? "row_id" : "id"
            let present = present(
                in: displaced.snapshot, of: displaced.table, displaced.column ?? displaced.key, kind,
                key: displaced.key,
                as: number)
            try connection.execute("DELETE FROM \(parked) WHERE \(place) AND \(number) IN (\(present))")
        }
    }

    /// The query for the numbers of entries for a column whose row is there.
    ///
    /// Asked from the table's side, by the index on the entries: the table's own index does not compare by bytes. It yields
    /// numbers, since not every server has an index for a set of long texts.
    ///
    /// - Parameter condition: limits rows, as `t`, and entries, as `p`.
    func present(
        in snapshot: TableSnapshot, of name: String, _ column: String, _ kind: Kind, key: String, as number: String,
        where condition: String = "1 = 1"
    ) -> String {
        // The sum keeps servers from reading all entries in the order of their ids for the highest one.
        let entry = entry(of: name, column, kind, "t.\(dialect.quote(key))")
        let found = "SELECT MAX(p.\(number) + 0) FROM \(entry) AND \(condition)"
        return "SELECT k.found FROM (SELECT DISTINCT (\(found)) AS found FROM \(dialect.table(snapshot.name)) t) k "
            + "WHERE k.found IS NOT NULL"
    }

    /// Deletes rows that have just been parked.
    private func delete(_ displaced: Displacement, _ rows: Int64, after last: Int64) throws {
        let table = dialect.table(displaced.snapshot.name)
        let deleted = try connection.suspendingTriggers(of: displaced.snapshot, during: .moving) {
            try connection.execute(
                "DELETE FROM \(table) WHERE EXISTS (SELECT 1 FROM "
                    + entry(of: displaced.table, displaced.key, .row, "\(table).\(dialect.quote(displaced.key))")
                    + " AND p.id > \(last))")
        }
        guard Int64(deleted) == rows else {
            throw MigrationError(
                .notVerified, "\(rows) rows of \(displaced.table) were parked, but \(deleted) deleted",
                remedy: "look for a trigger or a rule on the table, then run the same command again")
        }
    }

    /// Removes what a run has parked: it was to be destroyed.
    func discard(run: String, table: String) throws {
        try connection.execute(
            "DELETE FROM \(parked) WHERE run_id = \(dialect.placeholder(1)) AND table_name = \(dialect.placeholder(2))",
            [.text(run), .text(table)])
    }

    /// The entry for one place of a row, for a FROM clause.
    func entry(of table: String, _ column: String, _ kind: Kind, _ key: String) -> String {
        "\(parked) p WHERE p.table_name = \(dialect.literal(table)) AND \(dialect.isParked("p.row_key", of: key)) "
            + "AND p.column_name = \(dialect.literal(column)) AND p.kind = '\(kind.rawValue)'"
    }

    func text(of expression: String, _ column: String, in snapshot: TableSnapshot) -> String? {
        snapshot.shape.column(column).flatMap { dialect.parkedText(of: expression, type: $0.type) }
    }
}

extension Displacement {
    fileprivate var kind: ParkedValues.Kind { column == nil ? .row : .value }
}
