import DatabaseAccess

/// SQLSTATE codes, and libpq's sentences where there is no code yet, as conditions (errcodes-appendix.html).
enum PostgreSQLErrors {
    /// A statement that the server refused.
    static func make(state: String?, text: String, sql: String, place: String, isConnected: Bool) -> DatabaseError {
        let detail = "PostgreSQL \(state ?? "-"): \(text); statement: \(sql)"
        func failure(_ condition: DatabaseError.Condition, _ message: String) -> DatabaseError {
            DatabaseError(condition, message, detail: detail)
        }
        guard isConnected else { return failure(.connectionLost, "the connection to \(place) was lost") }
        guard let state else { return failure(.other, "PostgreSQL refused a statement") }
        switch state {
        case "42501": return failure(.notAuthorised, "the role has not the privileges that this needs on \(place)")
        case "25006": return failure(.readOnly, "\(place) can only be read")
        case "53100": return failure(.full, "there is not enough space on the server of \(place)")
        case "57014": return failure(.interrupted, "the running statement was cancelled")
        case "55P03": return failure(.busy, "another session kept what this needs locked")
        case "40001", "40P01": return failure(.busy, "another session changed or locked the same rows")
        case "57P01", "57P02", "57P03":
            return failure(.connectionLost, "the server of \(place) ended the connection")
        case "54000", "54001", "54011": return failure(.notStorable, "a value is too large for the server")
        case "2BP01", "0A000":
            return failure(.other, "another object, such as a view, a trigger or a rule, depends on what has to change")
        case "3F000": return failure(.other, "there is no such schema in \(place)")
        default: break
        }
        switch state.prefix(2) {
        case "08": return failure(.connectionLost, "the connection to \(place) was lost")
        case "22": return failure(.notStorable, "the server has no place for a value")
        case "23": return failure(.constraint, "a key or constraint was violated")
        case "28": return failure(.notAuthorised, "the server of \(place) refused the role")
        case "53": return failure(.other, "the server of \(place) has not enough resources")
        case "XX": return failure(.corrupt, "the server reports damaged data or an internal error")
        default: return failure(.other, "PostgreSQL refused a statement (SQLSTATE \(state))")
        }
    }

    /// A connection that did not come about; libpq gives no code, only its and the server's sentences.
    static func connecting(_ text: String, place: String, user: String, database: String) -> DatabaseError {
        func has(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        func failure(_ condition: DatabaseError.Condition, _ message: String) -> DatabaseError {
            DatabaseError(condition, message, detail: "libpq: \(text)")
        }
        if has("password authentication failed", "no password supplied", "SCRAM", "authentication failed") {
            return failure(.notAuthorised, "\(place) refused the password of role \(user), or there was none")
        }
        if has("no pg_hba.conf entry") {
            return failure(.notAuthorised, "\(place) does not let role \(user) in from here (pg_hba.conf)")
        }
        if text.contains("role \""), text.contains("does not exist") {
            return failure(.notAuthorised, "there is no role \(user) on \(place)")
        }
        if text.contains("database \""), text.contains("does not exist") {
            return failure(.cannotConnect, "there is no database \(database) on \(place)")
        }
        if has("permission denied for database") {
            return failure(.notAuthorised, "role \(user) may not connect to database \(database) on \(place)")
        }
        if has("could not translate host name", "Name or service not known") {
            return failure(.cannotConnect, "there is no host of that name: \(place)")
        }
        if has("server does not support SSL") {
            return failure(.cannotConnect, "\(place) does not offer TLS, which sslmode demands")
        }
        if has("certificate verify failed") {
            return failure(.cannotConnect, "the certificate of \(place) is not signed by a CA of sslrootcert")
        }
        if has("does not match host name") {
            return failure(.cannotConnect, "the certificate of \(place) is for another host name (sslmode=verify-full)")
        }
        if has("root certificate file") {
            return failure(
                .cannotConnect,
                "there is no file with trusted CAs to hold the certificate of \(place) against; "
                    + "give it as sslrootcert")
        }
        if has("certificate", "SSL error", "server certificate", "SSL negotiation") {
            return failure(.cannotConnect, "TLS with \(place) failed; check sslmode and sslrootcert")
        }
        if has("Connection refused", "No such file or directory") {
            return failure(.cannotConnect, "nothing listens on \(place); check host and port")
        }
        if has("timeout expired", "Connection timed out", "No route to host", "Network is unreachable") {
            return failure(.cannotConnect, "\(place) does not answer")
        }
        if has("too many clients", "remaining connection slots", "too many connections") {
            return failure(.cannotConnect, "\(place) has no free connection left")
        }
        if has("the database system is") { return failure(.cannotConnect, "\(place) is starting or stopping") }
        if has("invalid response", "expected authentication request") {
            return failure(.cannotConnect, "what listens on \(place) is not PostgreSQL")
        }
        return failure(.cannotConnect, "connecting to \(place) failed")
    }
}
