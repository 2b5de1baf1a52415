/// An id or a name where it is compared: equal to another one if the bytes are, as for a server. For `String`, two spellings
/// of one character are one.
package struct ExactText: Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }
}

extension ExactText: Hashable, Comparable, ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }

    package static func == (left: Self, right: Self) -> Bool {
        left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension Set<ExactText> {
    package init(exact texts: some Sequence<String>) { self.init(texts.lazy.map { ExactText($0) }) }

    package func contains(_ text: String) -> Bool { contains(ExactText(text)) }
}

extension Dictionary where Key == ExactText {
    package subscript(text: String) -> Value? {
        get { self[ExactText(text)] }
        set { self[ExactText(text)] = newValue }
    }
}
