import Foundation
import Synchronization

/// Looks again and again until something is so, on this thread.
///
/// - Throws: when it is not so after ten minutes; no test waits for ever.
package func waitUntil(_ what: String, _ isSo: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(600)
    while try !isSo() {
        guard ContinuousClock.now < end else {
            throw FaultRunner.Failure(description: "\(what): not within ten minutes")
        }
        usleep(1000)
    }
}

/// A body that blocks, on a thread of its own: the few threads that tests share may all be waiting for it.
package final class OwnThread<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts the body at once.
    package init(_ body: @escaping @Sendable () throws -> Value) {
        Thread.detachNewThread { [self] in
            let outcome = Result { try body() }
            result.withLock { $0 = outcome }
            ended.signal()
        }
    }

    /// What the body returned or threw; waits for its end. To be asked once.
    package func value() throws -> Value? {
        ended.wait()
        return try result.withLock { try $0?.get() }
    }
}
