package import AgnoSchema
package import DatabaseAccess
package import SQLDialects

extension DatabaseConnection {
    /// Makes a table with its indexes; of one that is there, the indexes that a run which was killed did not come to.
    package func makeTable(
        _ shape: TableShape, named name: String, with statements: (any Dialect) -> [SQLStatement]
    ) throws {
        let isThere = try dialect.columns(ofTable: name, using: self) != nil
        let missing = isThere ? try dialect.missingIndexes(of: shape, named: name, using: self) : statements(dialect)
        for statement in missing { try execute(statement) }
    }
}
