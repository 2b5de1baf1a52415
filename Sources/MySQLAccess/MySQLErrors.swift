import CLibMariaDB
import DatabaseAccess

/// Maps error numbers of the MySQL family to conditions (MySQL 9 "Server Error Message Reference", MariaDB "Error Codes",
/// SingleStore's documentation).
enum MySQLErrors {
    /// A statement that the server refused.
    static func make(number: UInt32, text: String, sql: String, place: String) -> DatabaseError {
        let detail = "server error \(number): \(text); statement: \(sql)"
        let named = MySQLMessage(number: number, text: text).objects
        func failure(_ condition: DatabaseError.Condition, _ message: String) -> DatabaseError {
            let objects = named.isEmpty ? "" : " (\(named))"
            let table = named.contains("table ") ? "" : StatementText.place(of: sql, for: condition)
            return DatabaseError(condition, message + objects + table, detail: detail)
        }
        switch number {
        case 2006, 2013, 2026, 2055, 1053, 1927, 1077, 1079, 3169, 4031:
            return failure(.connectionLost, "the connection to \(place) was lost")
        case 1205, 1213, 1614, 3572, 1637, 1020:
            return failure(.busy, "another session kept what this needs locked")
        case 1317, 3024, 1969, 1028:
            return failure(.interrupted, "the running statement was cancelled")
        case 1044, 1045, 1142, 1143, 1227, 1370, 1410, 3878, 1698:
            return failure(.notAuthorised, "the user has not the privileges that this needs on \(place)")
        case 1290 where text.contains("read-only") || text.contains("read_only"): return readOnly(place, named, detail)
        case 1836, 3100: return readOnly(place, named, detail)
        case 1792: return failure(.readOnly, "attempted to write in a read-only transaction")
        case 1021, 1114, 3:
            return failure(.full, "there is not enough space on the server of \(place)")
        case 1062, 1586, 1048, 1216, 1217, 1451, 1452, 1138, 1364, 3819, 1557, 1761, 1762:
            return failure(.constraint, "a key or constraint was violated")
        case 4025:
            // MariaDB's column checks, which are named after the column, mostly require valid JSON.
            let name = text.split(separator: "`").dropFirst().first ?? ""
            return name.contains(".")
                ? failure(.notStorable, "the server has no place for a value")
                : failure(.constraint, "a key or constraint was violated")
        case 1264, 1265, 1292, 1366, 1406, 1411, 1118, 1690, 3140, 3141, 3142, 3143, 3144, 3150, 3151, 3156, 3157, 4038,
            3988,
            1267, 1270, 1271, 1300, 3854, 1210, 1038:
            return failure(.notStorable, "the server has no place for a value")
        case 1845, 1846, 1800, 4092, 1914:
            return failure(.algorithmNotSupported, "the server cannot change the table in this way")
        case 1712, 1034, 126, 127, 145, 1194, 1195:
            return failure(.corrupt, "the server reports damaged data")
        case _ where text.contains("Invalid JSON"):
            // SingleStore's number for it is not documented.
            return failure(.notStorable, "the server has no place for a value")
        default:
            return failure(.other, other(number, place: place))
        }
    }

    /// The sentence for an error that has no condition of its own.
    private static func other(_ number: UInt32, place: String) -> String {
        switch number {
        case 1049: "there is no such database on \(place)"
        case 3750: "the server demands a primary key on every table (sql_require_primary_key)"
        case 1553, 1822, 3780, 1005, 1215, 1828, 1829, 1833, 3730, 1701: "a foreign key depends on what has to change"
        case 1054: "there is no such column"
        case 1146: "there is no such table"
        case 1356: "a view refers to something that is gone, or its definer has no right to it"
        case 1449: "the definer of a view or trigger does not exist"
        case 1503, 1506: "a partitioned table cannot have this key"
        case 1644, 1643: "a trigger or procedure of the database refused the statement (SIGNAL)"
        case 3108, 3837, 3959, 1901, 1907: "a generated column, index or check needs what has to change"
        case 4119: "the table is system-versioned and keeps its history (system_versioning_alter_history)"
        default: "the server refused a statement (error \(number))"
        }
    }

