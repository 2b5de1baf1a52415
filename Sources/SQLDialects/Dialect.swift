package import AgnoSchema

/// The kind of a database server, as reports name it.
public enum DatabaseKind: String, Sendable, Codable, CaseIterable {
    case sqlite, postgresql, mysql, mariadb, singlestore
}

/// What a group of changes becomes on one server.
package enum Lowering: Sendable {
    /// Statements that can run one after the other.
    case statements([SQLStatement])
    /// The table is made anew: the statements copy every row; the row count must be the same afterwards.
    case rebuild([SQLStatement])
    /// The table is made anew beside the old one, copied, counted and exchanged, each of it for good.
    case swap(TableSwap)
    /// There is nothing to do here, and why.
    case skipped(because: String)
}

/// Whom a lock on a table keeps out.
package enum TableAccess: Sendable {
    /// Everybody: the table's structure is about to change.
    case everything
    /// Those who write: the last rows are about to be moved.
    case writing
}

/// How to find the values that a change of type would refuse.
package struct ConversionProbe: Sendable {
    /// The name of the key column, for reports.
    package var key: String
    /// The keys of rows that may be refused.
    package var candidates: SQLStatement
    /// Converts one row's value and nothing else. Parameters: key.
    package var attempt: String

    package init(key: String, candidates: SQLStatement, attempt: String) {
        self.key = key
        self.candidates = candidates
        self.attempt = attempt
    }
}

/// A page of run lists, moved by the server itself.
///
/// It is for lists about which nothing is out of the ordinary: it fails where a run is there already or a value finds no
/// place, and inserts less than it should where an element is no plain run. Then it must be taken back.
package struct ServerSideMove: Sendable {
    /// What writes the sessions' markers and then their runs; nil where the report does both.
    package var writing: (markers: SQLStatement, runs: SQLStatement)?
    /// A row for each session: its id, bytes, elements; where nothing was written before, also how many runs the
    /// whole statement inserted.
    package var report: SQLStatement
    /// A query for the sessions with something out of the ordinary, without which the page can be tried again.
    package var odd: SQLStatement

    package init(
        writing: (markers: SQLStatement, runs: SQLStatement)? = nil, report: SQLStatement, odd: SQLStatement
    ) {
        self.writing = writing
        self.report = report
        self.odd = odd
    }
}

