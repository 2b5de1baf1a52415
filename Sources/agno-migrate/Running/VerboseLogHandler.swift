import AgnoMigrate
import Foundation
import Logging

/// Writes the log lines of `--verbose` to standard error: `12:03:04.567 debug message key=value`.
struct VerboseLogHandler: LogHandler {
    var logLevel: Logger.Level = .debug
    var metadata: Logger.Metadata = [:]
    private let console: Console

    init(console: Console) { self.console = console }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let text = oneLine("\(event.message)\(pairs)")
        let time = Date().formatted(Date.ISO8601FormatStyle().time(includingFractionalSeconds: true))
        console.write(console.notes.dim("\(time) \(event.level) \(text)"))
    }
}
