public import Logging
public import MigrationCore

/// The behaviour of a ``MigrationManager`` or ``V1Import``; no option changes the result in the database.
public struct MigrationOptions: Sendable {
    /// The time to wait for another migration of the same database (default: ten minutes); zero disables waiting.
    public var waitTimeout: Duration
    /// Stops the run at the next safe point when it is requested.
    public var interruption: Interruption
    /// The id of the run in the journal and the history; nil (the default) generates one per run.
    public var runID: String?
    /// Called with every event, on the thread that does the work; the default ignores events.
    public var onEvent: @Sendable (MigrationEvent) -> Void
    /// Receives statements and timings at debug level, never values; the default discards them.
    public var logger: Logger
    /// Whether reports carry a proof (default: false). It takes reading all of Agno's tables before and after the work.
    public var makesProof = false
    /// When a change that rewrites a table is made beside a running application (default: `auto`).
    public var online: OnlineMode = .auto
    /// Whether idle sessions of other clients are ended after columns have been exchanged, so that pools connect anew (default: false).
    public var recyclesConnections = false

    /// Makes options; every parameter has a default.
    public init(
        waitTimeout: Duration = .seconds(600), interruption: Interruption = Interruption(), runID: String? = nil,
        onEvent: @escaping @Sendable (MigrationEvent) -> Void = { _ in },
        logger: Logger = Logger(label: "agno-migrate") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.waitTimeout = waitTimeout
        self.interruption = interruption
        self.runID = runID
        self.onEvent = onEvent
        self.logger = logger
    }

    /// The options of the engine.
    var engine: EngineOptions {
        var options = EngineOptions(
            waitTimeout: waitTimeout, interruption: interruption, onEvent: onEvent, logger: logger,
            toolVersion: agnoMigrateVersion, runID: runID)
        options.makesProof = makesProof
        options.online = online
        options.recyclesConnections = recyclesConnections
        return options
    }
}
