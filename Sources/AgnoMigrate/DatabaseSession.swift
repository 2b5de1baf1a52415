import Dispatch

/// Runs blocking work on a thread of its own.
///
/// All client libraries block; the engine is ordinary synchronous code. This actor's executor is a dispatch queue, so
/// neither ever occupies a thread of the cooperative pool.
actor DatabaseSession {
    private nonisolated let executor = QueueExecutor(label: "agno-migrate.session")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func run<Result: Sendable>(_ body: @Sendable () throws -> Result) throws -> Result { try body() }
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
