import CLibMariaDB
package import DatabaseAccess

/// The parameters of a connection in the form that libmariadb takes.
package struct MySQLParameters: Sendable {
    /// The required protection of the connection. The names are MySQL's (`ssl_mode`) and libpq's (`sslmode`).
    enum TLSMode: String, Sendable {
        case disabled
        /// TLS if the server offers it; no certificate is verified.
        case preferred
        case required
        /// Required, with a certificate signed by a trusted CA.
        case verifyCA
        /// Required, with a certificate signed by a trusted CA for this host.
        case verifyIdentity

        init?(_ text: String) {
            switch text.lowercased().replacing("-", with: "_") {
            case "disabled", "disable": self = .disabled
            case "preferred", "prefer", "allow": self = .preferred
            case "required", "require": self = .required
            case "verify_ca": self = .verifyCA
            case "verify_identity", "verify_full": self = .verifyIdentity
            default: return nil
            }
        }
    }

    let host: String?
    let port: UInt32
    let socket: String?
    let user: String?
    /// The database that the connection begins in.
    let database: String?
    let tls: TLSMode
    private let password: Credentials?
    private let files: [TLSFile: String]
    private let connectTimeout: UInt32
    private let defaultsFile: String?

    private enum TLSFile: String, CaseIterable {
        case ca = "ssl_ca"
        case caPath = "ssl_capath"
        case certificate = "ssl_cert"
        case key = "ssl_key"
        case cipher = "ssl_cipher"
        case revoked = "ssl_crl"

        var option: mysql_option {
            switch self {
            case .ca: MYSQL_OPT_SSL_CA
            case .caPath: MYSQL_OPT_SSL_CAPATH
            case .certificate: MYSQL_OPT_SSL_CERT
            case .key: MYSQL_OPT_SSL_KEY
            case .cipher: MYSQL_OPT_SSL_CIPHER
            case .revoked: MYSQL_OPT_SSL_CRL
            }
        }
    }

    /// Options of Python drivers that do not describe how to reach the server, or that are set here anyway.
    private static let ignored: Set<String> = [
        "charset", "use_unicode", "binary_prefix", "autocommit", "local_infile", "max_allowed_packet", "read_timeout",
        "write_timeout", "program_name", "sql_mode", "init_command", "collation", "buffered", "raise_on_warnings",
        "auth_plugin", "use_pure", "get_warnings",
    ]

    /// Authentication plugins that do not send the password in clear text.
    private static let safePlugins =
        "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519,auth_gssapi_client"

    /// - Parameter password: takes the place of the URL's.
    /// - Throws: ``DatabaseURL/ParseError`` for an option that no client of this family knows.
    package init(_ url: DatabaseURL, password: Credentials? = nil) throws {
        var files: [TLSFile: String] = [:]
        var (mode, verifiesCA, verifiesHost): (TLSMode?, Bool?, Bool?) = (nil, nil, nil)
        var (socket, timeout, defaultsFile): (String?, UInt32, String?) = (nil, 15, nil)
        for (name, value) in url.options {
            switch name {
            case "ssl_mode", "sslmode", "ssl-mode":
                guard let found = TLSMode(value) else {
                    throw DatabaseURL.ParseError(
                        badValueOf: name, "DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY")
                }
                mode = found
            case "ssl_disabled": if Self.isTrue(value) { mode = .disabled }
            case "ssl": if Self.isTrue(value) { mode = mode ?? .required }
            case "ssl_verify_cert": verifiesCA = Self.isTrue(value)
            case "ssl_verify_identity", "ssl_check_hostname": verifiesHost = Self.isTrue(value)
            case "unix_socket": socket = value
            case "connect_timeout", "connection_timeout":
                guard let seconds = UInt32(value) else {
                    throw DatabaseURL.ParseError(badValueOf: name, "a number of seconds")
                }
                timeout = seconds
            case "read_default_file": defaultsFile = value
            default:
                if let file = TLSFile(rawValue: name) {
                    files[file] = value
                } else if !Self.ignored.contains(name) {
                    throw DatabaseURL.ParseError(unknownOption: name)
                }
            }
        }
        self.files = files
        self.socket = socket
        self.defaultsFile = defaultsFile
        connectTimeout = timeout
        tls = Self.mode(mode, hasFiles: files[.ca] != nil || files[.caPath] != nil, verifiesCA, verifiesHost)
        host = url.host
        port = UInt32(url.port ?? 0)
        user = url.user
        database = url.database
        self.password = password ?? url.password
    }

    /// The mode that the options amount to. A given CA implies that the server's certificate is verified, as in the Python
    /// drivers; the host's name is verified only on request.
    private static func mode(_ mode: TLSMode?, hasFiles: Bool, _ verifiesCA: Bool?, _ verifiesHost: Bool?) -> TLSMode {
        if let mode { return mode }
        if verifiesHost == true { return .verifyIdentity }
        if verifiesCA == true { return .verifyCA }
        guard hasFiles else { return .preferred }
        return verifiesCA == false ? .required : .verifyCA
    }

    private static func isTrue(_ text: String) -> Bool { ["1", "true", "yes", "on"].contains(text.lowercased()) }

    /// Host and port, or the socket, for messages.
    var place: String {
        if let socket { return socket }
        let host = host ?? "localhost"
        return port == 0 ? host : "\(host):\(port)"
    }

    var userName: String { user ?? "of the operating system's user" }

    /// Opens a connection, which the caller closes.
    ///
    /// - Parameter database: the connection's default database; nil: none.
    /// - Throws: ``DatabaseError`` if the server cannot be reached, refuses the connection or lacks the required TLS.
    func connect(to database: String?) throws -> UnsafeMutablePointer<MYSQL> {
        // Without a CA, libmariadb does not verify the certificate.
        guard tls != .verifyCA || files[.ca] != nil || files[.caPath] != nil else {
            throw DatabaseError(
                .cannotConnect,
                "there is no file with trusted CAs to hold the certificate of \(place) against; give it as ssl_ca")
        }
        guard let handle = mysql_init(nil) else {
            throw DatabaseError(.cannotConnect, "not enough memory to connect")
        }
        prepare(handle)
        let connected = Self.withCStrings([host, user, password?.revealed, database, socket]) { texts in
            mysql_real_connect(handle, texts[0], texts[1], texts[2], texts[3], port, texts[4], 0)
        }
        guard connected != nil else {
            let (number, text) = (mysql_errno(handle), redacted(String(cString: mysql_error(handle))))
            mysql_close(handle)
            throw MySQLErrors.connecting(number: number, text: text, parameters: self)
        }
        // If the server lacks TLS, libmariadb continues in clear text although TLS was demanded.
        guard tls.isOptional || mysql_get_ssl_cipher(handle) != nil || socket != nil else {
            mysql_close(handle)
            throw DatabaseError(.cannotConnect, "\(place) does not offer TLS, which ssl_mode demands")
        }
        return handle
    }

    private func prepare(_ handle: UnsafeMutablePointer<MYSQL>) {
        func set(_ option: mysql_option, _ value: UInt32) {
            withUnsafePointer(to: value) { _ = mysql_options(handle, option, $0) }
        }
        func set(_ option: mysql_option, isOn: Bool) {
            var flag: my_bool = isOn ? 1 : 0
            _ = mysql_options(handle, option, &flag)
        }
        set(MYSQL_OPT_CONNECT_TIMEOUT, connectTimeout)
        // For the Python drivers `localhost` is a host like any other; libmariadb would take its own socket.
        if host != nil, socket == nil { set(MYSQL_OPT_PROTOCOL, MYSQL_PROTOCOL_TCP.rawValue) }
        set(MYSQL_OPT_MAX_ALLOWED_PACKET, 1 << 30)
        set(MYSQL_OPT_LOCAL_INFILE, 0)
        set(MYSQL_OPT_RECONNECT, isOn: false)
        _ = mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        _ = mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "agno-migrate")
        if socket == nil, tls != .verifyCA, tls != .verifyIdentity {
            // An impostor of the server must not be able to request the password in clear text.
            _ = mysql_options(handle, MARIADB_OPT_RESTRICTED_AUTH, Self.safePlugins)
        }
        // The user's own file may name host, user and password that the URL lacks.
        if let defaultsFile { _ = mysql_options(handle, MYSQL_READ_DEFAULT_FILE, defaultsFile) }
        if password == nil { _ = mysql_options(handle, MYSQL_READ_DEFAULT_GROUP, "agno-migrate") }
        guard tls != .disabled else { return }
        for (file, path) in files { _ = mysql_options(handle, file.option, path) }
        set(MYSQL_OPT_SSL_ENFORCE, isOn: true)
        set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, isOn: tls == .verifyIdentity)
    }

    /// A message of the server or the library without the password, in case it contains it.
    func redacted(_ text: String) -> String {
        guard let secret = password?.revealed, !secret.isEmpty else { return text }
        return text.replacing(secret, with: "***")
    }

    /// The strings as C strings; nil becomes a null pointer.
    private static func withCStrings<Result>(
        _ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = texts.map { $0.map { Array($0.utf8CString) } }
        func descend(_ index: Int, _ pointers: [UnsafePointer<CChar>?]) -> Result {
            guard index < copies.count else { return body(pointers) }
            guard let copy = copies[index] else { return descend(index + 1, pointers + [nil]) }
            return copy.withUnsafeBufferPointer { descend(index + 1, pointers + [$0.baseAddress]) }
        }
        return descend(0, [])
    }
}

extension MySQLParameters.TLSMode {
    fileprivate var isOptional: Bool { self == .disabled || self == .preferred }
}
