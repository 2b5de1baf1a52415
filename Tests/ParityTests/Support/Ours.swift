import AgnoMigrate

/// The manager under test, on one database; see ``HostileAccount``.
func manager(
    _ location: String, schema: String? = nil, tables: TableNames = TableNames(),
    options: MigrationOptions = MigrationOptions()
) throws -> MigrationManager {
    MigrationManager(try database(location, schema: schema, tables: tables), options: options)
}

/// A database of the tests. Where databases are schemas, the tests' are their own.
func database(_ location: String, schema: String? = nil, tables: TableNames = TableNames()) throws -> Database {
    let engine = Engine(of: location)
    let own = engine.isMySQLFamily ? engine.server?.schema(of: location) : nil
    return try Database(url: HostileAccount.url(of: location), schema: schema ?? own, tables: tables)
}

/// A schema version in its text form.
func version(_ text: String) throws -> SchemaVersion {
    guard let version = SchemaVersion(text) else { throw SetUpFailure(description: "no version: \(text)") }
    return version
}

extension MigrationReport {
    func table(_ type: TableType) throws -> TableReport {
        guard let table = tables.first(where: { $0.type == type }) else {
            throw SetUpFailure(description: "the report does not mention \(type.name)")
        }
        return table
    }

    /// Tables that were touched, refused or failed.
    var changed: [TableType] { tables.filter { $0.outcome != .current && $0.outcome != .absent }.map(\.type) }

    /// Every change in words.
    var changes: [String] { tables.flatMap { $0.steps.flatMap(\.changes) } }
}

extension TableReport {
    func step(_ version: String) throws -> StepReport {
        guard let step = steps.first(where: { $0.version.description == version }) else {
            throw SetUpFailure(description: "the report on \(name) does not mention \(version)")
        }
        return step
    }

    /// The rows that could not be placed, as `key[position]: reason`.
    var quarantineLines: [String] {
        quarantinedRows.map { "\($0.key)\($0.position.map { "[\($0)]" } ?? ""): \($0.reason)" }
    }
}
