import AgnoSchema
package import LosslessJSON

/// Reads BSON, in which `mongodump` stores a collection: one document after the other.
///
/// Every length is checked against what is there and against MongoDB's own limits, so that no input reads or allocates
/// beyond it.
package struct BSONReader {
    /// The most bytes that a document may have: MongoDB's 16 MB, and what the server adds.
    package static let maximumDocumentBytes = 16 * 1024 * 1024 + 16 * 1024
    /// The fewest bytes that a document can have: its length and its end.
    package static let minimumDocumentBytes = 5
    private static let maximumDepth = 200

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The length of the document that begins with these four bytes.
    ///
    /// - Throws: ``DocumentError`` if no document has that length.
    package static func length(_ bytes: some Collection<UInt8>) throws(DocumentError) -> Int {
        let length = bytes.prefix(4).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        guard bytes.count >= 4, length >= minimumDocumentBytes, length <= maximumDocumentBytes else {
            throw DocumentError("is no BSON document: its length is \(length) bytes")
        }
        return length
    }

    /// Reads exactly one document.
    ///
    /// An id is read as its hexadecimal digits, a date as epoch seconds, bytes as Base64.
    ///
    /// - Throws: ``DocumentError`` if the bytes are anything else, or have a value that JSON has no form for.
    package static func document(_ bytes: [UInt8]) throws(DocumentError) -> JSONObject {
        var reader = BSONReader(bytes)
        let object = try reader.document(depth: 0)
        guard reader.position == bytes.count else { throw DocumentError("has bytes after its end") }
        return object
    }

    private mutating func document(depth: Int) throws(DocumentError) -> JSONObject {
        let begin = position
        let length = Int(try integer(4))
        guard depth < Self.maximumDepth else { throw DocumentError("is nested deeper than \(Self.maximumDepth)") }
        guard length >= Self.minimumDocumentBytes, length <= bytes.count - begin else { throw Self.truncated }
        let end = begin + length
        var members: [JSONMember] = []
        while position < end - 1 {
            let type = try byte()
            let name = try name()
            members.append(JSONMember(key: JSONString(decoding: name), value: try value(of: type, depth: depth)))
        }
        guard position == end - 1, try byte() == 0 else { throw Self.truncated }
        return JSONObject(members: members)
    }

    private mutating func value(of type: UInt8, depth: Int) throws(DocumentError) -> JSONValue {
        switch type {
        case 0x01: return JSONValue(Double(bitPattern: UInt64(bitPattern: try integer(8))))
        case 0x02, 0x0D, 0x0E: return JSONValue(try text())
        case 0x03: return .object(try document(depth: depth + 1))
        case 0x04: return .array(try document(depth: depth + 1).members.map(\.value))
        case 0x05: return JSONValue(Base64.encode(try binary()))
        case 0x06, 0x0A: return .null
        case 0x07: return JSONValue(try take(12).hexadecimal)
        case 0x08: return JSONValue(try byte() != 0)
        case 0x09: return ExtendedJSON.seconds(milliseconds: try integer(8))
        case 0x10: return JSONValue(Int32(truncatingIfNeeded: try integer(4)))
        case 0x12: return JSONValue(try integer(8))
        default: throw DocumentError("has a value of the BSON type \(type), which no storage of Agno writes")
        }
    }

    private static var truncated: DocumentError { DocumentError("is no BSON document: a length in it is wrong") }

    private mutating func byte() throws(DocumentError) -> UInt8 {
        guard position < bytes.count else { throw Self.truncated }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func take(_ count: Int) throws(DocumentError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else { throw Self.truncated }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// A little-endian number of 4 or 8 bytes, with its sign.
    private mutating func integer(_ count: Int) throws(DocumentError) -> Int64 {
        let unsigned = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return count == 4 ? Int64(Int32(truncatingIfNeeded: unsigned)) : Int64(bitPattern: unsigned)
    }

    private mutating func name() throws(DocumentError) -> String {
        guard let end = bytes[position...].firstIndex(of: 0) else { throw Self.truncated }
        let name = try take(end - position)
        position += 1
        return String(decoding: name, as: UTF8.self)
    }

    private mutating func text() throws(DocumentError) -> String {
        let length = Int(try integer(4))
        guard length >= 1 else { throw Self.truncated }
        let text = try take(length - 1)
        guard try byte() == 0 else { throw Self.truncated }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func binary() throws(DocumentError) -> [UInt8] {
        let length = Int(try integer(4))
        _ = try byte()
        return Array(try take(length))
    }
}
