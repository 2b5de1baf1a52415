/// Builds values from the parts that the walk over a text reports.
struct JSONParser: ~Copyable {
    private let storage: [UInt8]
    private var values = Scratch<JSONValue>(capacity: 64)
    private var keys = Scratch<JSONString>(capacity: 32)
    /// The starts of the values of open arrays and objects, innermost last.
    private var starts = Scratch<Int>(capacity: 16)

    static func parse(_ storage: [UInt8], maximumDepth: Int) throws(JSONError) -> JSONValue {
        guard storage.count <= JSONSlice.maximumCount else { throw JSONError(offset: 0, reason: .tooLarge) }
        var parser = JSONParser(storage: storage)
        try storage.withUnsafeBufferPointer { (bytes) throws(JSONError) in
            var cursor = try ByteCursor(bytes)
            var nesting = Nesting(limit: maximumDepth)
            try cursor.walkValue(nesting: &nesting, into: &parser)
            try cursor.finish()
        }
        return parser.values.pop() ?? .null
    }

    private init(storage: [UInt8]) { self.storage = storage }

    @inline(__always) private func slice(_ range: Range<Int>) -> JSONSlice { JSONSlice(storage: storage, range: range) }
}

extension JSONParser: ValueSink {
    @inline(__always)
    mutating func string(_ range: Range<Int>) { values.push(.string(JSONString(literal: slice(range)))) }

    @inline(__always)
    mutating func number(_ range: Range<Int>) { values.push(.number(JSONNumber(lexeme: slice(range)))) }

    @inline(__always) mutating func bool(_ value: Bool) { values.push(.bool(value)) }

    @inline(__always) mutating func null() { values.push(.null) }

    @inline(__always) mutating func open() { starts.push(values.count) }

    @inline(__always) mutating func key(_ range: Range<Int>) { keys.push(JSONString(literal: slice(range))) }

    @inline(__always) mutating func closeArray() {
        let start = starts.pop() ?? 0
        let count = values.count - start
        let source = values.takeTop(from: start)
        let elements = [JSONValue](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            buffer.baseAddress?.moveInitialize(from: source, count: count)
            initializedCount = count
        }
        values.push(.array(elements))
    }

    @inline(__always) mutating func closeObject() {
        let start = starts.pop() ?? 0
        let count = values.count - start
        let source = values.takeTop(from: start)
        let names = keys.takeTop(from: keys.count - count)
        let members = [JSONMember](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            for index in 0..<count {
                let member = JSONMember(key: (names + index).move(), value: (source + index).move())
                (buffer.baseAddress.map { $0 + index })?.initialize(to: member)
            }
            initializedCount = count
        }
        values.push(.object(JSONObject(members: members)))
    }
}
