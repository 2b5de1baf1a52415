/// What is parsed is validated and scanned alike, and its text is parsed again to the same text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let input = UnsafeBufferPointer(start: data, count: size)
    let value = try? JSONValue(parsing: Array(input))
    let isValid = (try? JSONText.validate(input)) != nil
    precondition(isValid == (value != nil), "validation")
    if let value { precondition(JSONText.kind(of: input) == value.kind, "kind") }
    scan(input, value)
    guard let value else { return 0 }
    let bytes = value.serialized(.python)
    guard let again = try? JSONValue(parsing: bytes) else { preconditionFailure("its own text") }
    precondition(again.serialized(.python) == bytes, "round trip")
    if value.kind == .string, let inner = JSONText.decodeStringDocument(input) {
        precondition(value.stringValue.map { Array($0.utf8) } ?? inner == inner, "string")
    }
    return 0
}

private let scanner = JSONArrayScanner(keys: ["run_id", "created_at"])

private func scan(_ input: UnsafeBufferPointer<UInt8>, _ value: JSONValue?) {
    var elements: [(kind: JSONKind, text: [UInt8], id: String?)] = []
    let isScanned: Bool
    do {
        try scanner.scan(input) { elements.append(($0.span.kind, Array($0.bytes), $0.string(0))) }
        isScanned = true
    } catch {
        isScanned = false
    }
    guard let list = value?.arrayValue else { return precondition(!isScanned, "scanned what is no array") }
    precondition(isScanned && elements.count == list.count, "elements")
    for (element, value) in zip(elements, list) {
        precondition(element.kind == value.kind, "kind of an element")
        precondition((try? JSONValue(parsing: element.text)) == value, "text of an element")
        // Of members with one name the last counts, as in Python.
        let members = value.objectValue?.members.filter { $0.key.value == "run_id" } ?? []
        precondition(element.id == members.last?.value.stringValue, "member of an element")
    }
}
