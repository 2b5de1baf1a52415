public import AgnoMigrate

/// A database of the service, under the id that clients use.
///
/// Several databases may share an id: a request for it migrates all of them.
public struct ServedDatabase: Sendable {
    /// The id that clients use.
    public let id: String
    /// The database; nil for a remote one, which is listed and skipped.
    public let database: Database?
    /// The real table names, for `/config`.
    public let tables: TableNames

    /// Makes a database that this service migrates.
    public init(id: String, _ database: Database) {
        self.id = id
        self.database = database
        tables = database.tables
    }

    /// Makes a database that another service owns.
    public init(remote id: String, tables: TableNames = TableNames()) {
        self.id = id
        database = nil
        self.tables = tables
    }

    /// Whether another service owns it.
    public var isRemote: Bool { database == nil }

    /// The id that Agno derives for a database without one: a UUID of version 5 over the URL and, on servers, the schema.
    ///
    /// - Parameters:
    ///   - url: the URL as given, not made absolute; for SQLite also the path of a file.
    ///   - kind: the kind of server.
    ///   - schema: the schema as given; nil (the default) means `ai` on servers.
    public static func derivedID(url: String, kind: DatabaseKind, schema: String? = nil) -> String {
        UUIDv5(of: (kind == .sqlite ? url : "\(url)#\(schema ?? "ai")").utf8).text
    }
}
