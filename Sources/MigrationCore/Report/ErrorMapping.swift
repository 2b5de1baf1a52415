import AgnoSchema
import DatabaseAccess

extension MigrationError {
    /// A driver's error, with the table that it is about and what to do next.
    init(_ error: DatabaseError, table: String?) {
        let place = table.map { " (table \($0))" } ?? ""
        let again = "run the same command again; it goes on where this one stopped"
        let (code, remedy): (Code, String) =
            switch error.condition {
            case .cannotConnect: (.cannotConnect, "check the URL, and that the database is there")
            case .notAuthorised: (.notAuthorised, "check the permissions of the file or role")
            case .notADatabase: (.notADatabase, "check the path; an encrypted file must be decrypted first")
            case .corrupt: (.corrupt, "restore the file from a backup")
            case .readOnly: (.readOnly, "make the file and its directory writable")
            case .busy: (.busy, "stop the programs that write to it, then \(again)")
            case .full: (.diskFull, "free at least as much space as the database file takes, then \(again)")
            case .constraint: (.statementFailed, "look at the table's constraints and triggers, then \(again)")
            case .notStorable: (.notStorable, "the log at --verbose has the server's own words; then \(again)")
            case .connectionLost: (.connectionLost, "see whether the server is up, then \(again)")
            case .interrupted: (.interrupted, again)
            default: (.statementFailed, "the log at --verbose has the server's own words; then \(again)")
            }
        self.init(code, error.message + place, remedy: remedy, detail: error.detail)
    }

    /// Any error as one that can be reported; nothing of an unknown error's text is shown.
    package init(reporting error: any Error, table: String? = nil) {
        switch error {
        case let error as MigrationError: self = error
        case let error as DatabaseError: self.init(error, table: table)
        case let error as LockUnavailable:
            self.init(
                .locked, "another migration holds the lock: \(error.holder.description)",
                remedy: "wait for it to end, or wait longer with --wait-timeout")
        default:
            self.init(
                .statementFailed, "an unexpected error stopped the work" + (table.map { " on \($0)" } ?? ""),
                remedy: "run the same command again with --verbose", detail: String(reflecting: type(of: error)))
        }
    }
}