/// One server's way to say things: names, types, catalogue, statements.
///
/// A dialect is a value: it asks and writes nothing itself. Where an adapter of the server answers through queries,
/// the queries run through the `StatementRunner` that is handed in.
package protocol Dialect: Sendable {
    /// The name in reports.
    var kind: DatabaseKind { get }
    /// The server's version, known since the connection was opened.
    var serverVersion: String { get }
    /// Where the tables are, as reports name it; nil where there are no schemas.
    var schemaName: String? { get }
    /// What Agno's adapter declares, and how the server spells types.
    var traits: DatabaseTraits { get }
    /// Whether a change of structure and a stamp can be one transaction.
    var hasTransactionalDDL: Bool { get }
    /// Whether what some statements of a transaction did can be taken back alone, through a savepoint.
    var usesSavepoints: Bool { get }

    /// Starts a transaction that will write.
    var beginStatement: String { get }
    /// Starts a transaction for a batch of a move, which keeps no writer of what it reads out.
    var beginBatch: [String] { get }
    /// Starts a transaction that only reads, sees one moment and keeps no writer out; empty where there is none.
    var beginSnapshot: [String] { get }

    /// The identifier in the server's quotes; every name goes through here.
    func quote(_ identifier: String) -> String
    /// A table's name in a statement, with its schema where there are schemas.
    func table(_ name: String) -> String
    /// The placeholder of the n-th bound value, counted from 1.
    func placeholder(_ position: Int) -> String
    /// The clause that turns an insert of these columns into insert-if-absent, without touching the row that is there.
    func insertIfAbsentSuffix(key: [String], columns: [String]) -> String

    /// What, behind a query, makes it see rows that others committed since the transaction began.
    var lockingReadSuffix: String { get }
    /// How many rows an insert takes at once: one where nothing is gained by more, since there is no way to the server.
    var rowsPerInsert: Int { get }
    /// Whether an insert can look a value up in the table that it writes to.
    var takesQueriesInInserts: Bool { get }
    /// Whether a column may hold nothing afterwards where a text that is no JSON was written to it.
    var forgetsInvalidJSON: Bool { get }
    /// Over how many connections rows are moved at the same time: one where only one can write.
    var movingConnections: Int { get }

    /// Reads the tables that exist among those named, and the columns of others; a server is asked as rarely as possible.
    func read(
        _ names: [TableType: String], and others: [String], using runner: any StatementRunner
    ) throws -> CatalogueReading
    /// Whether a table of that name exists, and its columns.
    func columns(ofTable name: String, using runner: any StatementRunner) throws -> [String]?
    /// The columns of every table, by the table's name; nil where the server cannot tell.
    func columnsOfTables(using runner: any StatementRunner) throws -> [String: [String]]?
    /// How many characters a column of that type takes; nil where there is no limit, or none that is kept.
    func characterLimit(ofType type: String) -> Int?

    /// The statements for changes that the shape shows to be missing, strongest lock first.
    func lower(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext, now: Int64
    ) -> Lowering
    /// The part of these changes that keeps nobody out when it is done ahead of the others; nil where there is none.
    ///
    /// Afterwards the changes are satisfied, or `lower` makes use of what was built.
    func onlineWork(for changes: [SchemaChange], of snapshot: TableSnapshot) -> OnlineWork?
    /// The statements that make a table with its indexes.
    func create(_ shape: TableShape, named table: String) -> [SQLStatement]
    /// The statements that make a table of the program's own with its indexes: its texts are equal only where all their
    /// bytes are, or where the server does not compare texts of two kinds, where the sessions' ids are.
    func createComparingBytes(_ shape: TableShape, named table: String, beside sessions: TableSnapshot?)
        -> [SQLStatement]
    /// The statements for the indexes that a table lacks because its making was cut short; none where a table and its
    /// indexes are there at once.
    func missingIndexes(
        of shape: TableShape, named table: String, using runner: any StatementRunner
    ) throws -> [SQLStatement]
    /// The expression that orders a table's rows in the order in which they were written, or by primary key.
    func scanKey(of snapshot: TableSnapshot) -> String
    /// A query for the bytes that a table takes, indexes included; it may fail where the server cannot tell.
    func storedBytes(ofTable name: String) -> SQLStatement
    /// Queries that count foreign keys without a parent, per table; none where the server checks them at once.
    func foreignKeyCheck(ofTable name: String) -> SQLStatement?
    /// A query per view that fails if the view does not work any more; none where the server keeps views valid.
    func viewCheck(_ view: String) -> SQLStatement?
    /// How to find the rows whose values a change of type would refuse; nil where it takes every value.
    func conversionProbe(_ change: SchemaChange, of snapshot: TableSnapshot) -> ConversionProbe?
    /// The expression for a JSON parameter as a column would hold it; nil where that is the text as it is.
    func storedForm(ofJSON placeholder: String) -> String?
    /// The condition that a column holds another JSON value than the parameter.
    func differs(_ column: String, fromJSON placeholder: String) -> String
    /// The expression for a short text that changes when a column's value does; nil where it is made from the value here.
    func fingerprint(of column: String) -> String?
    /// Moves the run lists of these sessions on the server, with their markers; nil where the reference move is the only
    /// one, or the only one outside of a batch.
    func moveRuns(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String, now: Int64, inBatch: Bool
    ) -> ServerSideMove?
    /// Why all runs pass through the program, where another version of the server would move them itself.
    var reasonForReferenceMove: String? { get }
    /// Keeps others from a table until the transaction ends; nil where starting the transaction did that already.
    func lock(table name: String, against access: TableAccess) -> SQLStatement?
    /// Gives a table a name under which nobody else finds it, before it is read for the last time; nil where a lock does
    /// that until the table is gone.
    func park(_ snapshot: TableSnapshot) -> SQLStatement?
    /// Gives a table that was put aside its name back; where there is a new table of that name by now, the rows of one
    /// join the other.
    func unpark(_ parked: ParkedTable, of type: TableType, as name: String) -> [SQLStatement]
    /// A query for the holders of locks on a table, in words; nil where the server cannot tell.
    func blockers(ofTable name: String) -> SQLStatement?
    /// A query for what the role lacks in order to change these tables, and to write those: in the second column one
    /// statement a row that its owner would have to run; nil where there are no roles.
    func missingPrivileges(changing tables: [String], writing others: [String]) -> SQLStatement?
}

