public import AgnoSchema

/// The location of a database, parsed from a URL.
///
/// All of Agno's SQLAlchemy forms are accepted (`sqlite+aiosqlite:///…`, `postgresql+psycopg_async://…`), so that a URL
/// can be pasted from a Python program; a plain path is a SQLite file. No textual form of the value contains the password.
public struct DatabaseURL: Sendable, Hashable {
    /// The kind that the scheme names; a server with a MySQL URL may be MariaDB or SingleStore.
    public let kind: DatabaseKind
    /// The SQLite file; nil for servers.
    public let path: String?
    /// The user name, if the URL has one.
    public let user: String?
    /// The password, if the URL has one.
    public let password: Credentials?
    /// The host, without the brackets of an IPv6 address.
    public let host: String?
    /// The port, if the URL has one.
    public let port: Int?
    /// The database on the server.
    public let database: String?
    /// The options after the question mark, decoded.
    public let options: [String: String]

    /// The reason why a string is not a usable database URL. Never contains the string itself.
    public struct ParseError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The reason, as a sentence.
        public let description: String

        init(description: String) { self.description = description }

        /// An option with a value that is not allowed.
        package init(badValueOf option: String, _ allowed: String) {
            description = "the database URL's option \(option) must be \(allowed)"
        }

        /// An option unknown to the client library; its value may be secret, and so may a mistyped name.
        package init(unknownOption name: String) {
            let isName = name.utf8.allSatisfy { (97...122).contains($0) || $0 == 95 } && name.utf8.count <= 32
            description = "the database URL has an unknown option" + (isName ? " '\(name)'" : "")
        }
    }

    /// The driver names that Agno's documents put after the plus sign, per scheme.
    private static let schemes: [String: DatabaseKind] = [
        "sqlite": .sqlite, "sqlite+aiosqlite": .sqlite, "sqlite+pysqlite": .sqlite,
        "postgresql": .postgresql, "postgres": .postgresql, "postgresql+psycopg": .postgresql,
        "postgresql+psycopg_async": .postgresql, "postgresql+asyncpg": .postgresql, "postgresql+psycopg2": .postgresql,
        "mysql": .mysql, "mysql+pymysql": .mysql, "mysql+asyncmy": .mysql, "mysql+aiomysql": .mysql,
        "mysql+mysqlconnector": .mysql, "mysql+mysqldb": .mysql, "mariadb": .mariadb, "mariadb+pymysql": .mariadb,
        "mariadb+mariadbconnector": .mariadb, "mariadb+asyncmy": .mariadb, "mariadb+aiomysql": .mariadb,
        "singlestoredb": .singlestore, "singlestoredb+mysql": .singlestore, "singlestore": .singlestore,
        "memsql": .singlestore,
    ]

    /// Reads a URL or a file path.
    ///
    /// - Throws: ``ParseError`` for an unknown scheme, a bad port, a bad percent escape, or a SQLite database in memory.
    public init(_ text: String) throws {
        guard let separator = text.firstRange(of: "://") else {
            try self.init(filePath: text)
            return
        }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard let kind = Self.schemes[scheme] else {
            // The scheme is quoted only if it looks like one: a mistyped URL may begin with a password.
            let known = "sqlite, postgresql, mysql, mariadb, singlestoredb"
            let isName = scheme.utf8.allSatisfy {
                (97...122).contains($0) || (48...57).contains($0) || $0 == 43 || $0 == 95
            }
            let quoted = isName && scheme.utf8.count <= 24 ? " '\(scheme)'" : ""
            throw ParseError(description: "the database URL has an unknown scheme\(quoted); known are \(known)")
        }
        var rest = text[separator.upperBound...]
        var options: [String: String] = [:]
        // A question mark before the first @ belongs to a password.
        let end = kind == .sqlite ? rest.startIndex : rest.firstIndex(of: "@") ?? rest.startIndex
        if let mark = rest[end...].firstIndex(of: "?") {
            options = try Self.options(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if kind == .sqlite {
            try self.init(sqlite: rest, options: options)
        } else {
            try self.init(server: rest, kind: kind, options: options)
        }
    }

    private init(filePath text: String) throws {
        guard !text.isEmpty else { throw ParseError(description: "the database URL is empty") }
        guard text != ":memory:" else { throw Self.inMemory }
        if text.hasPrefix("file:") {
            try self.init(sqliteURI: Substring(text), options: [:])
            return
        }
        // A mistyped URL must not be taken for a path: messages quote paths, and it may contain a password.
        if let at = text.firstIndex(of: "@"), text[..<at].contains(":") {
            throw ParseError(
                description: "the database URL has no scheme such as sqlite:/// or postgresql://; "
                    + "a file whose name looks like this must be given as sqlite:///NAME")
        }
        self.init(path: text, options: [:])
    }

    private static let inMemory = ParseError(
        description: "a SQLite database in memory holds nothing to migrate; give a file (sqlite:///agno.db)")

    private init(path: String, options: [String: String]) {
        (kind, user, password, host, port, database) = (.sqlite, nil, nil, nil, nil, nil)
        self.path = path
        self.options = options
    }

    private init(sqlite rest: Substring, options: [String: String]) throws {
        guard rest.hasPrefix("/") else {
            let advice =
                "a SQLite URL has three slashes before a relative path (sqlite:///agno.db), four before an absolute one"
            throw rest.isEmpty ? Self.inMemory : ParseError(description: advice)
        }
        let path = rest.dropFirst()
        guard !path.isEmpty, path != ":memory:" else { throw Self.inMemory }
        if path.hasPrefix("file:") {
            try self.init(sqliteURI: path, options: options)
        } else {
            self.init(path: String(path), options: options)
        }
    }

    /// A SQLite URI name, `file:x.db?mode=ro`.
    private init(sqliteURI name: Substring, options: [String: String]) throws {
        var path = name.dropFirst("file:".count)
        var options = options
        if let mark = path.firstIndex(of: "?") {
            options.merge(try Self.options(path[path.index(after: mark)...])) { old, _ in old }
            path = path[..<mark]
        }
        if path.hasPrefix("///") { path = path.dropFirst(2) }
        let decoded = try Self.decoded(path)
        guard !decoded.isEmpty, decoded != ":memory:", options["mode"] != "memory" else { throw Self.inMemory }
        self.init(path: decoded, options: options)
    }

    private init(server rest: Substring, kind: DatabaseKind, options: [String: String]) throws {
        var authority = rest
        var database: String?
        if let slash = rest.lastIndex(of: "@").map({ rest[$0...] })?.firstIndex(of: "/") ?? rest.firstIndex(of: "/") {
            authority = rest[..<slash]
            let name = try Self.decoded(rest[rest.index(after: slash)...])
            database = name.isEmpty ? nil : name
        }
        var user: String?
        var password: Credentials?
        // As in SQLAlchemy the last @ ends the credentials, so a password may contain one.
        if let at = authority.lastIndex(of: "@") {
            let credentials = authority[..<at]
            authority = authority[authority.index(after: at)...]
            if let colon = credentials.firstIndex(of: ":") {
                user = try Self.decoded(credentials[..<colon])
                password = Credentials(try Self.decoded(credentials[credentials.index(after: colon)...]))
            } else {
                user = try Self.decoded(credentials)
            }
        }
        var portText: Substring?
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            let after = authority[authority.index(after: close)...]
            if after.hasPrefix(":") { portText = after.dropFirst() }
            authority = authority[authority.index(after: authority.startIndex)..<close]
        } else if let colon = authority.lastIndex(of: ":") {
            portText = authority[authority.index(after: colon)...]
            authority = authority[..<colon]
        }
        var port: Int?
        if let portText, !portText.isEmpty {
            guard let number = Int(portText), (1...65535).contains(number) else {
                throw ParseError(description: "the port in the database URL is not a number from 1 to 65535")
            }
            port = number
        }
        self.kind = kind
        self.path = nil
        self.user = user
        self.password = password
        self.host = authority.isEmpty ? nil : try Self.decoded(authority)
        self.port = port
        self.database = database
        self.options = options
    }

    private static func options(_ query: Substring) throws -> [String: String] {
        var options: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            options[try decoded(parts[0])] = parts.count == 2 ? try decoded(parts[1]) : ""
        }
        return options
    }

    private static func decoded(_ text: Substring) throws -> String {
        guard text.contains("%") else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                throw ParseError(description: "the database URL has a % that no two hexadecimal digits follow")
            }
            bytes.append(high << 4 | low)
        }
        guard let result = String(validating: bytes, as: UTF8.self) else {
            throw ParseError(description: "the database URL has a percent escape that is not UTF-8")
        }
        return result
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension DatabaseURL: CustomStringConvertible {
    /// The place without user, password and options.
    public var description: String {
        if let path { return "sqlite:///\(path)" }
        let place = "\(host ?? "")\(port.map { ":\($0)" } ?? "")"
        return "\(kind.rawValue)://\(place)/\(database ?? "")"
    }
}
