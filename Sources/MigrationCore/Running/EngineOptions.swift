package import Logging

extension EngineOptions {
    /// Whether a table of that stored size is to be changed beside a running application.
    func isOnline(bytes: Int64) -> Bool {
        switch online {
        case .never: false
        case .always: true
        case .auto: bytes >= onlineBytes
        }
    }
}

/// When a change that rewrites a table is made beside a running application.
public enum OnlineMode: String, Sendable, CaseIterable {
    /// From a size of the table on, where the server and the table allow it.
    case auto
    /// Whatever the size of the table; a table that does not allow it is refused.
    case always
    /// Never: the table is locked for as long as the change takes.
    case never
}

/// The behaviour of a run; no option changes the result in the database.
package struct EngineOptions: Sendable {
    /// The time to wait for another migration; zero disables waiting.
    package var waitTimeout: Duration
    package var interruption: Interruption
    package var onEvent: @Sendable (MigrationEvent) -> Void
    package var logger: Logger
    package var clock: MigrationClock
    /// The approximate number of bytes of run lists per transaction; nil: as many as the server's dialect allows.
    package var batchBytes: Int64?
    /// The stored size in bytes from which rows are moved over several connections, if the server allows it.
    package var parallelBytes: Int64
    /// The number of attempts of a transaction that other sessions block; nil: that of the server's dialect.
    package var lockAttempts: Int?
    /// The stored size in bytes from which a table is changed beside a running application, before its step.
    package var onlineBytes: Int64
    /// When columns are converted beside a running application.
    package var online: OnlineMode = .auto
    /// Whether idle sessions of other clients are ended after columns have been exchanged.
    package var recyclesConnections = false
    /// Whether the server may move well-formed rows itself, if it supports that.
    package var usesServerSideMoves: Bool
    /// This program's version in the lock and the journal.
    package var toolVersion: String
    /// The id of the run in the journal; nil generates one.
    package var runID: String?
    /// Whether reports carry a proof.
    package var makesProof = false
    /// Where the running operation records what its proof says.
    var proof: ProofRecorder?

    package init(
        waitTimeout: Duration = .seconds(600), interruption: Interruption = Interruption(),
        onEvent: @escaping @Sendable (MigrationEvent) -> Void = { _ in }, logger: Logger,
        clock: MigrationClock = .system,
        batchBytes: Int64? = nil, parallelBytes: Int64 = 64 << 20, lockAttempts: Int? = nil,
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
