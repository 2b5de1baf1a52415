import LosslessJSON

/// A generator that gives the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// A random document, once as somebody else would lay it out and once as this library writes it.
struct RandomDocument {
    let spaced: String
    let compact: String

    private static let atoms = [
        "null", "true", "false", "0", "-0", "1", "-17", "3.10", "-0.0", "1E400", "1e-7", "12345678901234567890123",
        "NaN", "Infinity", "-Infinity", #""""#, #""plain""#, #""a longer text that takes more than one word""#,
        #""\u00e9\n\"\\\/""#, #""\ud83d\ude00""#, #""\ud800""#, #""h\u00e9 é 😀 日本""#, "[]", "{}",
    ]
    private static let keys = [#""a""#, #""b""#, #""run_id""#, #""r\u0075n_id""#, #""""#, #""a_rather_long_key_name""#]
    private static let spaces = ["", "", "", " ", "\n", "\t\r", "  "]

    init(depth: Int, using random: inout SeededGenerator) {
        let choice = depth > 0 ? Int.random(in: 0..<4, using: &random) : 0
        switch choice {
        case 2: self = Self.container("[", "]", depth, &random) { _ in "" }
        case 3: self = Self.container("{", "}", depth, &random) { Self.keys.randomElement(using: &$0) ?? "" }
        default:
            let atom = Self.atoms.randomElement(using: &random) ?? "null"
            self.init(spaced: atom, compact: atom)
        }
    }

    private init(spaced: String, compact: String) {
        self.spaced = spaced
        self.compact = compact
    }

    /// An array of random elements.
    static func array(depth: Int, using random: inout SeededGenerator) -> RandomDocument {
        container("[", "]", depth, &random) { _ in "" }
    }

    private static func container(
        _ open: String, _ close: String, _ depth: Int, _ random: inout SeededGenerator,
        key: (inout SeededGenerator) -> String
    ) -> RandomDocument {
        var spaced = open
        var compact = open
        for index in 0..<Int.random(in: 0..<5, using: &random) {
            if index > 0 {
                spaced += ","
                compact += ","
            }
            let name = key(&random)
            let value = RandomDocument(depth: depth - 1, using: &random)
            let gap = { (random: inout SeededGenerator) in Self.spaces.randomElement(using: &random) ?? "" }
            spaced += gap(&random)
            if !name.isEmpty {
                spaced += name + gap(&random) + ":" + gap(&random)
                compact += name + ":"
            }
            spaced += value.spaced + gap(&random)
            compact += value.compact
        }
        if compact == open { spaced += " " }
        return RandomDocument(spaced: spaced + close, compact: compact + close)
    }
}

/// What `json.dumps` would write for what `json.loads` would make of the value.
func pythonDump(_ value: JSONValue) -> String {
    switch value {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .number(let number):
        if number.isInteger { return number.text == "-0" ? "0" : number.text }
        return number.double.map { JSONNumber($0).text } ?? "?"
    case .string(let string):
        // The only strings without a value in the table are written as Python writes them.
        let dumped = string.value.map { JSONString(decoding: $0, ascii: true) } ?? string
        return dumped.literalText ?? "?"
    case .array(let elements):
        return "[" + elements.map(pythonDump).joined(separator: ", ") + "]"
    case .object(let object):
        var names: [String] = []
        for member in object.members {
            let name = member.key.value ?? "?"
            if !names.contains(name) { names.append(name) }
        }
        let parts = names.map { pythonDump(JSONValue($0)) + ": " + (object[$0].map(pythonDump) ?? "?") }
        return "{" + parts.joined(separator: ", ") + "}"
    }
}

/// Lends a copy of the bytes that has exactly their length, so that a read beyond the end can be noticed.
func withExactCopy<Result>(
    of bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
) rethrows -> Result {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = copy.initialize(fromContentsOf: bytes)
    defer { copy.deallocate() }
    return try body(UnsafeBufferPointer(copy))
}

/// The error of a call that throws one of this library's; nil when it throws none.
func refusal(_ body: () throws -> Void) -> JSONError? {
    do {
        try body()
        return nil
    } catch {
        return error as? JSONError
    }
}
