import AgnoSchema
import Crypto
import LosslessJSON

/// Computes the digests of single values, runs and lists, as `docs/proof.md` defines them.
struct ItemHasher {
    private var buffer: [UInt8] = []
    private var json = CanonicalJSON()
    /// Whether ``json`` has what was read last; otherwise ``other`` has it.
    private var isJSON = false
    private var other: [UInt8] = []

    /// The fields that every value of a column begins with.
    static func prefix(table: String, column: String) -> [UInt8] {
        var fields: [UInt8] = []
        for text in ["cell", table, column] { append(Array(text.utf8), to: &fields) }
        return fields
    }

    /// Reads a value, whose items are made next; returns whether it is one: NULL and the JSON value `null` are none.
    mutating func read(_ value: SQLValue, as kind: ProofColumn.Kind) -> Bool {
        isJSON = false
        other = []
        switch kind {
        case .json: makeCanonicalJSON(value)
        case .encodedJSON: makeCanonicalJSON(value, mayBeEncodedTwice: true)
        case .boolean: other = Self.boolean(value)
        case .plain: other = Self.plain(value)
        }
        return !value.isNull && !(isJSON && json.bytes == Self.null)
    }

    /// The same for the bytes of a run in a list.
    mutating func read(run bytes: UnsafeBufferPointer<UInt8>) {
        isJSON = json.write(bytes)
        other = isJSON ? [] : Array(bytes)
    }

    private static let null = Array("null".utf8)

    /// What was read last as a value of a row.
    ///
    /// - Parameters:
    ///   - prefix: ``prefix(table:column:)``.
    ///   - key: the row's key as fields, ``fields(_:)``.
    mutating func cell(_ prefix: [UInt8], key: [UInt8]) -> SHA256Digest {
        buffer.removeAll(keepingCapacity: true)
        buffer += prefix
        buffer += key
        return hashContent()
    }

    /// What was read last as a run: an element of a list, or the data of a row of the runs table.
    ///
    /// - Parameter id: as the runs table holds it; empty where an element has none.
    mutating func run(session: [UInt8], id: [UInt8]) -> SHA256Digest {
        begin("run", session)
        Self.append(id, to: &buffer)
        return hashContent()
    }

    private mutating func hashContent() -> SHA256Digest {
        Self.append(isJSON ? json.bytes : other, to: &buffer)
        return SHA256.hash(data: buffer)
    }

    /// A row, for counts of rows.
    static let row = SHA256.hash(data: Array("row".utf8))

    /// A list: its elements' digests, one after the other.
    mutating func list(session: [UInt8], _ elements: [SHA256Digest]) -> SHA256Digest {
        begin("list", session)
        Self.append(elements.flatMap { Array($0) }, to: &buffer)
        return SHA256.hash(data: buffer)
    }

    private mutating func begin(_ kind: String, _ session: [UInt8]) {
        buffer.removeAll(keepingCapacity: true)
        Self.append(Array(kind.utf8), to: &buffer)
        Self.append(session, to: &buffer)
    }

    // MARK: Fields

    /// Values as fields, one after the other.
    static func fields(_ values: some Sequence<SQLValue>) -> [UInt8] {
        values.reduce(into: []) { append(plain($1), to: &$0) }
    }

    /// A field: its length in eight bytes, the highest first, and its bytes.
    private static func append(_ bytes: [UInt8], to buffer: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { buffer += $0 }
        buffer += bytes
    }

    /// A plain value as bytes: a number as its notation, bytes as they are, NULL as nothing.
    static func plain(_ value: SQLValue) -> [UInt8] {
        switch value {
        case .null: []
        case .integer(let number): Array(String(number).utf8)
        case .real(let number): Array(CanonicalNumber.form(of: number).utf8)
        case .text(let text): Array(text.utf8)
        case .blob(let bytes), .malformedText(let bytes): bytes
        }
    }

    private static func boolean(_ value: SQLValue) -> [UInt8] {
        switch String(decoding: plain(value), as: UTF8.self).lowercased() {
        case "1", "t", "true": [UInt8(ascii: "1")]
        case "0", "f", "false": [UInt8(ascii: "0")]
        case let text: Array(text.utf8)
        }
    }

    // MARK: JSON

    /// Makes the canonical form: of a string that holds an object, an array or null, what it holds.
    private mutating func makeCanonicalJSON(_ value: SQLValue, mayBeEncodedTwice: Bool = false) {
        switch value {
        case .text(var text): isJSON = text.withUTF8 { json.write($0) }
        default: isJSON = Self.plain(value).withUnsafeBufferPointer { json.write($0) }
        }
        guard isJSON else { return other = Self.plain(value) }
        if mayBeEncodedTwice, json.bytes.first == UInt8(ascii: "\""), let held = held(by: json.bytes) { json = held }
    }

    /// What a JSON string holds if that is an object, an array or null.
    private func held(by string: [UInt8]) -> CanonicalJSON? {
        guard let inner = string.withUnsafeBufferPointer({ JSONText.decodeStringDocument($0) }),
            let kind = inner.withUnsafeBufferPointer({ JSONText.kind(of: $0) }),
            [.object, .array, .null].contains(kind)
        else { return nil }
        var held = CanonicalJSON()
        return inner.withUnsafeBufferPointer { held.write($0) } ? held : nil
    }
}
