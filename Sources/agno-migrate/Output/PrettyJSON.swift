import LosslessJSON

extension JSONValue {
    /// The document indented by two spaces per level, with a trailing line feed.
    func pretty() -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes, lineBreak: "\n")
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func append(to bytes: inout [UInt8], lineBreak: String) {
        let (brackets, parts): (String, [(key: JSONString?, value: JSONValue)])
        switch self {
        case .array(let elements) where !elements.isEmpty: (brackets, parts) = ("[]", elements.map { (nil, $0) })
        case .object(let object) where !object.isEmpty:
            (brackets, parts) = ("{}", object.members.map { ($0.key, $0.value) })
        default: return append(to: &bytes)
        }
        bytes += brackets.utf8.prefix(1)
        for (index, part) in parts.enumerated() {
            bytes += "\(index > 0 ? "," : "")\(lineBreak)  ".utf8
            if let key = part.key {
                JSONValue.string(key).append(to: &bytes)
                bytes += ": ".utf8
            }
            part.value.append(to: &bytes, lineBreak: lineBreak + "  ")
        }
        bytes += lineBreak.utf8
        bytes += brackets.utf8.suffix(1)
    }
}
