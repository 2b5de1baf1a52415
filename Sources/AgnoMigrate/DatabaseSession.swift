import Dispatch
import MigrationCore

/// Runs blocking work on a thread of its own.
///
/// All client libraries block, and the engine is synchronous. This actor's executor is a dispatch queue, so neither ever
/// occupies a thread of the cooperative pool.
actor DatabaseSession {
    private nonisolated let executor = QueueExecutor(label: "agno-migrate.session")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init() {}

    /// Runs work to its end; cancelling the task requests the interruption.
    static func run<Value: Sendable>(
        stopping interruption: Interruption, _ work: @escaping @Sendable () throws(MigrationError) -> Value
    ) async throws(MigrationError) -> Value {
        let session = DatabaseSession()
        let result = await withTaskCancellationHandler {
            await session.result(of: work)
        } onCancel: {
            interruption.request()
        }
        return try result.get()
    }

    private func result<Value: Sendable>(
        of work: @Sendable () throws(MigrationError) -> Value
    ) -> Result<Value, MigrationError> {
        Result(catching: work)
    }
}

private final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
