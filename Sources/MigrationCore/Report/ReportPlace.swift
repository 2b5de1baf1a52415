public import AgnoSchema

/// A server and the schema used on it.
public struct ReportPlace: Sendable, Codable, Hashable {
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version; empty for a file that does not exist yet.
    public var serverVersion: String
    /// The schema that holds the tables; nil if the server has no schemas.
    public var schema: String?

    package init(dialect: DatabaseKind, serverVersion: String, schema: String?) {
        (self.dialect, self.serverVersion, self.schema) = (dialect, serverVersion, schema)
    }
}
