import AgnoSchema
import DatabaseAccess
import SQLDialects

/// What the role lacks in order to migrate.
struct Privileges {
    let connection: any DatabaseConnection
    let names: TableNames

    /// Statements that somebody else has to run before these tables can be migrated.
    func missing(for types: [TableType]) throws -> [String] {
        guard !types.isEmpty else { return [] }
        let tables = types.map { names[$0] } + (types.contains(.sessions) ? [names[.runs]] : [])
        let own = [names.versions, Journal.table, Markers.table, ParkedValues.table]
        guard let query = connection.dialect.missingPrivileges(changing: tables, writing: own) else { return [] }
        return try connection.rows(query).compactMap { $0.last?.string }
    }

    /// - Throws: `not_authorised` where something lacks, before anything is touched.
    func require(for types: [TableType]) throws {
        let missing = try self.missing(for: types)
        guard !missing.isEmpty else { return }
        throw MigrationError(
            .notAuthorised, "the role lacks privileges that the migration needs",
            remedy: "have an owner run: \(missing.joined(separator: "; ")). Nothing was touched")
    }
}
