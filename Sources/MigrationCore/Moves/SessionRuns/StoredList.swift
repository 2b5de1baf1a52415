import AgnoSchema
import Crypto
import DatabaseAccess
import SQLDialects

/// Reads the run lists of a sessions table, also those that the server does not send as a whole.
struct StoredLists {
    /// The name of the sessions table where a list is taken apart on the server.
    static let alias = "s"

    private let connection: any DatabaseConnection
    private let sessions: TableSnapshot
    /// Parameters: scan key.
    private let whole: String
    private let others: String
    private let fingerprints: Bool

    /// - Parameter columns: expressions that ``row(at:)`` reads as well.
    init(_ connection: any DatabaseConnection, of sessions: TableSnapshot, with columns: [String] = []) {
        let dialect = connection.dialect
        let list = dialect.quote("runs")
        let fingerprint = dialect.fingerprint(of: list)
        let row =
            "FROM \(dialect.table(sessions.name)) WHERE \(dialect.scanKey(of: sessions)) = \(dialect.placeholder(1))"
        self.connection = connection
        self.sessions = sessions
        whole = "SELECT \(([list, fingerprint ?? "NULL"] + columns).joined(separator: ", ")) \(row)"
        others = "SELECT \((columns + ["NULL"]).joined(separator: ", ")) \(row)"
        fingerprints = fingerprint != nil
    }

    private var dialect: any Dialect { connection.dialect }

    /// The list of a session; NULL without the session.
    func list(at key: SQLValue) throws -> SQLValue { try row(at: key)?.list ?? .null }

    /// The list of a session with its fingerprint and the other columns; nil without the session.
    func row(at key: SQLValue) throws -> (list: SQLValue, fingerprint: String, others: SQLRow)? {
        do {
            let found = try connection.rows(SQLStatement(whole, [key])).first
            return found.map { ($0[0], $0[1].string ?? Fingerprint.of($0[0]), Array($0[2...])) }
        } catch let error as DatabaseError where error.condition == .tooLarge {
            let bytes = try elements(at: key, unless: error)
            let text = SQLValue.text(String(decoding: bytes, as: UTF8.self))
            // A server that computes fingerprints takes the SHA-256 of the text.
            let fingerprint = fingerprints ? SHA256.hash(data: bytes).hexadecimal : Fingerprint.of(text)
            return (text, fingerprint, try connection.rows(SQLStatement(others, [key])).first ?? [])
        }
    }

    /// The list put together from its elements.
    private func elements(at key: SQLValue, unless error: DatabaseError) throws -> [UInt8] {
        let condition = "s.\(dialect.scanKey(of: sessions)) = \(dialect.placeholder(1))"
        guard
            let query = dialect.elements(
                ofList: dialect.quote("runs"), in: dialect.table(sessions.name), where: condition)
        else { throw error }
        var elements: [(place: Int64, text: String)] = []
        var size: Int64?
        do {
            try connection.forEachRow(SQLStatement(query, [key])) { row in
                size = row[2].int
                if let place = row[0].int, case .text(let text) = row[1] { elements.append((place, text)) }
                return true
            }
        } catch let error as DatabaseError where error.condition == .tooLarge {
            throw error.naming("a run of its list, which has", size)
        }
        guard !elements.isEmpty else { throw error.naming("its list, which has", size) }
        let texts = elements.sorted { $0.place < $1.place }.map(\.text)
        return Array("[\(texts.joined(separator: ", "))]".utf8)
    }
}

extension DatabaseError {
    /// The error with the number of bytes of what is too large.
    fileprivate func naming(_ what: String, _ size: Int64?) -> DatabaseError {
        guard let size else { return self }
        return DatabaseError(
            condition, "\(message) (\(what) \(size) bytes in all)", remedy: remedy, detail: detail)
    }

    /// The error of a value that is too large, with the session that it belongs to; any other error as it is.
    func inSession(_ id: SQLValue, of table: String) -> any Error {
        guard condition == .tooLarge else { return self }
        let error = MigrationError(reporting: self)
        return MigrationError(
            error.code, "\(table), session \(id.keyText): \(error.message)", remedy: error.remedy, rows: [id.keyText],
            detail: error.detail)
    }
}
