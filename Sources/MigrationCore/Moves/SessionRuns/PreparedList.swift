import AgnoSchema
import LosslessJSON
import SQLDialects

/// A session's list, taken apart: all that a move has to know before it writes, found without the database.
struct PreparedList: Sendable {
    enum Content: Sendable {
        /// Nothing to move, or the list that was moved before.
        case nothing
        /// No list, or one whose text is broken somewhere: it must not leave the rows of its beginning behind.
        case unusable(RunListReader.Reason)
        /// A list of nothing but runs, each with an id of its own.
        case rows([RunRow])
        /// A list with something out of the ordinary.
        case elements([Element])
        /// A large list, which is read a second time.
        case large([UInt8])

        /// The rows of a list of nothing but runs; of any other none.
        var rows: [RunRow] { if case .rows(let rows) = self { rows } else { [] } }
    }

    /// An element of a list: a row, or why it cannot be one.
    enum Element: Sendable {
        case row(RunRow)
        case unplaced(Int, RunListReader.Reason)
    }

    var session: RunRow.Session
    var fingerprint: String
    /// Whether a list of the session was moved before.
    var isMarked: Bool
    /// The size of the list as it is stored, in bytes.
    var byteCount: Int64
    var content: Content

    /// The elements of a list up to this size are in memory together.
    private static let smallBytes = 1 << 20
    private static let reader = RunListReader()

    /// - Parameters:
    ///   - stored: with the columns ``RunsStatements/sessionColumns``; loses its value, so that a list of hundreds of
    ///     megabytes is in memory in one form at a time.
    ///   - now: when the rows are written; epoch seconds.
    init(_ head: SessionHead, _ stored: inout StoredList, now: Int64) {
        session = RunRow.Session(id: head.id, userID: stored.others[0], createdAt: stored.others[1].int)
        fingerprint = stored.fingerprint
        isMarked = head.marker != nil
        byteCount = stored.value.byteCount
        content = .nothing
        guard head.marker != fingerprint else { return }
        let list = RunListReader.content(of: stored.value)
        stored.value = .null
        switch list {
        case .nothing: break
        case .unusable(let reason): content = .unusable(reason)
        case .list(let bytes): content = (try? Self.content(of: bytes, session, now)) ?? .unusable(.notJSON)
        }
    }

    private static func content(of bytes: [UInt8], _ session: RunRow.Session, _ now: Int64) throws -> Content {
        guard bytes.count <= smallBytes else {
            _ = try bytes.withUnsafeBufferPointer { try JSONText.validate($0) }
            return .large(bytes)
        }
        var elements: [Element] = []
        try reader.walk(
            bytes, of: session, now: now, row: { elements.append(.row($0)) },
            unplaced: { elements.append(.unplaced($0, $1)) })
        var ids: Set<SQLValue> = []
        let rows = elements.compactMap {
            if case .row(let row) = $0, ids.insert(row.runID).inserted { row } else { nil }
        }
        return rows.count == elements.count ? .rows(rows) : .elements(elements)
    }

    /// Hands over the elements in order; none of what is no list.
    func forEachElement(now: Int64, _ body: (Element) throws -> Void) throws {
        switch content {
        case .nothing, .unusable: break
        case .rows(let rows): for row in rows { try body(.row(row)) }
        case .elements(let elements): try elements.forEach(body)
        case .large(let bytes):
            try Self.reader.walk(
                bytes, of: session, now: now, row: { try body(.row($0)) }, unplaced: { try body(.unplaced($0, $1)) })
        }
    }
}
