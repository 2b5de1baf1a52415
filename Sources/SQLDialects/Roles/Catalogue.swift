package import AgnoSchema

/// What a server's catalogue reports about tables, and the queries that check them.
package protocol Catalogue: Sendable {
    /// The schema that holds the tables, as reports name it; nil for the connection's own, or without schemas. No default.
    var schemaName: String? { get }

    /// Reads the tables that exist among those named, and the columns of others, in as few statements as the server
    /// allows. No default.
    func read(
        _ names: [TableType: String], and others: [String], using runner: any StatementRunner
    ) throws -> CatalogueReading

    /// The columns of the table of that name; nil if it does not exist. No default.
    func columns(ofTable name: String, using runner: any StatementRunner) throws -> [String]?

    /// The columns of every table, by the table's name; nil if the server cannot list them. Defaults to nil.
    func columnsOfTables(using runner: any StatementRunner) throws -> [ExactText: [String]]?

    /// The tables and views that the role can see, in any schema, with one of these names in any case, or with all of these
    /// columns; at most 200. No default.
    func relations(
        named names: [String], orWith columns: [String], using runner: any StatementRunner
    ) throws -> [Relation]

    /// The server's version text, known since the connection was opened. No default.
    var serverVersion: String { get }

    /// A query for the size of a table in bytes, indexes included; it may fail or yield NULL if the server does not
    /// report sizes. No default.
    func storedBytes(ofTable name: String) -> SQLStatement

    /// The same for several tables at once, with each table's name before its size; nil: they are asked for one by one. Defaults
    /// to nil.
    func storedBytes(ofTables names: [String]) -> SQLStatement?

    /// The number of characters that a column of that type holds; nil if the server enforces no limit.
    /// Defaults to the number in `VARCHAR(128)`.
    func characterLimit(ofType type: String) -> Int?

    /// A query that counts foreign keys without a parent; nil if the server enforces them at once. No default.
    func foreignKeyCheck(ofTable name: String) -> SQLStatement?

    /// A query that fails if the view is broken; nil if the server keeps views valid. No default.
    func viewCheck(_ view: String) -> SQLStatement?
}

extension Catalogue {
    /// The tables that exist among those named.
    package func snapshots(
        of names: [TableType: String], using runner: any StatementRunner
    ) throws -> [TableType: TableSnapshot] {
        try read(names, and: [], using: runner).snapshots
    }

    package func columnsOfTables(using runner: any StatementRunner) throws -> [ExactText: [String]]? { nil }
    package func storedBytes(ofTables names: [String]) -> SQLStatement? { nil }

    package func characterLimit(ofType type: String) -> Int? {
        let parts = type.split(separator: "(")
        guard parts.count == 2, parts[0].uppercased().contains("CHAR") else { return nil }
        return Int(parts[1].prefix { $0 != ")" })
    }
}
