/// The reason why an operation failed or was refused: what happened, to which table, and what to do next.
///
/// Codes are stable; later versions may add some. Neither the message nor the remedy holds SQL, row contents or a URL.
public struct MigrationError: Error, Sendable, Hashable, Codable {
    /// A stable name for the reason.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable {
        /// The code as it appears in JSON.
        public let rawValue: String
        /// Makes a code from its JSON form.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// An argument is invalid: an unknown version or table type, or a target in the wrong direction.
        public static let usage = Code(rawValue: "usage")
        /// The database cannot be reached or opened.
        public static let cannotConnect = Code(rawValue: "cannot_connect")
        /// The server or file system refused access.
        public static let notAuthorised = Code(rawValue: "not_authorised")
        /// The file is not a database, or is encrypted.
        public static let notADatabase = Code(rawValue: "not_a_database")
        /// The file is damaged or truncated.
        public static let corrupt = Code(rawValue: "corrupt")
        /// The database is read-only.
        public static let readOnly = Code(rawValue: "read_only")
        /// Another migration holds the lock.
        public static let locked = Code(rawValue: "locked")
        /// Another connection kept the database locked for too long.
        public static let busy = Code(rawValue: "busy")
        /// The disk is full; the running transaction was rolled back.
        public static let diskFull = Code(rawValue: "disk_full")
        /// A stamp is above the newest version that this program supports.
        public static let newerDatabase = Code(rawValue: "newer_database")
        /// The operation would destroy values, and data loss is not allowed.
        public static let dataLoss = Code(rawValue: "data_loss_not_allowed")
        /// The versions table has an unexpected shape.
        public static let versionsTable = Code(rawValue: "versions_table_unusable")
        /// The plan differs from the reviewed one.
        public static let planChanged = Code(rawValue: "plan_changed")
        /// Values that must be unique are duplicated, or required values are missing.
        public static let duplicateValues = Code(rawValue: "duplicate_values")
        /// Rows belong to users, and the older schema has no column for the user.
        public static let ownedRows = Code(rawValue: "owned_rows")
        /// An object of the application depends on the table and is in the way of a step.
        public static let dependentObjects = Code(rawValue: "dependent_objects")
        /// The table has the name of one of Agno's and is another.
        public static let notAgnoTable = Code(rawValue: "not_an_agno_table")
        /// Row level security hides rows from the role.
        public static let rowSecurity = Code(rawValue: "row_level_security")
        /// The table differs from its version in a way that the program cannot repair.
        public static let drift = Code(rawValue: "drift")
        /// A value or statement is larger than the server accepts.
        public static let tooLarge = Code(rawValue: "too_large")
        /// The newer schema cannot store some values on this server.
        public static let notStorable = Code(rawValue: "not_storable")
        /// The connection was lost; the running transaction was rolled back.
        public static let connectionLost = Code(rawValue: "connection_lost")
        /// The server lacks a feature that a step needs.
        public static let notSupported = Code(rawValue: "not_supported")
        /// A statement failed.
        public static let statementFailed = Code(rawValue: "statement_failed")
        /// The result of a step does not match the version.
        public static let notVerified = Code(rawValue: "not_verified")
        /// The run was stopped at a safe point.
        public static let interrupted = Code(rawValue: "interrupted")
    }

    /// The reason, for programs.
    public let code: Code
    /// What happened and to which table.
    public let message: String
    /// What to do next.
    public let remedy: String
    /// The keys of the rows that are the cause; at most 100, empty if rows are not the cause.
    public let rows: [String]
    /// The server's own message, for logs at debug level only; never encoded, and empty if there is none.
    public let detail: String

    package init(_ code: Code, _ message: String, remedy: String, rows: [String] = [], detail: String = "") {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.rows = rows
        self.detail = detail
    }

    private enum CodingKeys: String, CodingKey { case code, message, remedy, rows }

    /// Decodes everything except ``detail``, which is never encoded.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decode(Code.self, forKey: .code)
        message = try container.decode(String.self, forKey: .message)
        remedy = try container.decode(String.self, forKey: .remedy)
        rows = try container.decode([String].self, forKey: .rows)
        detail = ""
    }
}

extension MigrationError: CustomStringConvertible {
    /// What happened and what to do next.
    public var description: String { remedy.isEmpty ? message : "\(message); \(remedy)" }
}
