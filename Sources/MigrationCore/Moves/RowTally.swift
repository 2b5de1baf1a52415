import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Which rows a table has and when each was written last, summed up in constant memory: to find those that were written
/// meanwhile, whatever the writers' clocks say.
///
/// Two tallies differ in the buckets of the keys whose rows differ; a row that did not change can share a bucket with one
/// that did.
package struct RowTally: Sendable {
    private var sums = [UInt64](repeating: 0, count: 1 << 16)

    /// Counts the rows of a query, whose first column is the key.
    init(of query: String, on connection: any DatabaseConnection) throws {
        try connection.forEachRow(SQLStatement(query)) { row in
            add(row)
            return true
        }
    }

    private mutating func add(_ row: SQLRow) {
        var hash = Self.hash(row[0])
        let bucket = Self.bucket(hash)
        for value in row[1...] { hash = (hash ^ Self.hash(value)) &* Self.prime }
        sums[bucket] &+= hash
    }

    /// The keys whose rows may differ.
    func difference(from other: RowTally) -> Difference {
        Difference(buckets: Set(sums.indices.filter { sums[$0] != other.sums[$0] }))
    }

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
    private let rows: RowTally
    /// The server's number of other connections' commits.
    private let foreignCommits: SQLValue?

    /// - Parameter query: reads key and time of each row that another program may write meanwhile.
    init(_ query: String, on connection: any DatabaseConnection) throws {
        // Before the rows: a commit in between counts as one since then.
        foreignCommits = try connection.dialect.foreignCommits.flatMap { try connection.value($0) }
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
