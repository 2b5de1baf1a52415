/// An element of an array that is being scanned, and what was found of the wanted keys in it.
///
/// It is lent to the scan's closure and is good for nothing after it.
public struct JSONElement: ~Copyable {
    /// The array's text, which all ranges refer to.
    private let text: UnsafeBufferPointer<UInt8>
    private let slots: UnsafeBufferPointer<JSONSpan?>

    /// The element's kind and its range in the text.
    public let span: JSONSpan

    /// The element's index in the array.
    public let index: Int

    init(
        text: UnsafeBufferPointer<UInt8>, slots: UnsafeBufferPointer<JSONSpan?>, span: JSONSpan, index: Int
    ) {
        self.text = text
        self.slots = slots
        self.span = span
        self.index = index
    }

    /// The kind and place of the value under the last occurrence of a wanted key.
    ///
    /// - Parameter slot: the key's place in the list the scanner was made with.
    /// - Returns: nil when the element has no such key or is not an object, or when there is no such slot.
    public subscript(slot: Int) -> JSONSpan? {
        slots.indices.contains(slot) ? slots[slot] : nil
    }

    /// The element's own bytes.
    public var bytes: UnsafeBufferPointer<UInt8> {
        bytes(of: span)
    }

    /// The bytes of a value in the text; none when the span reaches beyond the text.
    public func bytes(of span: JSONSpan) -> UnsafeBufferPointer<UInt8> {
        guard span.range.lowerBound >= 0, span.range.upperBound <= text.count else {
            return UnsafeBufferPointer(start: nil, count: 0)
        }
        return UnsafeBufferPointer(rebasing: text[span.range])
    }

    /// What the string under a wanted key means.
    ///
    /// Nil when there is no such key, when its value is not a string, or when no Swift string can hold it.
    public func string(_ slot: Int) -> String? {
        guard let span = self[slot], span.kind == .string else { return nil }
        return JSONText.decodeString(bytes(of: span))
    }
}
