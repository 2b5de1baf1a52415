import Metrics
import Synchronization

/// A backend of swift-metrics that exports Prometheus' text format (0.0.4).
///
/// It belongs to one service and changes no global state.
final class PrometheusRegistry: MetricsFactory, Sendable {
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

    // MARK: Making

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(self, Series(name: label, labels: Self.text(dimensions)))
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Handler(self, Series(name: label, labels: Self.text(dimensions)))
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Handler(self, Series(name: label, labels: Self.text(dimensions)))
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handler(self, Series(name: label, labels: Self.text(dimensions)))
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private static func text(_ dimensions: [(String, String)]) -> String {
        dimensions.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(name)=\"\(escaped)\""
        }.joined(separator: ",")
    }

    // MARK: Changing

    private final class Handler: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
        private let registry: PrometheusRegistry
        private let series: Series

        init(_ registry: PrometheusRegistry, _ series: Series) {
            self.registry = registry
            self.series = series
        }

        func increment(by amount: Int64) {
            registry.change(series) { value in
                if case .counter(let old) = value { .counter(old &+ amount) } else { .counter(amount) }
            }
        }

        func reset() { registry.change(series) { _ in .counter(0) } }
        func set(_ value: Int64) { set(Double(value)) }
        func set(_ value: Double) { registry.change(series) { _ in .gauge(value) } }
        func increment(by amount: Double) { add(amount) }
        func decrement(by amount: Double) { add(-amount) }

        private func add(_ amount: Double) {
            registry.change(series) { value in
                if case .gauge(let old) = value { .gauge(old + amount) } else { .gauge(amount) }
            }
        }

        func record(_ value: Int64) { record(Double(value)) }
        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

        func record(_ value: Double) {
            registry.change(series) { old in
                var counts = [Int64](repeating: 0, count: PrometheusRegistry.bounds.count)
                var (sum, count) = (0.0, Int64(0))
                if case .histogram(let oldCounts, let oldSum, let oldCount) = old {
                    (counts, sum, count) = (oldCounts, oldSum, oldCount)
                }
                for (index, bound) in PrometheusRegistry.bounds.enumerated() where value <= bound { counts[index] += 1 }
                return .histogram(counts: counts, sum: sum + value, count: count + 1)
            }
        }
    }

    private func change(_ series: Series, _ body: (Value?) -> Value) {
        values.withLock { $0[series] = body($0[series]) }
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
            return zip(bounds, counts).map { line("_bucket", "le=\"\($0)\"", "\($1)") }
                + [
                    line("_bucket", "le=\"+Inf\"", "\(count)"), line("_sum", "", "\(sum)"),
                    line("_count", "", "\(count)"),
                ]
        }
    }
}
