import AgnoSchema
import LosslessJSON

// Columns of a row, in every form that a driver or a server returns.
extension RowConversion {
    /// The value of a JSON column; nil where there is none, JSON's null and empty text included. What cannot be read is set
    /// aside.
    mutating func json(_ column: String, of row: V1Row) -> JSONValue? {
        switch row[column] {
        case .null: return nil
        // SQLite stores JSON that is a number as a number.
        case .integer(let number): return JSONValue(number)
        case .real(let number): return JSONValue(number)
        case .text(let text): return parsed(Array(text.utf8), column, of: row)
        case .blob(let bytes), .malformedText(let bytes):
            return parsed(repaired(bytes, column, of: row), column, of: row)
        }
    }

    /// The object in a JSON column, which some programs encoded twice. Nil where there is none or Python takes the
    /// value as false; what is no object is set aside.
    mutating func object(_ column: String, of row: V1Row) -> JSONObject? {
        content(column, of: row, \.objectValue) {
            $0.kind == .string && column == "memory" ? .unreadable : .notAnObject
        }
    }

    /// The list in a JSON column; otherwise as ``object(_:of:)``.
    mutating func list(_ column: String, of row: V1Row) -> [JSONValue]? {
        content(column, of: row, \.arrayValue) { _ in .notAList }
    }

    private mutating func content<Content>(
        _ column: String, of row: V1Row, _ content: (JSONValue) -> Content?, otherwise reason: (JSONValue) -> V1Reason
    ) -> Content? {
        guard let value = json(column, of: row) else { return nil }
        if let result = content(value) { return result }
        guard value.isTruthy else { return nil }
        let inner = value.stringValue.flatMap { try? cleaned(parsing: Array($0.utf8)) }
        if let result = inner.flatMap(content) { return result }
        parts.append(V1Part(path: column, reason: reason(value), raw: row[column]))
        return nil
    }

    func text(_ column: String, of row: V1Row) -> String? {
        switch row[column] {
        case .null: nil
        case .integer(let number): String(number)
        case .real(let number): JSONNumber(number).text
        case .text(let text): text
        case .blob(let bytes), .malformedText(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }

    mutating func id(_ column: String, of row: V1Row) -> String? {
        guard let text = text(column, of: row) else { return nil }
        let cleaned = StorableText.cleaned(text)
        if cleaned.utf8.count != text.utf8.count { note(.cleanedID) }
        return cleaned
    }

    /// A column with a time; one that cannot be read is set aside.
    mutating func time(_ column: String, of row: V1Row) -> Int64? {
        let value = row[column]
        guard !value.isNull, value != .text("") else { return nil }
        if let seconds = Time.seconds(value) { return seconds }
        parts.append(V1Part(path: column, reason: .badTime, raw: value))
        return nil
    }

    private mutating func parsed(_ bytes: [UInt8], _ column: String, of row: V1Row) -> JSONValue? {
        guard bytes.contains(where: { $0 > 0x20 }) else { return nil }
        do {
            let value = try cleaned(parsing: bytes)
            return value.isNull ? nil : value
        } catch {
            parts.append(
                V1Part(path: column, reason: error.reason == .tooDeep ? .tooDeep : .unreadable, raw: row[column]))
            return nil
        }
    }

    /// Reads JSON and takes out what the target cannot hold.
    mutating func cleaned(parsing bytes: [UInt8]) throws(JSONError) -> JSONValue {
        let needsCleaning = bytes.withUnsafeBufferPointer { StorableText.needsCleaning($0, rules: rules.json) }
        var value = try JSONValue(parsing: bytes)
        if needsCleaning { clean(&value) }
        return value
    }

    mutating func clean(_ value: inout JSONValue) {
        var cleaner = JSONCleaner(rules: rules.json)
        cleaner.clean(&value)
        for (change, count) in cleaner.changes { note(change, count) }
    }

    /// The text with U+FFFD for what is not UTF-8; then the column as it is is set aside.
    mutating func repaired(_ bytes: [UInt8], _ column: String, of row: V1Row) -> [UInt8] {
        guard String(validating: bytes, as: UTF8.self) == nil else { return bytes }
        parts.append(V1Part(path: column, reason: .notUTF8, raw: row[column]))
        return Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
}
