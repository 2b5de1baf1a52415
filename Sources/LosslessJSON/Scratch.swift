/// A growing stack whose top can be moved out without copying or counting references.
struct Scratch<Element>: ~Copyable {
    private var storage: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        storage = .allocate(capacity: self.capacity)
    }

    deinit {
        storage.deinitialize(count: count)
        storage.deallocate()
    }

    @inline(__always) mutating func push(_ element: consuming Element) {
        if count == capacity { grow() }
        (storage + count).initialize(to: element)
        count &+= 1
    }

    /// Takes the top element off; nil when there is none.
    @inline(__always) mutating func pop() -> Element? {
        guard count > 0 else { return nil }
        count &-= 1
        return (storage + count).move()
    }

    /// Takes the elements from `start` (at most `count`) up off, for the caller to move out of memory before the next push.
    @inline(__always) mutating func takeTop(from start: Int) -> UnsafeMutablePointer<Element> {
        count = start
        return storage + start
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: storage, count: count)
        storage.deallocate()
        storage = larger
        capacity *= 2
    }
}
