import Foundation

/// Colours for one stream, or none.
///
/// There are none when the stream is no terminal, with `--no-color`, with `NO_COLOR` set to anything, and when `TERM`
/// is `dumb` or missing.
struct Style: Sendable {
    /// Whether colours may be used.
    let hasColors: Bool
    /// Whether the stream is a terminal on which a line can be written over.
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

    private func paint(_ text: String, _ code: Int) -> String {
        hasColors && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
