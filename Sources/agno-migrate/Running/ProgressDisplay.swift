import AgnoMigrate
import Foundation
import Synchronization

/// Shows the events of a migration: a bar on a terminal, otherwise plain lines, at least one every 10 s of work.
final class ProgressDisplay: Sendable {
    private struct State {
        var work: String?
        var workStarted = ContinuousClock.now
        var progress: MigrationEvent.Progress?
        var lastShown: ContinuousClock.Instant?
        var isWaiting = false
        var warnings: Set<String> = []
        var isFinished = false
    }

    private let console: Console
    private let prefix: String
    private let state = Mutex(State())

    private static let barInterval = Duration.milliseconds(100)
    private static let lineInterval = Duration.seconds(5)
    private static let heartbeatInterval = Duration.seconds(9)

    /// Makes a display; the prefix names the database if there are several.
    init(console: Console, prefix: String) {
        self.console = console
        self.prefix = prefix
        // A long statement sends no events; the timer keeps the display alive.
        Thread.detachNewThread { [weak self] in
            repeat { Thread.sleep(forTimeInterval: 1) } while self?.tick() == true
        }
    }

    func finish() {
        state.withLock { state in
            state.isFinished = true
            state.work = nil
            console.show(bar: "")
        }
    }

    var shownWarnings: Set<String> { state.withLock { $0.warnings } }

    func handle(_ event: MigrationEvent) {
        switch event {
        case .waitingForLock(let holder): wait(holder)
        case .lockTaken: lockTaken()
        case .tableStarted(_, let name): begin(name)
        case .stepStarted(_, let name, let version): begin("\(name) \(version)")
        case .progress(_, let name, let version, let progress): advance("\(name) \(version)", progress)
        case .stepFinished(_, let name, let report): end(name, report)
        case .tableFinished: end()
        case .warning(let text):
            if state.withLock({ $0.warnings.insert(text).inserted }) { console.warning(prefix + text) }
        case .note(let text): console.note(printable(prefix + text))
        }
    }

    private func wait(_ holder: LockHolder) {
        let text =
            "another migration holds the lock (\(holder.description)); waiting, "
            + Wording.wholeSeconds(holder.waited.components.seconds)
        let isFirst = state.withLock { state in
            defer { state.isWaiting = true }
            return !state.isWaiting
        }
        if isFirst || isDue(after: Self.heartbeatInterval) { line(text) }
    }

    private func lockTaken() {
        let waited = state.withLock { state in
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        if waited { line("the lock is free; reading the state again") }
    }

    private func begin(_ work: String) {
        state.withLock { state in
            state.work = work
            state.workStarted = .now
            state.progress = nil
        }
        if console.notes.isTerminal { showBar() }
    }

    private func advance(_ work: String, _ progress: MigrationEvent.Progress) {
        state.withLock { state in
            state.work = work
            state.progress = progress
        }
        if console.notes.isTerminal {
            if isDue(after: Self.barInterval) { showBar() }
        } else if isDue(after: Self.lineInterval) {
            line(state.withLock { Self.displayText($0) } ?? work)
        }
    }

    private func end(_ name: String, _ report: StepReport) {
        end()
        guard !console.notes.isTerminal, report.outcome != .alreadySatisfied, report.outcome != .notApplicable else {
            return
        }
        let rows = report.rows > 0 ? ", \(Wording.count(report.rows, "row"))" : ""
        line("\(name) \(report.version): \(report.outcome.rawValue)\(rows), \(Wording.duration(report.duration))")
    }

    private func end() {
        state.withLock { state in
            state.work = nil
            state.progress = nil
        }
        if console.notes.isTerminal { console.show(bar: "") }
    }

    /// Shows that work continues; returns false after the end.
    private func tick() -> Bool {
        let (isWorking, isFinished) = state.withLock { ($0.work != nil, $0.isFinished) }
        guard isWorking else { return !isFinished }
        if console.notes.isTerminal {
            showBar()
        } else if isDue(after: Self.heartbeatInterval), let text = state.withLock({ Self.displayText($0) }) {
            line(text)
        }
        return true
    }

    /// Whether the interval has passed since the last output; if so, it restarts.
    private func isDue(after interval: Duration) -> Bool {
        state.withLock { state in
            let now = ContinuousClock.now
            let since = state.lastShown ?? state.workStarted
            guard now - since >= interval else { return false }
            state.lastShown = now
            return true
        }
    }

    private func line(_ text: String) {
        state.withLock { $0.lastShown = .now }
        console.note(printable(prefix + text))
    }

    private func showBar() {
        guard !console.isQuiet else { return }
        state.withLock { state in
            guard let text = Self.displayText(state) else { return }
            let width = ProgressBar.terminalWidth()
            console.show(bar: ProgressBar.text(printable(prefix + text), state.progress, width: width))
        }
    }

    private static func displayText(_ state: State) -> String? {
        guard let work = state.work else { return nil }
        guard let progress = state.progress, progress.total > 0 else {
            let elapsed = (ContinuousClock.now - state.workStarted).components.seconds
            return elapsed > 0 ? "\(work): working, \(Wording.wholeSeconds(elapsed))" : work
        }
        let done = min(progress.done, progress.total)
        var text = "\(work): \(Wording.count(done)) of \(Wording.count(progress.total))"
        let seconds = progress.elapsed / .seconds(1)
        guard seconds > 0, done > 0 else { return text }
        let rate = Double(done) / seconds
        text += ", \(Wording.count(Int64(min(rate, 1e15))))/s"
        let left = Int64(min(Double(progress.total - done) / rate, 1e15))
        return left > 0 ? "\(text), \(Wording.wholeSeconds(left)) left" : text
    }
}

enum ProgressBar {
    static func text(_ label: String, _ progress: MigrationEvent.Progress?, width: Int) -> String {
        guard let progress, progress.total > 0 else { return String(label.prefix(width - 1)) }
        let share = min(1, Double(progress.done) / Double(progress.total))
        let percent = String(Int(share * 100))
        let suffix = " " + String(repeating: " ", count: 3 - percent.count) + percent + " %"
        let cells = min(24, width - 1 - label.count - suffix.count - 3)
        guard cells >= 6 else { return String(label.prefix(width - 1)) }
        let full = Int(share * Double(cells))
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: cells - full)
        return "[\(bar)]\(suffix) \(label)"
    }

    /// The number of columns of the terminal behind standard error.
    static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
        return Int(size.ws_col)
    }
}
