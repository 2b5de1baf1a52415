import CLibPQ
package import DatabaseAccess

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The parameters of a connection in the form that libpq takes.
package struct PostgreSQLParameters: Sendable {
    private let values: [String: String]
    private let password: Credentials?

    /// Options of Python drivers that do not describe how to reach the server.
    private static let ignored: Set<String> = [
        "prepare_threshold", "prepared_statement_cache_size", "prepared_statement_name_func", "statement_cache_size",
        "command_timeout", "autocommit", "async_fallback", "charset", "client_encoding", "application_name",
        "fallback_application_name",
    ]

    /// - Parameter password: takes the place of the URL's.
    /// - Throws: ``DatabaseURL/ParseError`` for an option that libpq does not know.
    package init(_ url: DatabaseURL, password: Credentials? = nil) throws {
        var values: [String: String] = ["connect_timeout": "15"]
        let known = Self.knownOptions
        for (name, value) in url.options {
            // asyncpg's name for it.
            let name = name == "ssl" && !known.contains("ssl") ? "sslmode" : name
            guard !Self.ignored.contains(name) else { continue }
            guard known.contains(name), name != "password" else {
                throw DatabaseURL.ParseError(unknownOption: name)
            }
            values[name] = value
        }
        if let host = url.host { values["host"] = host }
        if let port = url.port { values["port"] = String(port) }
        if let user = url.user { values["user"] = user }
        if let database = url.database { values["dbname"] = database }
        values["application_name"] = "agno-migrate"
        values["client_encoding"] = "UTF8"
        self.values = values
        self.password = password ?? url.password
    }

    /// Host and port, for messages.
    var place: String {
        let host = values["host"] ?? values["hostaddr"] ?? "the local server"
        return values["port"].map { "\(host):\($0)" } ?? host
    }

    var user: String { values["user"] ?? "of the operating system's user" }
    var database: String { values["dbname"] ?? values["user"] ?? "of the user's name" }

    /// Opens a connection, which the caller closes.
    ///
    /// - Throws: ``DatabaseError`` if the server cannot be reached or refuses the connection.
    func connect() throws -> OpaquePointer {
        var pairs = values.map { ($0.key, $0.value) }
        if let password { pairs.append(("password", password.revealed)) }
        let handle = Self.withCStrings(pairs.map(\.0)) { keywords in
            Self.withCStrings(pairs.map(\.1)) { PQconnectdbParams(keywords, $0, 0) }
        }
        guard let handle else { throw DatabaseError(.cannotConnect, "not enough memory to connect") }
        guard PQstatus(handle) == CONNECTION_OK else {
            let text = redacted(String(cString: PQerrorMessage(handle)))
            PQfinish(handle)
            throw PostgreSQLErrors.connecting(text, place: place, user: user, database: database)
        }
        return handle
    }

    /// A message of the server or the library without the password, in case it contains it.
    func redacted(_ text: String) -> String {
        guard let secret = password?.revealed, !secret.isEmpty else { return text }
        return text.replacing(secret, with: "***")
    }

    private static let knownOptions: Set<String> = {
        guard let list = PQconndefaults() else { return [] }
        defer { PQconninfoFree(list) }
        var names: Set<String> = []
        var next = list
        while let keyword = next.pointee.keyword {
            names.insert(String(cString: keyword))
            next += 1
        }
        return names
    }()

    /// The strings as a null-terminated array of C strings.
    private static func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        var pointers = copies.map { UnsafePointer<CChar>($0) }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
