/// Why something was not done: what happened, to which table, and what to do next.
///
/// The codes are stable and the list is open. Neither text holds SQL, row contents or a URL.
public struct MigrationError: Error, Sendable, Hashable, Codable {
    /// A stable name for what happened.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable {
        /// The code as it appears in JSON.
        public let rawValue: String
        /// Makes a code from its text.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// An argument is wrong: an unknown version or table type, or a direction that makes no sense.
        public static let usage = Code(rawValue: "usage")
        /// The database cannot be reached or opened.
        public static let cannotConnect = Code(rawValue: "cannot_connect")
        /// The server or file system refused access.
        public static let notAuthorised = Code(rawValue: "not_authorised")
        /// The file is not a database, or is encrypted.
        public static let notADatabase = Code(rawValue: "not_a_database")
        /// The file is damaged or cut off.
        public static let corrupt = Code(rawValue: "corrupt")
        /// The database cannot be written.
        public static let readOnly = Code(rawValue: "read_only")
        /// Another migration holds the lock.
        public static let locked = Code(rawValue: "locked")
        /// Another connection kept the database locked for too long.
        public static let busy = Code(rawValue: "busy")
        /// There is no space left; the running transaction was rolled back.
        public static let diskFull = Code(rawValue: "disk_full")
        /// A stamp is above the newest version that this program knows.
        public static let newerDatabase = Code(rawValue: "newer_database")
        /// Values would be destroyed, and that was not consented to.
        public static let dataLoss = Code(rawValue: "data_loss_not_allowed")
        /// The versions table is not one.
        public static let versionsTable = Code(rawValue: "versions_table_unusable")
        /// The plan is not the one that was looked at.
        public static let planChanged = Code(rawValue: "plan_changed")
        /// Values that must be unique or present are not.
        public static let duplicateValues = Code(rawValue: "duplicate_values")
        /// Rows belong to users, and the older schema has no place for that.
        public static let ownedRows = Code(rawValue: "owned_rows")
        /// Values that the server has no place for in the newer schema.
        public static let notStorable = Code(rawValue: "not_storable")
        /// The connection ended in the middle of the work; the running transaction was rolled back.
        public static let connectionLost = Code(rawValue: "connection_lost")
        /// A server cannot do what a step needs.
        public static let notSupported = Code(rawValue: "not_supported")
        /// A statement failed.
        public static let statementFailed = Code(rawValue: "statement_failed")
        /// After a step its result was not what it must be; the step was rolled back.
        public static let notVerified = Code(rawValue: "not_verified")
        /// The run was stopped at a safe point.
        public static let interrupted = Code(rawValue: "interrupted")
    }

    /// What happened, for programs.
    public let code: Code
    /// What happened, for people.
    public let message: String
    /// What to do next.
    public let remedy: String
    /// Keys of the rows that are the cause, at most 100.
    public let rows: [String]
    /// The server's own words; only for logs at debug level, never encoded.
    public let detail: String

    package init(_ code: Code, _ message: String, remedy: String, rows: [String] = [], detail: String = "") {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.rows = rows
        self.detail = detail
    }

    private enum CodingKeys: String, CodingKey { case code, message, remedy, rows }

    /// Reads everything but the detail, which is never written.
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