    /// A server that takes no writes.
    static func readOnly(_ place: String, _ reason: String, _ detail: String = "") -> DatabaseError {
        DatabaseError(
            .readOnly,
            "the server on \(place) takes no writes\(reason.isEmpty ? "" : " (\(reason))"), as a replica does",
            remedy: "connect to the primary server, then run the same command again", detail: detail)
    }

    /// Whether the server refused a value or statement that is above the limit of its messages.
    static func isAboveLimit(_ number: UInt32) -> Bool { [1153, 1301, 1162, 2020].contains(number) }

    /// A value or statement above the limit of the server's messages.
    ///
    /// - Parameter needed: the number of bytes that the limit has to be; nil if the server did not tell.
    static func tooLarge(_ limit: Int64, needed: Int64? = nil) -> DatabaseError {
        let size = needed.map { " and has to be at least \($0)" } ?? ""
        return DatabaseError(
            .tooLarge, "a value is larger than the server's max_allowed_packet, which is \(limit) bytes\(size)",
            remedy:
                "raise max_allowed_packet on the server (SET GLOBAL and its configuration), then run the same command "
                + "again; it resumes where this run stopped")
    }

    /// A connection that failed.
    static func connecting(number: UInt32, text: String, parameters: MySQLParameters) -> DatabaseError {
        let (place, user) = (parameters.place, parameters.userName)
        func failure(_ condition: DatabaseError.Condition, _ message: String) -> DatabaseError {
            DatabaseError(condition, message, detail: "libmariadb \(number): \(text)")
        }
        if text.contains("restricted_auth") {
            return failure(
                .notAuthorised,
                "\(place) wants the password of user \(user) in clear text, which is sent over verified TLS only "
                    + "(ssl_mode=VERIFY_CA or VERIFY_IDENTITY)")
        }
        switch number {
        case 1045, 1698, 1251, 1275, 2059, 2061:
            return failure(.notAuthorised, "\(place) refused the password of user \(user), or there was none")
        case 1044:
            return failure(
                .notAuthorised, "user \(user) may not use database \(parameters.database ?? "?") on \(place)")
        case 1049:
            return failure(.cannotConnect, "there is no database \(parameters.database ?? "?") on \(place)")
        case 1130, 1129:
            return failure(.notAuthorised, "\(place) does not let anybody in from here")
        case 1040, 1203, 1226:
            return failure(.cannotConnect, "\(place) has no free connection left")
        case 2005:
            return failure(.cannotConnect, "there is no host of that name: \(place)")
        case 2002, 2003, 2004:
            // libmariadb puts the operating system's number in brackets at the end.
            if text.contains("(110)") || text.contains("(113)") || text.contains("(101)") || text.contains("timed out")
            {
                return failure(.cannotConnect, "\(place) does not answer")
            }
            return failure(.cannotConnect, "nothing listens on \(place); check host and port")
        case 2026: return failure(.cannotConnect, tls(text, parameters))
        case 2012, 2013, 2006, 2027:
            return failure(
                .cannotConnect, "what listens on \(place) is no server of the MySQL family, or it does not answer")
        case 1053: return failure(.cannotConnect, "\(place) is starting or stopping")
        default: return failure(.cannotConnect, "connecting to \(place) failed")
        }
    }

    private static func tls(_ text: String, _ parameters: MySQLParameters) -> String {
        let place = parameters.place
        if text.contains("does not support") || text.contains("SSL is required") {
            return "\(place) does not offer TLS, which ssl_mode demands"
        }
        if text.contains("host name") || text.contains("hostname") || text.contains("Validation of SSL server") {
            return "the certificate of \(place) is for another host name (ssl_mode=VERIFY_IDENTITY)"
        }
        if text.contains("No such file") || text.contains("no such file") {
            return "there is no file with trusted CAs to hold the certificate of \(place) against; give it as ssl_ca"
        }
        if text.contains("certificate") || text.contains("self-signed") || text.contains("self signed") {
            return "the certificate of \(place) is not signed by a CA of ssl_ca"
        }
        return "TLS with \(place) failed; check ssl_mode and ssl_ca"
    }
}
