import AgnoSchema
import Crypto
import DatabaseAccess
import SQLDialects

/// A session's run list as it is stored.
struct StoredList: Sendable {
    var value: SQLValue
    /// The fingerprint that the server has computed; nil: it computes none.
    fileprivate var serversFingerprint: String?
    /// The other columns that were asked for.
    var others: SQLRow

    var fingerprint: String { serversFingerprint ?? Fingerprint.of(value) }
}

/// Reads the run lists of a sessions table: many with one question while they are small, and also those that the server
/// does not send as a whole.
final class StoredLists {
    /// The name of the sessions table where a list is taken apart on the server.
    static let alias = "s"

    /// How many bytes of lists are kept at a time.
    private let groupBytes: Int64
    private let connection: any DatabaseConnection
    private let sessions: TableSnapshot
    /// The table's scan key, which takes a look at its definition.
    private let scanKey: String
    /// Columns: list, fingerprint, the others, scan key. Its condition is missing.
    private let whole: String
    /// The same for one session, composed once: a move asks for each. Parameters: scan key.
    private let one: String
    /// Parameters: scan key.
    private let others: String
    private let fingerprints: Bool
    /// How many lists the next question asks for.
    private var groupSize = 32

    /// - Parameters:
    ///   - columns: expressions that are read as well.
    ///   - groupBytes: how many bytes of lists a group has at most, but for a single list.
    init(
        _ connection: any DatabaseConnection, of sessions: TableSnapshot, with columns: [String] = [],
        groupBytes: Int64 = 4 << 20
    ) {
        let dialect = connection.dialect
        let list = dialect.quote("runs")
        let fingerprint = dialect.fingerprint(of: list)
        let key = dialect.scanKey(of: sessions)
        let table = dialect.table(sessions.name)
        self.connection = connection
        self.sessions = sessions
        self.groupBytes = groupBytes
        scanKey = key
        let isAtKey = "WHERE \(key) = \(dialect.placeholder(1))"
        whole = "SELECT \(([list, fingerprint ?? "NULL"] + columns + [key]).joined(separator: ", ")) FROM \(table)"
        one = "\(whole) \(isAtKey)"
        others = "SELECT \((columns + ["NULL"]).joined(separator: ", ")) FROM \(table) \(isAtKey)"
        fingerprints = fingerprint != nil
    }

    private var dialect: any Dialect { connection.dialect }

    /// The list of a session; NULL without the session.
    func list(at key: SQLValue) throws -> SQLValue { try row(at: key)?.value ?? .null }

    /// The list of a session with its fingerprint and the other columns; nil without the session.
    func row(at key: SQLValue) throws -> StoredList? {
        do {
            return try connection.rows(SQLStatement(one, [key])).first.map(stored)
        } catch let error as DatabaseError where error.condition == .tooLarge {
            let bytes = try elements(at: key, unless: error)
            let text = SQLValue.text(String(decoding: bytes, as: UTF8.self))
            // A server that computes fingerprints takes the SHA-256 of the text.
            let fingerprint = fingerprints ? SHA256.hash(data: bytes).hexadecimal : nil
            let others = try connection.rows(SQLStatement(others, [key])).first ?? []
            return StoredList(value: text, serversFingerprint: fingerprint, others: others)
        }
    }

    // MARK: Many lists

    /// A session and its list; nil where the session is no longer there.
    typealias Entry = (head: SessionHead, list: StoredList?)

    /// Hands over sessions with their lists in groups: each has as many as fit into a few megabytes, and at least one.
    ///
    /// - Parameter body: returns whether it wants the next group; may empty the one it is given.
    func forEachGroup(of heads: [SessionHead], _ body: (inout [Entry]) throws -> Bool) throws {
        var rest = heads[...]
        while !rest.isEmpty {
            var group = try group(of: rest)
            rest = rest.dropFirst(group.count)
            guard try body(&group) else { return }
        }
    }

    private func group(of heads: ArraySlice<SessionHead>) throws -> [Entry] {
        var size = min(groupSize, heads.count)
        while size > 1 {
            let group = heads.prefix(size)
            if let lists = try lists(at: group.map(\.key)) { return group.map { ($0, lists[$0.key]) } }
            size /= 4
        }
        guard let head = heads.first else { return [] }
        do {
            let list = try row(at: head.key)
            adapt(to: list?.value.byteCount ?? 0)
            return [(head, list)]
        } catch let error as DatabaseError {
            throw error.inSession(head.id, of: sessions.name)
        }
    }

    /// The lists at these keys; nil if they are larger together than what is kept at a time.
    private func lists(at keys: [SQLValue]) throws -> [SQLValue: StoredList]? {
        var lists: [SQLValue: StoredList] = [:]
        var bytes: Int64 = 0
        do {
            let isOne = dialect.isOne(of: keys, scanKey)
            try connection.forEachRow(SQLStatement("\(whole) WHERE \(isOne.sql)", isOne.bindings)) { row in
                bytes += row[0].byteCount
                lists[row[row.count - 1]] = stored(row)
                return bytes <= groupBytes
            }
        } catch let error as DatabaseError where error.condition == .tooLarge {
            return nil
        }
        guard bytes <= groupBytes else { return nil }
        adapt(to: bytes / Int64(keys.count))
        return lists
    }

    /// Chooses how many lists of that size are read together: half of what is kept leaves room for larger ones.
    private func adapt(to bytes: Int64) { groupSize = Int(min(max(groupBytes / 2 / max(bytes, 1), 1), 256)) }

    private func stored(_ row: SQLRow) -> StoredList {
        StoredList(value: row[0], serversFingerprint: row[1].string, others: Array(row[2..<(row.count - 1)]))
    }

    /// The list put together from its elements.
    private func elements(at key: SQLValue, unless error: DatabaseError) throws -> [UInt8] {
        let condition = "s.\(scanKey) = \(dialect.placeholder(1))"
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
