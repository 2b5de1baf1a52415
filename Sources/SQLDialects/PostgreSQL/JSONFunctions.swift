/// Functions of JSON have another name for each of the server's two types: an expression is the same for the new type if
/// the names change with it.
struct JSONFunctions {
    /// The columns whose type changes, with the new type.
    let retyped: [String: String]
    /// The other columns.
    let kept: Set<String>

    /// The functions that read a value of the type.
    private static let names: Set<Substring> = [
        "array_elements", "array_elements_text", "array_length", "each", "each_text", "extract_path",
        "extract_path_text", "object_keys", "populate_record", "populate_recordset", "strip_nulls", "to_record",
        "to_recordset", "typeof",
    ]

    /// The text with the functions of the columns' new types; nil if one is called with something else, or if it uses an
    /// operator that the new type lacks.
    func translate(_ sql: String) -> String? {
        let types = Set(retyped.values).intersection(["JSON", "JSONB"])
        guard let type = types.first else { return sql }
        guard types.count == 1 else { return nil }
        if type == "JSON", sql.contains(/@>|<@| \?[|&]? |#-|@@|@\?/) { return nil }
        let (old, new) = type == "JSONB" ? ("json_", "jsonb_") : ("jsonb_", "json_")
        var result = ""
        var rest = sql[...]
        while let call = rest.firstMatch(of: /\b(jsonb?_)([a-z_]+)\(/) {
            result += rest[..<call.range.lowerBound]
            let argument = Self.arguments(in: rest[call.range.upperBound...])[0]
            var name = call.1
            if call.1 == old, Self.names.contains(call.2) {
                switch column(of: argument) {
                case let column? where retyped[column] != nil: name = new[...]
                case let column? where kept.contains(column): break
                case nil where argument.contains("::"): break
                default: return nil
                }
            }
            result += name + call.2 + "("
            rest = rest[call.range.upperBound...]
        }
        return result + rest
    }

    /// The items of a list that ends with the bracket that closes it, or with the text; one at least.
    static func arguments(in text: Substring) -> [Substring] {
        var depth = 0
        var items: [Substring] = []
        var start = text.startIndex
        for position in text.indices {
            switch text[position] {
            case "(", "[": depth += 1
            case ")" where depth == 0: return items + [text[start..<position]]
            case "," where depth == 0:
                items.append(text[start..<position])
                start = text.index(after: position)
            case ")", "]": depth -= 1
            default: break
            }
        }
        return items + [text[start...]]
    }

    /// The column whose value, or a part of it as JSON, an argument is; nil for anything else.
    private func column(of argument: Substring) -> String? {
        guard !argument.contains("::json"), !argument.contains(">>") else { return nil }
        let text = argument.drop { $0 == "(" || $0 == " " }
        guard let name = text.prefixMatch(of: /(?:(?:[a-z_0-9]+|"[^"]+")\.)?([a-z_0-9]+|"[^"]+")(?=[) ]|$)/)?.1 else {
            return nil
        }
        return String(name.hasPrefix("\"") ? name.dropFirst().dropLast() : name)
    }
}
