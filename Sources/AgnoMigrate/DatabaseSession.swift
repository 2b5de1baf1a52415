import Dispatch
import MigrationCore

/// Runs blocking work on a thread of its own.
///
/// All client libraries block, and the engine is synchronous. This actor's executor is a dispatch queue, so neither ever
/// occupies a thread of the cooperative pool.
actor DatabaseSession {
    private nonisolated let executor = QueueExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init() {}

    /// Runs work to its end; cancelling the task stops it at the next safe point.
    static func run<Value: Sendable>(
        _ options: EngineOptions, _ work: @escaping @Sendable (EngineOptions) throws(MigrationError) -> Value
    ) async throws(MigrationError) -> Value {
        let interruption = Interruption(parent: options.interruption)
        var options = options
        options.interruption = interruption
        return try await withTaskCancellationHandler { [options] in
            await DatabaseSession().result(of: work, options)
        } onCancel: {
            interruption.request()
        }.get()
    }

    private func result<Value: Sendable>(
        of work: @Sendable (EngineOptions) throws(MigrationError) -> Value, _ options: EngineOptions
    ) -> Result<Value, MigrationError> {
        Result { () throws(MigrationError) in try work(options) }
    }
}

private final class QueueExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "agno-migrate.session")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
