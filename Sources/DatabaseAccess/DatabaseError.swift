/// Something that a server or client library refused, named by condition instead of by vendor number.
///
/// `message` is safe to print: it holds no SQL, no row contents and no URL. The server's own words are only in
/// `debugDescription`.
public struct DatabaseError: Error, Sendable, Hashable {
    /// What happened, independent of the vendor. The list is open: more may come.
    public struct Condition: RawRepresentable, Hashable, Sendable {
        /// The code as it appears in JSON.
        public let rawValue: String
        /// Makes a condition from its code.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The server or file cannot be reached or opened.
        public static let cannotConnect = Condition(rawValue: "cannot_connect")
        /// The server or file system refused access.
        public static let notAuthorised = Condition(rawValue: "not_authorised")
        /// The file is not a database, or is encrypted.
        public static let notADatabase = Condition(rawValue: "not_a_database")
        /// The file is damaged or cut off.
        public static let corrupt = Condition(rawValue: "corrupt")
        /// The database cannot be written.
        public static let readOnly = Condition(rawValue: "read_only")
        /// Another connection kept the database locked for too long.
        public static let busy = Condition(rawValue: "busy")
        /// There is no space left.
        public static let full = Condition(rawValue: "disk_full")
        /// A key, NOT NULL, check or foreign key was violated.
        public static let constraint = Condition(rawValue: "constraint")
        /// The server has no place for a value: a character, a number or a size that its type does not take.
        public static let notStorable = Condition(rawValue: "not_storable")
        /// The server cannot change a table in the way that the statement demands.
        public static let algorithmNotSupported = Condition(rawValue: "algorithm_not_supported")
        /// The connection ended in the middle of the work.
        public static let connectionLost = Condition(rawValue: "connection_lost")
        /// The running statement was cancelled.
        public static let interrupted = Condition(rawValue: "interrupted")
        /// Anything else; see `debugDescription`.
        public static let other = Condition(rawValue: "statement_failed")
    }

    /// What happened.
    public let condition: Condition
    /// A sentence for people; nothing secret in it.
    public let message: String
    /// The server's own words and the statement, for logs at debug level only.
    public let detail: String

    package init(_ condition: Condition, _ message: String, detail: String = "") {
        self.condition = condition
        self.message = message
        self.detail = detail
    }
}

extension DatabaseError: CustomStringConvertible, CustomDebugStringConvertible {
    /// The safe sentence.
    public var description: String { message }
    /// The safe sentence and the server's own words.
    public var debugDescription: String { detail.isEmpty ? message : "\(message) [\(condition.rawValue): \(detail)]" }
}
