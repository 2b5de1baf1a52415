import LosslessJSON

extension JSONValue {
    /// The document indented by two spaces per level, with a trailing line feed.
    func pretty() -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes, indentation: 0)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func append(to bytes: inout [UInt8], indentation: Int) {
        switch self {
        case .array(let elements) where !elements.isEmpty:
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                Self.breakLine(&bytes, indentation + 1, comma: index > 0)
                element.append(to: &bytes, indentation: indentation + 1)
            }
            Self.breakLine(&bytes, indentation, comma: false)
            bytes.append(UInt8(ascii: "]"))
        case .object(let object) where !object.isEmpty:
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                Self.breakLine(&bytes, indentation + 1, comma: index > 0)
                JSONValue.string(member.key).append(to: &bytes)
                bytes.append(contentsOf: ": ".utf8)
                member.value.append(to: &bytes, indentation: indentation + 1)
            }
            Self.breakLine(&bytes, indentation, comma: false)
            bytes.append(UInt8(ascii: "}"))
        default:
            append(to: &bytes)
        }
    }

    private static func breakLine(_ bytes: inout [UInt8], _ indentation: Int, comma: Bool) {
        if comma { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation * 2))
    }
}
