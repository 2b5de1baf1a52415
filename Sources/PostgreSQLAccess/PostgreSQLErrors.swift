import DatabaseAccess

/// Maps libpq's messages about connections that fail, which have no code, to conditions.
enum PostgreSQLErrors {
    /// A connection that failed; libpq reports no code, only its own and the server's messages.
    static func connecting(_ text: String, place: String, user: String, database: String) -> DatabaseError {
        let found = causes(place: place, user: user, database: database).first { cause in
            cause.signs.contains { $0.allSatisfy { text.contains($0) } }
        }
        return DatabaseError(
            found?.condition ?? .cannotConnect, found?.message ?? "connecting to \(place) failed",
            detail: "libpq: \(text)")
    }

    /// A reason for a failed connection and its signs: strings that all occur in the message.
    private typealias Cause = (signs: [[String]], condition: DatabaseError.Condition, message: String)

    /// In order: an earlier cause is the more specific one.
    private static func causes(place: String, user: String, database: String) -> [Cause] {
        func any(_ signs: String...) -> [[String]] { signs.map { [$0] } }
        return [
            (
                any("password authentication failed", "no password supplied", "SCRAM", "authentication failed"),
                .notAuthorised, "\(place) refused the password of role \(user), or there was none"
            ),
            (
                any("no pg_hba.conf entry"), .notAuthorised,
                "\(place) does not let role \(user) in from here (pg_hba.conf)"
            ),
            ([["role \"", "does not exist"]], .notAuthorised, "there is no role \(user) on \(place)"),
            ([["database \"", "does not exist"]], .cannotConnect, "there is no database \(database) on \(place)"),
            (
                any("permission denied for database"), .notAuthorised,
                "role \(user) may not connect to database \(database) on \(place)"
            ),
            (
                any("could not translate host name", "Name or service not known"), .cannotConnect,
                "there is no host of that name: \(place)"
            ),
        ] + tlsCauses(place) + [
            (
                any("Connection refused", "No such file or directory"), .cannotConnect,
                "nothing listens on \(place); check host and port"
            ),
            (
                any("timeout expired", "Connection timed out", "No route to host", "Network is unreachable"),
                .cannotConnect, "\(place) does not answer"
            ),
            (
                any("too many clients", "remaining connection slots", "too many connections"), .cannotConnect,
                "\(place) has no free connection left"
            ),
            (any("the database system is"), .cannotConnect, "\(place) is starting or stopping"),
            (
                any("invalid response", "expected authentication request"), .cannotConnect,
                "what listens on \(place) is not PostgreSQL"
            ),
        ]
    }

    private static func tlsCauses(_ place: String) -> [Cause] {
        [
            ([["server does not support SSL"]], .cannotConnect, "\(place) does not offer TLS, which sslmode demands"),
            (
                [["certificate verify failed"]], .cannotConnect,
                "the certificate of \(place) is not signed by a CA of sslrootcert"
            ),
            (
                [["does not match host name"]], .cannotConnect,
                "the certificate of \(place) is for another host name (sslmode=verify-full)"
            ),
            (
                [["root certificate file"]], .cannotConnect,
                "there is no file with trusted CAs to hold the certificate of \(place) against; give it as sslrootcert"
            ),
            (
                [["certificate"], ["SSL error"], ["SSL negotiation"]], .cannotConnect,
                "TLS with \(place) failed; check sslmode and sslrootcert"
            ),
        ]
    }
}
