import LosslessJSON

/// Reads a session's run list as rows of the runs table: the meaning of the move, as a pure function.
///
/// Rules and fallbacks are those of Agno 3.1.10's migration; where that drops an element or aborts, the element is
/// reported with a reason and stays in the session's `runs` column.
package struct RunListReader: Sendable {
    /// Why an element, or a whole list, cannot become rows.
    package enum Reason: String, Sendable, Hashable {
        case missingRunID = "missing_run_id"
        case unusableRunID = "unusable_run_id"
        case duplicateRunID = "duplicate_run_id"
        case notAnObject = "not_an_object"
        case notAList = "not_a_list"
        case notJSON = "not_json"
        /// The server cannot store part of it, such as a NUL character.
        case notStorable = "not_storable"
    }

    /// The content of a `runs` column.
    package enum Content: Sendable {
        /// NULL or an empty value other than a list: nothing to move.
        case nothing
        /// A list, as the bytes of its JSON array.
        case list([UInt8])
        /// Anything else; it stays in the column.
        case unusable(Reason)
    }

    private enum Key: Int, CaseIterable {
        case runID, agentID, teamID, workflowID, parentRunID, status, createdAt

        var name: String {
            switch self {
            case .runID: "run_id"
            case .agentID: "agent_id"
            case .teamID: "team_id"
            case .workflowID: "workflow_id"
            case .parentRunID: "parent_run_id"
            case .status: "status"
            case .createdAt: "created_at"
            }
        }
    }

    private let scanner = JSONArrayScanner(keys: Key.allCases.map(\.name))

    package init() {}

    /// Takes one or two layers of JSON off a stored value.
    ///
    /// The 2.x releases stored JSON text inside a JSON column on SQLite, so a list is usually a string first.
    package static func content(of stored: SQLValue) -> Content {
        switch stored {
        case .null: return .nothing
        case .integer(let number): return number == 0 ? .nothing : .unusable(.notAList)
        case .real(let number): return number == 0 ? .nothing : .unusable(.notAList)
        case .text(var text): return text.withUTF8 { content(of: $0, mayBeEncodedTwice: true) }
        case .blob(let bytes), .malformedText(let bytes):
            return bytes.withUnsafeBufferPointer { content(of: $0, mayBeEncodedTwice: true) }
        }
    }

    private static func content(of bytes: UnsafeBufferPointer<UInt8>, mayBeEncodedTwice: Bool) -> Content {
        switch JSONText.kind(of: bytes) {
        case nil: return .unusable(.notJSON)
        case .array: return .list(Array(bytes))
        case .string:
            guard mayBeEncodedTwice else { return .unusable(.notAList) }
            guard let inner = JSONText.decodeStringDocument(bytes) else { return .unusable(.notJSON) }
            // Only the first byte is read here; the caller validates the list.
            if inner.withUnsafeBufferPointer({ JSONText.kind(of: $0) }) == .array { return .list(inner) }
            return inner.withUnsafeBufferPointer { content(of: $0, mayBeEncodedTwice: false) }
        case .object, .number, .bool, .null:
            guard let value = try? JSONValue(parsing: Array(bytes)) else { return .unusable(.notJSON) }
            return value.isTruthy ? .unusable(.notAList) : .nothing
        }
    }

    /// Walks a list: a row or a reason for each element, in order.
    ///
    /// - Parameters:
    ///   - session: its time replaces a missing `created_at`.
    ///   - now: replaces the session's missing time, and is when the rows are written; epoch seconds.
    /// - Throws: `JSONError` if the text is not a JSON list after all; rows handed over until then must not be kept.
    package func walk(
        _ list: [UInt8], of session: RunRow.Session, now: Int64, row: (RunRow) throws -> Void,
        unplaced: (Int, Reason) throws -> Void
    ) throws {
        try list.withUnsafeBufferPointer { bytes in
            try scanner.scan(bytes) { element in
                guard element.span.kind == .object else { return try unplaced(element.index, .notAnObject) }
                guard let id = element[Key.runID.rawValue], id.kind != .null else {
                    return try unplaced(element.index, .missingRunID)
                }
                let runID = value(.runID, of: element)
                guard !runID.isNull, let data = String(validating: element.bytes, as: UTF8.self) else {
                    return try unplaced(element.index, .unusableRunID)
                }
                try row(
                    RunRow(
                        runID: runID, sessionID: session.id, runType: runType(of: element),
                        agentID: value(.agentID, of: element), teamID: value(.teamID, of: element),
                        workflowID: value(.workflowID, of: element), userID: session.userID,
                        parentRunID: value(.parentRunID, of: element), status: value(.status, of: element),
                        position: element.index, data: .text(data),
                        createdAt: createdAt(of: element) ?? session.createdAt ?? now, updatedAt: now))
            }
        }
    }

    /// Hands over each element with its id as the runs table holds it; NULL where it has none.
    ///
    /// - Throws: `JSONError` if the text is not a JSON list after all.
    package func forEachElement(
        of list: [UInt8], _ body: (SQLValue, UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws {
        try list.withUnsafeBufferPointer { bytes in
            try scanner.scan(bytes) { element in
                try body(element.span.kind == .object ? value(.runID, of: element) : .null, element.bytes)
            }
        }
    }

    private func runType(of element: borrowing JSONElement) -> String {
        if isTruthy(.agentID, of: element) { return "agent" }
        return isTruthy(.teamID, of: element) ? "team" : "workflow"
    }

    private func isTruthy(_ key: Key, of element: borrowing JSONElement) -> Bool {
        guard let span = element[key.rawValue] else { return false }
        switch span.kind {
        case .null: return false
        case .string: return span.range.count > 2
        case .object, .array, .number, .bool:
            let value = try? JSONValue(parsing: Array(element.bytes(of: span)))
            return value?.isTruthy ?? false
        }
    }

    /// A scalar as a text column stores it: numbers and booleans as Python's driver binds them. What no column can store
    /// (a list, an object, half a surrogate pair) becomes NULL and stays in the run's data.
    private func value(_ key: Key, of element: borrowing JSONElement) -> SQLValue {
        guard let span = element[key.rawValue] else { return .null }
        switch span.kind {
        case .string: return SQLValue(element.string(key.rawValue))
        case .bool: return .text(span.range.count == 4 ? "1" : "0")
        case .number: return SQLValue(Self.text(ofNumber: element.bytes(of: span)))
        case .object, .array, .null: return .null
        }
    }

    /// A number as a text column stores it: an integer with all its digits, any other number as Python prints it.
    static func text(ofNumber bytes: some Collection<UInt8>) -> String? {
        guard let number = JSONNumber(String(decoding: bytes, as: UTF8.self)) else { return nil }
        if let whole = number.int64 { return String(whole) }
        guard !number.isInteger, let real = number.double, real.isFinite else { return number.text }
        return JSONNumber(real).text
    }

    /// Epoch seconds from a number, a string with a number, or an ISO 8601 time; nil for anything else and for zero.
    private func createdAt(of element: borrowing JSONElement) -> Int64? {
        guard let span = element[Key.createdAt.rawValue] else { return nil }
        let seconds: Int64?
        switch span.kind {
        case .number:
            let number = JSONNumber(String(decoding: element.bytes(of: span), as: UTF8.self))
            seconds = number?.int64 ?? number?.double.flatMap { Int64(exactly: $0.rounded(.toNearestOrEven)) }
        case .string:
            let text = element.string(Key.createdAt.rawValue) ?? ""
            seconds =
                Int64(text) ?? Double(text).flatMap { Int64(exactly: $0.rounded(.toNearestOrEven)) }
                ?? EpochSeconds(iso8601: text)?.value
        case .object, .array, .bool, .null: seconds = nil
        }
        return seconds == 0 ? nil : seconds
    }
}
