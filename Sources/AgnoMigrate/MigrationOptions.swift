public import Logging
public import MigrationCore

/// How a manager works; nothing here changes what it does to a database.
public struct MigrationOptions: Sendable {
    /// How long to wait for another migration of the same database, in seconds; zero: not at all.
    public var waitTimeout: Double
    /// Stops the run at the next safe point when it is requested.
    public var interruption: Interruption
    /// What the journal and the history call the run; nil: a name made for each.
    public var runID: String?
    /// Called with everything that happens, on the thread that works.
    public var onEvent: @Sendable (MigrationEvent) -> Void
    /// Where statements and timings go, at debug level; never values.
    public var logger: Logger

    /// The defaults: wait ten minutes, tell nobody.
    public init(
        waitTimeout: Double = 600, interruption: Interruption = Interruption(), runID: String? = nil,
        onEvent: @escaping @Sendable (MigrationEvent) -> Void = { _ in },
        logger: Logger = Logger(label: "agno-migrate") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.waitTimeout = waitTimeout
        self.interruption = interruption
        self.runID = runID
        self.onEvent = onEvent
        self.logger = logger
    }
}
