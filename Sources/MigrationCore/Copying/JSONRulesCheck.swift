import AgnoSchema
import LosslessJSON
import SQLDialects

extension JSONRules {
    /// Why a column with these rules does not take a text; nil if it may.
    func refusal(of text: String) -> CopyRefusal? {
        guard let value = JSONMeaning.value(of: text) else { return .notJSON }
        // Without an escape there is neither U+0000 nor half a pair.
        let hasEscapes = text.utf8.contains(UInt8(ascii: "\\"))
        return refusal(of: value, depth: 1, hasEscapes: hasEscapes)
    }

    /// Nesting is limited by the parser.
    private func refusal(of value: JSONValue, depth: Int, hasEscapes: Bool) -> CopyRefusal? {
        switch value {
        case .null, .bool: return nil
        case .number(let number): return refusal(of: number)
        case .string(let string): return hasEscapes ? refusal(of: string) : nil
        case .array(let elements):
            if let maximumDepth, depth > maximumDepth { return .tooDeep }
            for element in elements {
                if let refusal = refusal(of: element, depth: depth + 1, hasEscapes: hasEscapes) { return refusal }
            }
        case .object(let object):
            if let maximumDepth, depth > maximumDepth { return .tooDeep }
            for member in object.members {
                if hasEscapes, let refusal = refusal(of: member.key) { return refusal }
                if let refusal = refusal(of: member.value, depth: depth + 1, hasEscapes: hasEscapes) { return refusal }
            }
        }
        return nil
    }

    private func refusal(of string: JSONString) -> CopyRefusal? {
        guard let text = string.value else { return takesHalfPairs ? nil : .halfPair }
        return !takesNUL && text.utf8.contains(0) ? .nulInJSON : nil
    }

    private func refusal(of number: JSONNumber) -> CopyRefusal? {
        let text = number.text
        guard text.utf8.last.map({ (48...57).contains($0) }) ?? false else { return .notJSON }
        let isLarge = !takesLargeIntegers && number.isInteger && Int64(text) == nil && UInt64(text) == nil
        return isLarge ? .largeInteger : nil
    }
}
