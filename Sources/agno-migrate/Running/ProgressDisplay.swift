import AgnoMigrate
import Foundation
import Synchronization

/// Shows events while a migration runs: a bar on a terminal, plain lines elsewhere, at least one every 10 s of work.
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
    private static let longestSilence = Duration.seconds(9)

    /// Makes a display; `prefix` tells databases apart where there are several.
    init(console: Console, prefix: String) {
        self.console = console
        self.prefix = prefix
        // Nothing happens during a long statement, and the display goes on all the same.
        Thread.detachNewThread { [weak self] in
            repeat { Thread.sleep(forTimeInterval: 1) } while self?.tick() == true
        }
    }

    /// Takes the bar away and shows nothing from now on.
    func finish() {
        state.withLock { state in
            state.isFinished = true
            state.work = nil
            console.show(bar: "")
        }
    }

    /// The warnings that were shown as events.
    var shownWarnings: Set<String> { state.withLock { $0.warnings } }

    /// Shows an event.
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
        if isFirst || isDue(after: Self.longestSilence) { line(text) }
    }

    private func lockTaken() {
        let waited = state.withLock { state in
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        if waited { line("the lock is free; the state is read again") }
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
            line(state.withLock { Self.words($0) } ?? work)
        }
    }

    private func end(_ name: String, _ report: StepReport) {
        end()
        guard !console.notes.isTerminal, report.outcome != .alreadySatisfied, report.outcome != .notApplicable else {
            return
        }
        let rows = report.rows > 0 ? ", \(Wording.count(report.rows, "row"))" : ""
        line("\(name) \(report.version): \(report.outcome.rawValue)\(rows), \(Wording.duration(report.seconds))")
    }

    private func end() {
        state.withLock { state in
            state.work = nil
            state.progress = nil
        }
        if console.notes.isTerminal { console.show(bar: "") }
    }

    /// Shows that work goes on; false when there is nothing more to come.
    private func tick() -> Bool {
        let (isWorking, isFinished) = state.withLock { ($0.work != nil, $0.isFinished) }
        guard isWorking else { return !isFinished }
        if console.notes.isTerminal {
            showBar()
        } else if isDue(after: Self.longestSilence), let words = state.withLock({ Self.words($0) }) {
            line(words)
        }
        return true
    }

    /// Whether so much time has passed since something was shown; if so, the time begins anew.
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
            guard let words = Self.words(state) else { return }
            let width = ProgressBar.terminalWidth()
            console.show(bar: ProgressBar.text(printable(prefix + words), state.progress, width: width))
        }
    }

    private static func words(_ state: State) -> String? {
        guard let work = state.work else { return nil }
        guard let progress = state.progress, progress.total > 0 else {
            let elapsed = (ContinuousClock.now - state.workStarted).components.seconds
            return elapsed > 0 ? "\(work): working, \(Wording.wholeSeconds(elapsed))" : work
        }
        let done = min(progress.done, progress.total)
        var words = "\(work): \(Wording.count(done)) of \(Wording.count(progress.total))"
        guard progress.seconds > 0, done > 0 else { return words }
        let rate = Double(done) / progress.seconds
        words += ", \(Wording.count(Int64(min(rate, 1e15))))/s"
        let left = Int64(min(Double(progress.total - done) / rate, 1e15))
        return left > 0 ? "\(words), \(Wording.wholeSeconds(left)) left" : words
    }
}

/// One line with a bar.
enum ProgressBar {
    /// The line, cut to the width of the terminal.
    static func text(_ words: String, _ progress: MigrationEvent.Progress?, width: Int) -> String {
        guard let progress, progress.total > 0 else { return String(words.prefix(width - 1)) }
        let share = min(1, Double(progress.done) / Double(progress.total))
        let percent = String(Int(share * 100))
        let suffix = " " + String(repeating: " ", count: 3 - percent.count) + percent + " %"
        let cells = min(24, width - 1 - words.count - suffix.count - 3)
        guard cells >= 6 else { return String(words.prefix(width - 1)) }
        let full = Int(share * Double(cells))
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: cells - full)
        return "[\(bar)]\(suffix) \(words)"
    }

    /// How many columns the terminal behind standard error has.
    static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
        return Int(size.ws_col)
    }
}
