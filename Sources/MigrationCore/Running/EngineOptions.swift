package import Logging

/// How a run behaves; nothing here changes what it does to a database.
package struct EngineOptions: Sendable {
    /// How long to wait for another migration, in seconds; zero: not at all.
    package var waitTimeout: Double
    package var interruption: Interruption
    package var onEvent: @Sendable (MigrationEvent) -> Void
    package var logger: Logger
    package var clock: MigrationClock
    /// About how many bytes of run lists one transaction takes.
    package var batchBytes: Int64
    /// From how many stored bytes on a table's rows are moved over several connections, where the server can.
    package var parallelBytes: Int64
    /// How often a transaction that other sessions keep out is tried.
    package var lockAttempts: Int
    /// From how many stored bytes on a table's indexes are built before the step, beside a running application.
    package var onlineBytes: Int64
    /// Whether the server may move well-formed rows itself, where it can.
    package var usesServerSideMoves: Bool
    /// What the lock and the journal say of this program.
    package var toolVersion: String
    /// What the journal calls the run; nil: a name made for it.
    package var runID: String?

    package init(
        waitTimeout: Double = 600, interruption: Interruption = Interruption(),
        onEvent: @escaping @Sendable (MigrationEvent) -> Void = { _ in }, logger: Logger,
        clock: MigrationClock = .system,
        batchBytes: Int64 = 64 << 20, parallelBytes: Int64 = 64 << 20, lockAttempts: Int = 15,
        onlineBytes: Int64 = 32 << 20,
        usesServerSideMoves: Bool = true, toolVersion: String = "0", runID: String? = nil
    ) {
        self.waitTimeout = waitTimeout
        self.interruption = interruption
        self.onEvent = onEvent
        self.logger = logger
        self.clock = clock
        self.batchBytes = batchBytes
        self.parallelBytes = parallelBytes
        self.lockAttempts = lockAttempts
        self.onlineBytes = onlineBytes
        self.usesServerSideMoves = usesServerSideMoves
        self.toolVersion = toolVersion
        self.runID = runID
    }
}
