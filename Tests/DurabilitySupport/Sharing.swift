import Foundation
import Synchronization

/// A truth value that two threads share.
package final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    package init() {}

    package var isSet: Bool { value.load(ordering: .acquiring) }
    package func set() { value.store(true, ordering: .releasing) }
}

/// A number that two threads share.
package final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    package init() {}

    package var value: Int { count.load(ordering: .acquiring) }
    package func next() -> Int { count.add(1, ordering: .acquiringAndReleasing).newValue }
}
