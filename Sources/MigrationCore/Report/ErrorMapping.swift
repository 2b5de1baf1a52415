import AgnoSchema
import DatabaseAccess

extension MigrationError {
    /// Converts a driver's error; the message names the table and the remedy the next action.
    init(_ error: DatabaseError, table: String?) {
        let place = table.map { " (table \($0))" } ?? ""
        let again = "run the same command again; it resumes where this run stopped"
        let (code, remedy): (Code, String) =
            switch error.condition {
            case .cannotConnect: (.cannotConnect, "check the URL and that the database exists")
            case .notAuthorised: (.notAuthorised, "check the permissions of the file or role")
            case .notADatabase: (.notADatabase, "check the path; an encrypted file must be decrypted first")
            case .corrupt: (.corrupt, "restore the file from a backup")
            case .rowsHidden: (.rowSecurity, "migrate as a role that sees every row")
            case .readOnly: (.readOnly, "make the file and its directory writable")
            case .busy: (.busy, "stop the programs that write to it, then \(again)")
            case .full: (.diskFull, "free at least as much disk space as the database file occupies, then \(again)")
            case .constraint: (.statementFailed, "check the table's constraints and triggers, then \(again)")
            case .notStorable: (.notStorable, "--verbose logs the server's own message; then \(again)")
            case .tooLarge: (.tooLarge, "raise that limit on the server, then \(again)")
            case .connectionLost: (.connectionLost, "check that the server is running, then \(again)")
            case .interrupted: (.interrupted, again)
            default: (.statementFailed, "--verbose logs the server's own message; then \(again)")
            }
        self.init(
            code, error.message + place, remedy: error.remedy.isEmpty ? remedy : error.remedy, detail: error.detail)
    }

    /// Converts any error; the text of an unknown one stays hidden, since it may hold row contents.
    package init(reporting error: any Error, table: String? = nil) {
        switch error {
        case let error as MigrationError: self = error
        case let error as DatabaseError: self.init(error, table: table)
        case let error as LockUnavailable:
            self.init(
                .locked, "another migration holds the lock: \(error.holder.description)",
                remedy: "wait for it to finish, or raise --wait-timeout")
        default:
            self.init(
                .statementFailed, "an unexpected error stopped the work" + (table.map { " on \($0)" } ?? ""),
                remedy: "run the same command again with --verbose", detail: String(reflecting: type(of: error)))
        }
    }
}
