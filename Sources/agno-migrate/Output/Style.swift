import Foundation

/// The colours of one stream. There are none if the stream is not a terminal, with `--no-color`, with any value of
/// `NO_COLOR`, and if `TERM` is `dumb` or missing.
struct Style: Sendable {
    let hasColors: Bool
    /// Whether the stream is a terminal that can overwrite a line.
    let isTerminal: Bool

    init(of descriptor: Int32, noColor: Bool, environment: [String: String] = ProcessInfo.processInfo.environment) {
        let terminal = environment["TERM"] ?? ""
        isTerminal = isatty(descriptor) == 1 && !terminal.isEmpty && terminal != "dumb"
        hasColors = isTerminal && !noColor && (environment["NO_COLOR"] ?? "").isEmpty
    }

    func bold(_ text: String) -> String { paint(text, 1) }
    func dim(_ text: String) -> String { paint(text, 2) }
    func red(_ text: String) -> String { paint(text, 31) }
    func green(_ text: String) -> String { paint(text, 32) }
    func yellow(_ text: String) -> String { paint(text, 33) }

    /// `title: a, b` as a line; none without any name.
    func dimmed(_ title: String, _ names: [String]) -> [String] {
        names.isEmpty ? [] : [dim("\(title): \(printable(names.joined(separator: ", ")))")]
    }

    private func paint(_ text: String, _ code: Int) -> String {
        hasColors && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
