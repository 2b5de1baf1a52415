import AgnoSchema
import LosslessJSON

/// The list of runs that a session of 2.x has in its `runs` column.
struct StoredRunList {
    private let bytes: [UInt8]
    private var ranges: [Range<Int>] = []
    /// The elements in their order.
    private(set) var runs: [PlacedRun] = []

    private static let scanner = JSONArrayScanner(keys: ["run_id", "created_at"])

    /// Reads the column; nil if it holds something else than a list.
    init?(_ stored: SQLValue) {
        switch RunListReader.content(of: stored) {
        case .nothing: bytes = []
        case .unusable: return nil
        case .list(let list):
            bytes = list
            do { try read() } catch { return nil }
        }
    }

    private mutating func read() throws {
        try bytes.withUnsafeBufferPointer { bytes in
            try Self.scanner.scan(bytes) { element in
                let time = element[1].flatMap { try? JSONValue(parsing: Array(element.bytes(of: $0))) }
                runs.append(
                    PlacedRun(id: RunListWriter.id(of: element, slot: 0), createdAt: time.flatMap { Time.seconds($0) }))
                ranges.append(element.span.range)
            }
        }
    }

    /// The JSON text of an element.
    func element(_ position: Int) -> ArraySlice<UInt8> { bytes[ranges[position]] }
}
