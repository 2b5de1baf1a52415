package import LosslessJSON

/// How learned entities get ids that contain their user: the meaning of the move, as pure functions.
///
/// Buckets, ids and the merge are those of Agno 3.1.10's migration.
package enum LearningKeys {
    /// A learned entity of the namespace `user`.
    package struct Row: Sendable, Hashable {
        package var id: String
        package var user: String?
        package var entityType: String?
        package var entityID: String?
        /// The content, decoded from whatever layers of JSON it is stored in; nil when it is no object.
        package var content: JSONObject?

        package init(id: String, user: String?, entityType: String?, entityID: String?, content: JSONObject?) {
            self.id = id
            self.user = user
            self.entityType = entityType
            self.entityID = entityID
            self.content = content
        }

        package var legacyID: String { "entity_user_\(entityType ?? "")_\(entityID ?? "")" }
        package var quarantineID: String { "entity_quarantined_user_\(entityType ?? "")_\(entityID ?? "")" }

        /// - Parameter userHash: the first 16 hexadecimal digits of SHA-256 of the user's id.
        package func keyedID(userHash: String) -> String {
            "entity_user_\(userHash)_\(entityType ?? "")_\(entityID ?? "")"
        }
    }

    /// What a row is.
    package enum Bucket: String, Sendable, Hashable {
        case malformed, contaminatedKeyed = "contaminated_keyed", keyed, unowned, contaminated, legacy
    }

    /// Sorts a row into its bucket; the order of the questions is part of the rule.
    package static func bucket(of row: Row) -> Bucket {
        guard let type = row.entityType, !type.isEmpty, let id = row.entityID, !id.isEmpty, let content = row.content
        else {
            return .malformed
        }
        let owner = row.user.flatMap { $0.isEmpty ? nil : $0 }
        let claimed = content["user_id"].flatMap { $0.isNull ? nil : $0.plainText }
        if ExactText(row.id) != ExactText(row.legacyID) {
            if let owner, let claimed, ExactText(owner) != ExactText(claimed) { return .contaminatedKeyed }
            return .keyed
        }
        guard let owner else { return .unowned }
        if let claimed, ExactText(claimed) != ExactText(owner) { return .contaminated }
        return .legacy
    }

    /// Merges the content of a row with an old id into the row that has the new id; the target wins.
    ///
    /// Nil when a list is no list, or the properties are no object: then nothing can be merged without losing something.
    package static func merge(_ source: JSONObject, into target: JSONObject) -> JSONObject? {
        var merged = union(source, target)
        for key in ["facts", "events", "relationships"] where source[key] != nil || target[key] != nil {
            guard let new = list(source[key]), let old = list(target[key]) else { return nil }
            let known = Set(old.map { identity(of: $0, in: key) })
            merged[key] = .array(new.filter { !known.contains(identity(of: $0, in: key)) } + old)
        }
        if let description = source["description"], !(target["description"]?.isTruthy ?? false) {
            merged["description"] = description
        }
        if source["properties"] != nil || target["properties"] != nil {
            guard let new = object(source["properties"]), let old = object(target["properties"]) else { return nil }
            merged["properties"] = .object(union(new, old))
        }
        if source["aliases"] != nil || target["aliases"] != nil || source["name"] != nil {
            guard let aliases = mergedAliases(source, target) else { return nil }
            merged["aliases"] = .array(aliases)
        }
        return merged
    }

    /// The members of both, the second's where both have one.
    private static func union(_ first: JSONObject, _ second: JSONObject) -> JSONObject {
        var result = first
        for member in second.members {
            if let key = member.key.value { result[key] = member.value } else { result.members.append(member) }
        }
        return result
    }

    /// The object; an empty one for what Python takes as false, nil for anything else.
    private static func object(_ value: JSONValue?) -> JSONObject? {
        guard let value, value.isTruthy else { return JSONObject() }
        return value.objectValue
    }

    private static func list(_ value: JSONValue?) -> [JSONValue]? {
        guard let value, value.isTruthy else { return [] }
        return value.arrayValue
    }

    private static func mergedAliases(_ source: JSONObject, _ target: JSONObject) -> [JSONValue]? {
        guard let old = list(target["aliases"]), let new = list(source["aliases"]) else { return nil }
        func form(_ value: JSONValue) -> ExactText { ExactText(trimmed(value.plainText).lowercased()) }
        var known = Set(old.map(form))
        if let name = target["name"] { known.insert(form(name)) }
        var result = old
        for alias in [source["name"]].compactMap({ $0 }) + new
        where alias.isTruthy && known.insert(form(alias)).inserted {
            result.append(alias)
        }
        return result
    }

    /// What makes two entries of a list the same.
    private static func identity(of entry: JSONValue, in list: String) -> [ExactText] {
        guard let object = entry.objectValue else { return [normalized(entry.plainText)] }
        func text(_ key: String) -> ExactText { ExactText(object[key]?.plainText ?? "") }
        switch list {
        case "events": return [text("content"), text("date")]
        case "relationships": return [text("entity_id"), text("entity_type"), text("relation"), text("direction")]
        default:
            let content = normalized(text("content").text)
            return content.text.isEmpty ? ["id", text("id")] : [content]
        }
    }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }

    private static func normalized(_ text: String) -> ExactText {
        ExactText(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased())
    }
}

extension JSONValue {
    /// The value as Python's `str` shows a scalar; other values as their JSON text.
    fileprivate var plainText: String {
        switch self {
        case .string(let text): text.value ?? text.literalText ?? ""
        case .bool(let flag): flag ? "True" : "False"
        case .null: ""
        case .number, .array, .object: serializedText(.python) ?? ""
        }
    }
}