extension Dialect {
    package var schemaName: String? { nil }
    package var beginStatement: String { "BEGIN" }
    package var beginBatch: [String] { [beginStatement] }
    package var beginSnapshot: [String] { [] }
    package var usesSavepoints: Bool { false }
    package var lockingReadSuffix: String { "" }
    package var rowsPerInsert: Int { 1 }
    package var takesQueriesInInserts: Bool { true }
    package var forgetsInvalidJSON: Bool { false }
    package var movingConnections: Int { 1 }

    package func table(_ name: String) -> String { quote(name) }
    package func createComparingBytes(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        create(shape, named: table)
    }
    package func missingIndexes(
        of shape: TableShape, named table: String, using runner: any StatementRunner
    ) throws -> [SQLStatement] { [] }
    package func columnsOfTables(using runner: any StatementRunner) throws -> [String: [String]]? { nil }
    /// The tables that exist among those named.
    package func snapshots(
        of names: [TableType: String], using runner: any StatementRunner
    ) throws -> [TableType: TableSnapshot] {
        try read(names, and: [], using: runner).snapshots
    }

    /// Reads `VARCHAR(128)`.
    package func characterLimit(ofType type: String) -> Int? {
        let parts = type.split(separator: "(")
        guard parts.count == 2, parts[0].uppercased().contains("CHAR") else { return nil }
        return Int(parts[1].prefix { $0 != ")" })
    }

    package func conversionProbe(_ change: SchemaChange, of snapshot: TableSnapshot) -> ConversionProbe? { nil }
    package func storedForm(ofJSON placeholder: String) -> String? { nil }
    package func differs(_ column: String, fromJSON placeholder: String) -> String {
        "\(column) <> \(storedForm(ofJSON: placeholder) ?? placeholder)"
    }
    package func fingerprint(of column: String) -> String? { nil }
    package func moveRuns(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String, now: Int64, inBatch: Bool
    ) -> ServerSideMove? { nil }
    package var reasonForReferenceMove: String? { nil }
    package func lock(table name: String, against access: TableAccess) -> SQLStatement? { nil }
    package func park(_ snapshot: TableSnapshot) -> SQLStatement? { nil }
    package func unpark(_ parked: ParkedTable, of type: TableType, as name: String) -> [SQLStatement] { [] }
    package func blockers(ofTable name: String) -> SQLStatement? { nil }
    package func missingPrivileges(changing tables: [String], writing others: [String]) -> SQLStatement? { nil }
    package func onlineWork(for changes: [SchemaChange], of snapshot: TableSnapshot) -> OnlineWork? { nil }

    package func insertIfAbsentSuffix(key: [String], columns: [String]) -> String {
        "ON CONFLICT (\(key.map(quote).joined(separator: ", "))) DO NOTHING"
    }

    /// Quoted names, separated by commas.
    package func list(_ identifiers: [String]) -> String { identifiers.map(quote).joined(separator: ", ") }

    /// The column types of a definition as the server spells them, with their nullability.
    package func columnText(_ column: Column) -> String {
        let declared = column.resolved(for: traits)
        return "\(quote(declared.name)) \(traits.typeName(declared.type))\(declared.isNullable ? "" : " NOT NULL")"
    }
}
