import AgnoSchema
import SQLDialects

// RowMoveSQL
extension PlainDialect {
    func moveRuns(
        of keys: [String], sessions: TableSnapshot, runs: TableSnapshot, markers: String, now: Int64, inBatch: Bool
    ) -> ServerSideMove? { nil }
    func fingerprint(of column: String) -> String? { nil }
    func scanKey(of snapshot: TableSnapshot) -> String { list(snapshot.shape.primaryKey) }
    func storedForm(ofJSON placeholder: String) -> String? { nil }
    func isParked(_ key: String, of column: String) -> String { "\(key) = \(column)" }
    func differ(_ one: String, _ other: String) -> String { "\(one) IS DISTINCT FROM \(other)" }
    var rowsPerInsert: Int { 1 }
    var movingConnections: Int { 1 }
}

// Concurrency
extension PlainDialect {
    func lock(table name: String, against access: TableAccess) -> [SQLStatement] { [] }
    func blockers(ofTable name: String) -> SQLStatement? { nil }
    func missingPrivileges(changing tables: [String], writing others: [String]) -> SQLStatement? { nil }
    func park(_ snapshot: TableSnapshot) -> SQLStatement? { nil }
    func unpark(_ parked: ParkedTable, of type: TableType, as name: String) -> [SQLStatement] { [] }
}
