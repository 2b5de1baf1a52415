/// An element of an array that is being scanned, and what was found of the wanted keys in it.
///
/// It is lent to the scan's closure and is good for nothing after it.
public struct JSONElement: ~Copyable {
    /// The array's text, which all ranges refer to.
    let text: UnsafeBufferPointer<UInt8>
    let slots: UnsafeBufferPointer<JSONSpan?>

    /// The element's kind and its range in the text.
    public let span: JSONSpan
    /// The element's index in the array.
    public let index: Int

    /// The kind and place of the value under the last occurrence of a wanted key.
    ///
    /// The slot is the key's place in the scanner's list. Nil when the element has no such key or is not an object, or
    /// when there is no such slot.
    public subscript(slot: Int) -> JSONSpan? { slots.indices.contains(slot) ? slots[slot] : nil }

    /// The element's own bytes.
    public var bytes: UnsafeBufferPointer<UInt8> { bytes(of: span) }

    /// The bytes of a value in the text; none when the span reaches beyond the text.
    public func bytes(of span: JSONSpan) -> UnsafeBufferPointer<UInt8> {
        guard span.range.lowerBound >= 0, span.range.upperBound <= text.count else {
            return UnsafeBufferPointer(start: nil, count: 0)
        }
        return UnsafeBufferPointer(rebasing: text[span.range])
    }

    /// What the string under a wanted key means; nil when it is not a string, or one that no Swift string can hold.
    public func string(_ slot: Int) -> String? {
        guard let span = self[slot], span.kind == .string else { return nil }
        return JSONText.decodeString(bytes(of: span))
    }
}
