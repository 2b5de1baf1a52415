import AgnoSchema
import LosslessJSON
import SQLDialects

/// A JSON document and the number of layers in which it is stored.
struct JSONLayers {
    private var value: JSONValue
    private var depth = 0

    init?(_ stored: SQLValue) {
        guard case .text(let text) = stored, var value = try? JSONValue(parsing: text) else { return nil }
        while let inner = value.stringValue, depth < 2, let next = try? JSONValue(parsing: inner) {
            value = next
            depth += 1
        }
        self.value = value
    }

    var object: JSONObject? { value.objectValue }
    var isTruthy: Bool { value.isTruthy }

    /// Another document in the same number of layers.
    func text(for object: JSONObject) -> String {
        var text = JSONValue.object(object).serializedText(.python) ?? "{}"
        for _ in 0..<depth {
            text = JSONValue.string(JSONString(decoding: text, ascii: true)).serializedText() ?? text
        }
        return text
    }
}
