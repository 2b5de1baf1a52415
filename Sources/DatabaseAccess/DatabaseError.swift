/// An error of a server or client library, classified by condition instead of by vendor number.
///
/// `message` is safe to print: it contains no SQL, no row contents and no URL. The server's own message is only in
/// `debugDescription`.
public struct DatabaseError: Error, Sendable, Hashable {
    /// The kind of error, independent of the vendor. The list is open: releases may add conditions.
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
        /// Row level security would leave out rows.
        public static let rowsHidden = Condition(rawValue: "row_level_security")
        /// The database cannot be written.
        public static let readOnly = Condition(rawValue: "read_only")
        /// Another connection kept the database locked for too long.
        public static let busy = Condition(rawValue: "busy")
        /// There is no space left.
        public static let full = Condition(rawValue: "disk_full")
        /// A key, NOT NULL, check or foreign key was violated.
        public static let constraint = Condition(rawValue: "constraint")
        /// The server cannot store a value: its type does not take the character, the number or the size.
        public static let notStorable = Condition(rawValue: "not_storable")
        /// A value or statement is larger than the server takes or makes.
        public static let tooLarge = Condition(rawValue: "too_large")
        /// The server does not support the algorithm that the statement demands for the change of a table.
        public static let algorithmNotSupported = Condition(rawValue: "algorithm_not_supported")
        /// The connection ended during the operation.
        public static let connectionLost = Condition(rawValue: "connection_lost")
        /// The running statement was cancelled.
        public static let interrupted = Condition(rawValue: "interrupted")
        /// Anything else; see `debugDescription`.
        public static let other = Condition(rawValue: "statement_failed")
    }

    /// The kind of error.
    public let condition: Condition
    /// A sentence for people, without secrets.
    public let message: String
    /// What to do next, where the driver knows it better than the condition tells; empty otherwise.
    public let remedy: String
    /// The server's own message and the statement, for logs at debug level only.
    public let detail: String

    package init(_ condition: Condition, _ message: String, remedy: String = "", detail: String = "") {
        self.condition = condition
        self.message = message
        self.remedy = remedy
        self.detail = detail
    }
}

extension DatabaseError: CustomStringConvertible, CustomDebugStringConvertible {
    /// The safe sentence.
    public var description: String { message }
    /// The safe sentence and the server's own message.
    public var debugDescription: String { detail.isEmpty ? message : "\(message) [\(condition.rawValue): \(detail)]" }
}
