import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Which rows a table has and when each was written last, summed up in constant memory: to find those that were written
/// meanwhile, whatever the writers' clocks say.
///
/// Two tallies differ in the buckets of the keys whose rows differ; a row that did not change can share a bucket with one
/// that did.
package struct RowTally: Sendable {
    /// One per bucket; empty before the first row.
    private var sums: [UInt64] = []

    /// No rows.
    init() {}

    /// Counts the rows of a query, whose first column is the key.
    init(of query: String, on connection: any DatabaseConnection) throws {
        try connection.forEachRow(SQLStatement(query)) { row in
            add(row)
            return true
        }
    }

    /// Counts a row, whose first value is the key.
    mutating func add(_ row: SQLRow) {
        if sums.isEmpty { sums = Self.none }
        var hash = Self.hash(row[0])
        let bucket = Self.bucket(hash)
        for value in row[1...] { hash = (hash ^ Self.hash(value)) &* Self.prime }
        sums[bucket] &+= hash
    }

    /// The keys whose rows may differ.
    func difference(from other: RowTally) -> Difference {
        let (ours, theirs) = (sums.isEmpty ? Self.none : sums, other.sums.isEmpty ? Self.none : other.sums)
        return Difference(buckets: Set(ours.indices.filter { ours[$0] != theirs[$0] }))
    }

    /// The rows of both.
    static func + (left: RowTally, right: RowTally) -> RowTally {
        guard !left.sums.isEmpty, !right.sums.isEmpty else { return left.sums.isEmpty ? right : left }
        var both = left
        for position in both.sums.indices { both.sums[position] &+= right.sums[position] }
        return both
    }

    private static let none = [UInt64](repeating: 0, count: 1 << 16)

    /// Keys whose rows are not the same in two tallies.
    struct Difference {
        fileprivate var buckets: Set<Int>

        var isEmpty: Bool { buckets.isEmpty }
        func contains(_ key: SQLValue) -> Bool { buckets.contains(RowTally.bucket(RowTally.hash(key))) }
    }

    private static let prime: UInt64 = 0x100_0000_01b3

    /// FNV-1a, with the high bits mixed in.
    private static func hash(_ value: SQLValue) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in value.keyText.utf8 { hash = (hash ^ UInt64(byte)) &* prime }
        return hash ^ hash >> 29
    }

    private static func bucket(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash & 0xffff) }
}

/// What a move's rows were before its first batch.
package struct MoveBaseline: Sendable {
    /// Key and time of each row that another program may write meanwhile.
    var rows = RowTally()
    /// When the rows that a way down puts together had been moved, in epoch seconds; nil: not asked.
    var moves: Set<Int64>?
    /// The log of what others write; nil: what they wrote is told from the rows.
    private(set) var log: ChangeLog?
    /// The server's number of other connections' commits.
    private let foreignCommits: SQLValue?

    /// Without rows: the move counts them as it reads them.
    ///
    /// Comes before the rows are read: a commit in between counts as one since then.
    init(on connection: any DatabaseConnection) throws {
        foreignCommits = try connection.dialect.foreignCommits.flatMap { try connection.value($0) }
    }

    /// Nothing but the log, which has begun.
    init(_ log: ChangeLog) { (self.log, foreignCommits) = (log, nil) }

    /// - Parameter query: reads key and time of each row.
    init(_ query: String, on connection: any DatabaseConnection) throws {
        try self.init(on: connection)
        rows = try RowTally(of: query, on: connection)
    }

    /// Whether no other connection has written anything since.
    func isUntouched(_ connection: any DatabaseConnection) throws -> Bool {
        guard let query = connection.dialect.foreignCommits, let foreignCommits else { return false }
        return try connection.value(query) == foreignCommits
    }

    /// The keys of the rows that are not as they were, by the same query.
    func changes(of query: String, on connection: any DatabaseConnection) throws -> RowTally.Difference {
        try RowTally(of: query, on: connection).difference(from: rows)
    }
}
