import LosslessJSON

// Tools that ran. Their arguments and results are a user's.
extension RowConversion {
    private static let toolFields: [String: FieldType] = [
        "metrics": .object, "user_input_schema": .list, "user_feedback_schema": .reserved, "created_at": .seconds,
    ]

    mutating func convertTools(of run: inout JSONObject, at path: String) {
        convertList("tools", of: &run, at: path) { .object($0.convertedTool($1, at: $2)) }
    }

    private mutating func convertedTool(_ tool: JSONObject, at path: String) -> JSONObject {
        var tool = tool
        // A tool is stored with all its members, null or not.
        check(&tool, Self.toolFields, at: path, keepsNulls: true)
        convertMetrics("metrics", of: &tool, at: path)
        // Until 1.5 a tool was kept as the message that it had answered with.
        if tool["result"]?.isNull ?? true, let content = tool.take("content") { tool["result"] = content }
        if case .array(let fields)? = tool["user_input_schema"] {
            tool["user_input_schema"] = .array(inputFields(fields, at: "\(path).user_input_schema"))
        }
        return tool
    }

    /// Fields that a user has to fill in; later releases want all four members of each.
    private mutating func inputFields(_ fields: [JSONValue], at path: String) -> [JSONValue] {
        fields.enumerated().compactMap { index, field in
            guard case .object(var object) = field, object["name"] != nil, object["field_type"] != nil else {
                setAside(field, .badValue, at: "\(path)[\(index)]")
                return nil
            }
            for name in ["description", "value"] where object[name] == nil { object[name] = .null }
            return .object(object)
        }
    }
}
