import LosslessJSON

/// The value of a literal is JSON, and JSON with double quotes and no escapes beyond Python's reads as the same literal.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
    guard let literal = try? PythonLiteral(parsing: text) else { return 0 }
    precondition(literal.refusals.count <= PythonLiteral.refusalLimit, "refusals")
    let bytes = literal.value.serialized(.python)
    guard let again = try? JSONValue(parsing: bytes) else { preconditionFailure("its value is no JSON") }
    precondition(again.serialized(.python) == bytes, "round trip")
    return 0
}
