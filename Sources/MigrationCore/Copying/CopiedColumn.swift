import AgnoSchema
import LosslessJSON
import SQLDialects

/// One column on its way: what the target is given for a value of the source, and whether it holds it.
struct CopiedColumn: Sendable {
    /// How sessions encode JSON in one database: as itself, or as JSON text inside a JSON string.
    enum Encoding: Sendable {
        case plain
        /// Both occur, since newer releases write it plainly.
        case maybeDouble
        case double
    }

    let name: String
    let type: ColumnType
    let from: Encoding
    let to: Encoding
    private let rules: StorageRules
    /// How many characters the target's column holds; nil without a limit.
    private let characterLimit: Int?

    init(_ column: Column, of shape: TableShape, from: Encoding, to: Encoding, _ dialect: any Dialect) {
        name = column.name
        type = column.type
        self.from = from
        self.to = to
        rules = dialect.storageRules(for: column.type)
        characterLimit = shape.column(column.name).flatMap { dialect.characterLimit(ofType: $0.type) }
    }

    /// A value in the target's form, or why the target has no place for it.
    func converted(_ value: SQLValue) -> Result<SQLValue, Refusal> {
        if value.isNull { return .success(value) }
        if type.isJSON { return convertedJSON(value) }
        guard type.isText else { return .success(value) }
        switch value {
        case .text(let text):
            if !rules.takesNUL, text.utf8.contains(0) { return refused(.nulCharacter) }
            if let characterLimit, text.utf8.count > characterLimit, text.unicodeScalars.count > characterLimit {
                return refused(.tooLong)
            }
        case .blob, .malformedText: if !rules.takesAnyBytes { return refused(.notUTF8) }
        case .null, .integer, .real: break
        }
        return .success(value)
    }

    private func convertedJSON(_ value: SQLValue) -> Result<SQLValue, Refusal> {
        // What the source holds is what the target would have written.
        if rules.json == nil, to == .plain || from != .plain { return .success(value) }
        guard let text = Self.jsonText(value) else { return refused(.notUTF8) }
        switch (from, to) {
        case (.plain, .double): return Self.wrapped(text).map { .success(.text($0)) } ?? refused(.notUTF8)
        case (.double, .plain): return checked(Self.unwrapped(text))
        case (.maybeDouble, .plain): return checked(Self.unwrapped(text, onlyContainers: true))
        case (.plain, .plain), (.plain, .maybeDouble), (.double, _), (.maybeDouble, _): return checked(text)
        }
    }

    private func checked(_ text: String) -> Result<SQLValue, Refusal> {
        rules.json?.refusal(of: text).map { refused($0) } ?? .success(.text(text))
    }

    /// Whether the target holds the value that it was given, or one that means the same.
    func isSame(_ given: SQLValue, as found: SQLValue) -> Bool {
        if given == found { return true }
        if given.isNull || found.isNull { return false }
        if type.isJSON {
            guard let given = Self.jsonText(given), let found = Self.jsonText(found) else { return false }
            return JSONMeaning.areEqual(given, found)
                || to != .plain && JSONMeaning.areEqual(Self.unwrapped(given), Self.unwrapped(found))
        }
        guard !type.isText else { return false }
        switch (given, found) {
        case (.integer(let integer), .real(let real)), (.real(let real), .integer(let integer)):
            return Int64(exactly: real) == integer
        case (.integer(let integer), .text(let text)), (.text(let text), .integer(let integer)):
            return text == String(integer)
        default: return false
        }
    }

    struct Refusal: Error {
        var column: String
        var reason: CopyRefusal
    }

    private func refused(_ reason: CopyRefusal) -> Result<SQLValue, Refusal> {
        .failure(Refusal(column: name, reason: reason))
    }

    // MARK: JSON

    /// The JSON text of a stored value: a column of numbers' affinity holds a JSON number as a number. Nil if it is not UTF-8.
    private static func jsonText(_ value: SQLValue) -> String? {
        switch value {
        case .integer(let number): String(number)
        case .real(let number): JSONNumber(number).text
        case .null, .text, .blob, .malformedText: value.validText
        }
    }

    /// The text inside a JSON string that holds JSON; anything else as it is.
    ///
    /// - Parameter onlyContainers: whether a string that holds a string, a number or a truth value is what it is: newer
    ///   releases write such a value plainly.
    private static func unwrapped(_ text: String, onlyContainers: Bool = false) -> String {
        guard case .string(let string)? = JSONMeaning.value(of: text), let inner = string.value,
            let value = JSONMeaning.value(of: inner)
        else { return text }
        switch value {
        case .object, .array, .null: return inner
        case .string, .number, .bool: return onlyContainers ? text : inner
        }
    }

    /// A text as a JSON string; nil if it is not UTF-8.
    private static func wrapped(_ text: String) -> String? { JSONString(decoding: text, ascii: true).literalText }
}
