import Dispatch
import Synchronization

/// A value that another thread computes ahead of the one that asks for it.
///
/// If no thread has started on it when it is asked for, the one that asks computes it, and so never waits for a thread that
/// does not come.
package final class Future<Value: Sendable>: Sendable {
    private enum State {
        case waiting(@Sendable () -> Value)
        case computed(Value)
    }

    private let state: Mutex<State>

    package init(_ compute: @escaping @Sendable () -> Value) {
        state = Mutex(.waiting(compute))
        DispatchQueue.global().async { [self] in _ = state.withLockIfAvailable { Self.compute(&$0) } }
    }

    /// The value, after waiting for a thread that has started on it.
    package var value: Value { state.withLock { Self.compute(&$0) } }

    /// Whoever holds the lock computes.
    private static func compute(_ state: inout State) -> Value {
        switch state {
        case .computed(let value): return value
        case .waiting(let compute):
            let value = compute()
            state = .computed(value)
            return value
        }
    }
}
