import AgnoSchema
import SQLDialects

// Catalogue
extension PlainDialect {
    var schemaName: String? { nil }

    func read(
        _ names: [TableType: String], and others: [String], using runner: any StatementRunner
    ) throws -> CatalogueReading {
        try base.read(names, and: others, using: runner)
    }
    func columns(ofTable name: String, using runner: any StatementRunner) throws -> [String]? {
        try base.columns(ofTable: name, using: runner)
    }
    func relations(
        named names: [String], orWith columns: [String], using runner: any StatementRunner
    ) throws -> [Relation] {
        try base.relations(named: names, orWith: columns, using: runner)
    }
    var serverVersion: String { base.serverVersion }
    func storedBytes(ofTable name: String) -> SQLStatement { base.storedBytes(ofTable: name) }
    func foreignKeyCheck(ofTable name: String) -> SQLStatement? { base.foreignKeyCheck(ofTable: name) }
    func viewCheck(_ view: String) -> SQLStatement? { base.viewCheck(view) }
}

// SchemaLowering
extension PlainDialect {
    static var traits: DatabaseTraits { SQLiteDialect.traits }

    func lower(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext, now: Int64
    ) -> Lowering {
        base.lower(changes, of: snapshot, among: all, in: context, now: now)
    }
    func onlineWork(for changes: [SchemaChange], of snapshot: TableSnapshot) -> OnlineWork? { nil }
    func create(_ shape: TableShape, named table: String) -> [SQLStatement] { base.create(shape, named: table) }
    func createComparingBytes(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        create(shape, named: table)
    }

    func createParking(
        _ shape: TableShape, named table: String, beside sessions: TableSnapshot?
    ) -> [SQLStatement] {
        create(shape, named: table)
    }
}
