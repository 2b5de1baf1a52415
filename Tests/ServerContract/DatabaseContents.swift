/// Everything a database holds, a line for each object and row, whatever way and in whatever order it came there.
package struct DatabaseContents: Equatable, Sendable {
    /// How often each line occurs.
    private var counts: [String: Int] = [:]

    package init() {}

    package mutating func add(_ line: String) { counts[line, default: 0] += 1 }

    /// The lines, sorted.
    package var lines: [String] { counts.flatMap { Array(repeating: $0.key, count: $0.value) }.sorted() }

    /// The differences, for a failure's message; empty if there are none.
    package func differences(from other: DatabaseContents) -> [String] {
        surplus(over: other).map { "unexpected \($0)" } + other.surplus(over: self).map { "missing \($0)" }
    }

    private func surplus(over other: DatabaseContents) -> [String] {
        counts.filter { $0.value > other.counts[$0.key, default: 0] }.keys.sorted().map { String($0.prefix(400)) }
    }
}
