import AgnoMigrate
import Foundation
import Synchronization

/// The two streams of the process: results on standard output, everything else on standard error.
///
/// A closed pipe (`| head`) is not an error: further output is dropped. The progress bar is the last line of standard error;
/// other output goes above it.
final class Console: Sendable {
    let output: Style
    /// The style of notes, errors and progress.
    let notes: Style
    /// Whether progress and notes are suppressed; errors and warnings are not.
    let isQuiet: Bool

    private struct State {
        var bar = ""
        var hasSection = false
        var outputError: Int32?
    }

    private let state = Mutex(State())

    init(isQuiet: Bool, noColor: Bool) {
        self.isQuiet = isQuiet
        output = Style(of: STDOUT_FILENO, noColor: noColor)
        notes = Style(of: STDERR_FILENO, noColor: noColor)
    }

    /// Writes a section of a result to standard output; a blank line separates sections.
    func section(_ lines: [String]) {
        let isFirst = state.withLock { state in
            defer { state.hasSection = true }
            return !state.hasSection
        }
        result(Array(((isFirst ? lines : [""] + lines).joined(separator: "\n") + "\n").utf8))
    }

    func result(_ bytes: [UInt8]) {
        state.withLock { state in
            clear(&state)
            guard state.outputError == nil else { return }
            state.outputError = Self.write(bytes, to: STDOUT_FILENO)
        }
    }

    /// The error number of a failed write to standard output; nil if there was none or the pipe was closed.
    var outputError: Int32? { state.withLock { $0.outputError == EPIPE ? nil : $0.outputError } }

    func note(_ line: String) {
        if !isQuiet { write(line) }
    }

    func warning(_ text: String) { write("\(notes.yellow("warning:")) \(printable(text))") }

    /// Writes an error to standard error: the message, the remedy and the keys of the rows that are the cause.
    func error(_ error: MigrationError) {
        write("\(notes.red("error:")) \(printable(error.message))")
        for line in error.advice { write(line) }
    }

    /// Writes a line to standard error, above the progress bar.
    func write(_ line: String) {
        state.withLock { state in
            let bar = state.bar
            clear(&state)
            _ = Self.write(Array("\(line)\n\(bar)".utf8), to: STDERR_FILENO)
            state.bar = bar
        }
    }

    func ask(_ text: String) {
        state.withLock { state in
            clear(&state)
            _ = Self.write(Array(text.utf8), to: STDERR_FILENO)
        }
    }

    /// Replaces the progress bar; an empty text removes it.
    func show(bar: String) {
        state.withLock { state in
            guard bar != state.bar else { return }
            clear(&state)
            state.bar = bar
            _ = Self.write(Array(bar.utf8), to: STDERR_FILENO)
        }
    }

    private func clear(_ state: inout State) {
        guard !state.bar.isEmpty else { return }
        _ = Self.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO)
        state.bar = ""
    }

    /// Writes all bytes; returns the error number of a failure.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&poller, 1, 1000)
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }
}

/// Escapes every character that could move the cursor, colour the terminal or break the line.
func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// Joins several lines into one printable line.
func oneLine(_ text: String) -> String { printable(text.split { $0.isNewline || $0 == "\t" }.joined(separator: " ")) }
