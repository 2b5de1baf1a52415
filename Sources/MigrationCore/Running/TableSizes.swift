import AgnoSchema
import DatabaseAccess
import SQLDialects

/// How large the tables are, asked for at once when one is wanted for the first time.
final class TableSizes {
    private let connection: any DatabaseConnection
    private let names: [String]
    private var known: [ExactText: Int64]?

    init(of names: [String], on connection: any DatabaseConnection) {
        (self.names, self.connection) = (names, connection)
    }

    /// The stored size of a table in bytes, indexes included; 0 where the server does not report it.
    func bytes(of name: String) throws -> Int64 {
        let dialect = connection.dialect
        if known == nil {
            let rows = try dialect.storedBytes(ofTables: names).map(connection.rows) ?? []
            known = Dictionary(rows.map { (ExactText($0[0].string ?? ""), $0[1].int ?? 0) }) { first, _ in first }
        }
        if let bytes = known?[ExactText(name)] { return bytes }
        let bytes = try connection.value(dialect.storedBytes(ofTable: name))?.int ?? 0
        known?[ExactText(name)] = bytes
        return bytes
    }
}
