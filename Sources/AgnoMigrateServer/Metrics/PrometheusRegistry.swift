import Synchronization

/// Counters, gauges and histograms of one service, in Prometheus' text format (0.0.4).
final class PrometheusRegistry: Sendable {
    typealias Labels = KeyValuePairs<String, String>

    private struct Series: Hashable {
        let name: String
        let labels: String
    }

    private enum Value {
        case counter(Int64)
        case gauge(Double)
        case histogram(counts: [Int64], sum: Double, count: Int64)

        var type: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private let values = Mutex<[Series: Value]>([:])

    /// Upper bounds of the histograms, in seconds.
    private static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800,
    ]

    // MARK: Changing

    func count(_ name: String, _ labels: Labels = [:], by amount: Int64 = 1) {
        change(name, labels) { if case .counter(let old) = $0 { .counter(old &+ amount) } else { .counter(amount) } }
    }

    func add(_ amount: Double, toGauge name: String, _ labels: Labels = [:]) {
        change(name, labels) { if case .gauge(let old) = $0 { .gauge(old + amount) } else { .gauge(amount) } }
    }

    func record(_ duration: Duration, in name: String, _ labels: Labels) {
        let value = duration / .seconds(1)
        change(name, labels) { old in
            var counts = [Int64](repeating: 0, count: Self.bounds.count)
            var (sum, count) = (0.0, Int64(0))
            if case .histogram(let oldCounts, let oldSum, let oldCount) = old {
                (counts, sum, count) = (oldCounts, oldSum, oldCount)
            }
            for (index, bound) in Self.bounds.enumerated() where value <= bound { counts[index] += 1 }
            return .histogram(counts: counts, sum: sum + value, count: count + 1)
        }
    }

    private func change(_ name: String, _ labels: Labels, _ body: (Value?) -> Value) {
        let text = labels.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(name)=\"\(escaped)\""
        }.joined(separator: ",")
        values.withLock { $0[Series(name: name, labels: text)] = body($0[Series(name: name, labels: text)]) }
    }

    // MARK: Reading

    /// All series, ordered by name.
    func exposition(help: [String: String]) -> String {
        var lines: [String] = []
        var last = ""
        for (series, value) in values.withLock({ $0 }).sorted(by: {
            ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels)
        }) {
            if series.name != last {
                if let text = help[series.name] { lines.append("# HELP \(series.name) \(text)") }
                lines.append("# TYPE \(series.name) \(value.type)")
                last = series.name
            }
            lines += Self.lines(series, value)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ series: Series, _ value: Value) -> [String] {
        func line(_ suffix: String, _ more: String, _ value: String) -> String {
            let labels = [series.labels, more].filter { !$0.isEmpty }.joined(separator: ",")
            return series.name + suffix + (labels.isEmpty ? "" : "{\(labels)}") + " " + value
        }
        switch value {
        case .counter(let number): return [line("", "", "\(number)")]
        case .gauge(let number): return [line("", "", "\(number)")]
        case .histogram(let counts, let sum, let count):
            let all = line("_bucket", "le=\"+Inf\"", "\(count)")
            return zip(bounds, counts).map { line("_bucket", "le=\"\($0)\"", "\($1)") }
                + [all, line("_sum", "", "\(sum)"), line("_count", "", "\(count)")]
        }
    }
}
