public import AgnoMigrate
import Crypto

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
        let seed = kind == .sqlite ? url : "\(url)#\(schema ?? "ai")"
        let space: [UInt8] = [
            0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
        ]
        // RFC 9562: SHA-1 truncated to 16 bytes, with version and variant.
        var bytes = Array(Insecure.SHA1.hash(data: space + Array(seed.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x50
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = bytes.hexadecimal
        let lengths = [8, 4, 4, 4, 12]
        var rest = digits[...]
        return lengths.map { length in
            defer { rest = rest.dropFirst(length) }
            return rest.prefix(length)
        }.joined(separator: "-")
    }
}
