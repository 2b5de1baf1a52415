package import LosslessJSON

/// Writes a session's run list from its rows and from the list that stayed in the `runs` column.
///
/// It follows the way in which the 3.x releases read a half-migrated session: the old list in its order, each run
/// replaced by its row; then the rows that the list lacks. Elements that never became rows keep their place; runs that
/// were deleted after the migration stay deleted.
package struct RunListWriter: Sendable {
    /// A row of the runs table, in the order of (run_index, created_at, run_id).
    package struct Run: Sendable {
        package var id: String
        package var data: String

        package init(id: String, data: String) {
            self.id = id
            self.data = data
        }
    }

    private let scanner = JSONArrayScanner(keys: ["run_id"])

    package init() {}

    /// Whether a list says what its rows say, each in the same bytes: then it needs not be written.
    ///
    /// It answers false where only ``merge(_:with:wasMigrated:neverPlaced:)`` can tell, such as for an element without a
    /// row.
    ///
    /// - Parameters:
    ///   - count: the number of rows.
    ///   - content: the ``SQLValue/contentHash`` of the data of the row with an id; nil without one.
    package func isWhole(_ list: [UInt8], in count: Int, rows content: (SQLValue) -> Int?) -> Bool {
        var used: Set<SQLValue> = []
        var isSame = true
        do {
            try list.withUnsafeBufferPointer { bytes in
                try scanner.scan(bytes) { element in
                    guard isSame, let id = Self.id(of: element, slot: 0), used.insert(.text(id)).inserted else {
                        return
                    }
                    isSame = content(.text(id)) == SQLValue.contentHash(of: UnsafeRawBufferPointer(element.bytes))
                }
            }
        } catch {
            return false
        }
        return isSame && used.count == count
    }

    /// The bytes of the merged JSON array; nil if the old list is one with these runs as it is.
    ///
    /// - Parameters:
    ///   - list: the bytes of the old list, if the session has one.
    ///   - wasMigrated: whether the session's list was moved before, so that an element without a row is a deleted run.
    ///   - isSame: whether a row holds the same value as an element whose bytes are others: then the element stays.
    ///   - neverPlaced: whether the element at a position, with this id, never had a row because its id belongs to a run
    ///     of another session. Called only for elements without a row.
    /// - Throws: `JSONError` if the old text is not a JSON list; then the column must stay as it is.
    package func merge(
        _ list: [UInt8]?, with runs: [Run], wasMigrated: Bool,
        isSame: (Run, UnsafeBufferPointer<UInt8>) throws -> Bool = { _, _ in false },
        neverPlaced: (_ position: Int, _ id: String) throws -> Bool = { _, _ in false }
    ) throws -> [UInt8]? {
        var isOld = list != nil
        var byID: [ExactText: Run] = [:]
        for run in runs where byID[run.id] == nil { byID[run.id] = run }
        var output: [UInt8] = [UInt8(ascii: "[")]
        var used: Set<ExactText> = []
        func append(_ bytes: some Sequence<UInt8>) {
            if output.count > 1 { output += [UInt8(ascii: ","), UInt8(ascii: " ")] }
            output += bytes
        }
        if let list {
            try list.withUnsafeBufferPointer { bytes in
                try scanner.scan(bytes) { element in
                    let isFirst: Bool
                    let id = Self.id(of: element, slot: 0)
                    if let id { isFirst = used.insert(ExactText(id)).inserted } else { isFirst = false }
                    if let id, isFirst {
                        if let run = byID[id] {
                            let bytes = element.bytes
                            if try bytes.elementsEqual(run.data.utf8) || isSame(run, bytes) {
                                append(bytes)
                            } else {
                                isOld = false
                                append(run.data.utf8)
                            }
                        } else if try !wasMigrated || neverPlaced(element.index, id) {
                            append(element.bytes)
                        } else {
                            isOld = false
                        }
                    } else {
                        append(element.bytes)
                    }
                }
            }
        }
        for run in runs where used.insert(ExactText(run.id)).inserted {
            isOld = false
            append(run.data.utf8)
        }
        guard !isOld else { return nil }
        output.append(UInt8(ascii: "]"))
        return output
    }

    /// The element's id as the runs table stores it; nil for an element without one.
    ///
    /// - Parameter slot: the place of `run_id` in the scanner's keys.
    package static func id(of element: borrowing JSONElement, slot: Int) -> String? {
        guard let span = element[slot] else { return nil }
        switch span.kind {
        case .string: return element.string(slot)
        case .number: return RunListReader.text(ofNumber: element.bytes(of: span))
        case .bool: return span.range.count == 4 ? "1" : "0"
        case .object, .array, .null: return nil
        }
    }

    /// The list as the 2.x releases store it on servers whose adapter encodes JSON twice: one JSON string.
    package static func encodedTwice(_ list: [UInt8]) -> String {
        let text = String(decoding: list, as: UTF8.self)
        return JSONValue.string(JSONString(decoding: text, ascii: true)).serializedText() ?? text
    }
}
