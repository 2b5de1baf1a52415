import AgnoSchema
import LosslessJSON

// Metrics: other names, one number where v1 kept a list of one per call of the model, and nothing that 2.x does not know.
extension RowConversion {
    /// Converts the metrics under a key.
    ///
    /// - Parameter keepsNulls: whether null members stay; on a session they do.
    mutating func convertMetrics(_ key: String, of owner: inout JSONObject, at path: String, keepsNulls: Bool = false) {
        guard case .object(var metrics)? = owner[key] else { return }
        convert(&metrics, at: "\(path.isEmpty ? "" : path + ".")\(key)", keepsNulls: keepsNulls)
        owner[key] = .object(metrics)
    }

    mutating func convert(_ metrics: inout JSONObject, at path: String, keepsNulls: Bool) {
        if !keepsNulls { metrics.removeNulls() }
        if metrics["timer"]?.isNull == false { metrics.remove("timer") }
        sumLists(in: &metrics)
        takeTokensOfOldNames(in: &metrics)
        for (old, new) in MetricsFields.renamed {
            guard let index = metrics.lastIndex(of: old) else { continue }
            let value = metrics.members[index].value
            metrics.remove(old)
            metrics.remove(new)
            metrics[new] = value
            note(.renamedMetrics)
        }
        moveUnknownMembers(of: &metrics, at: path)
    }

    private mutating func sumLists(in metrics: inout JSONObject) {
        for index in metrics.members.indices {
            guard case .array(let elements) = metrics.members[index].value, let name = metrics.members[index].key.value
            else { continue }
            let combined =
                switch name {
                case "time_to_first_token": elements.first { !$0.isNull } ?? .null
                case "additional_metrics", "provider_metrics": Self.merge(elements)
                default: sum(elements)
                }
            guard let combined else { continue }
            metrics.members[index].value = combined
            note(.summedMetrics)
        }
        // Null is left where a list held nothing.
        metrics.members.removeAll { $0.value.isNull && $0.key.means("time_to_first_token") }
    }

    /// The sum of numbers; nil when something else is among them, or when the sum is not a number of JSON.
    private func sum(_ elements: [JSONValue]) -> JSONValue? {
        var whole: Int64? = 0
        var real = 0.0
        for element in elements where !element.isNull {
            guard let number = element.numberValue, let value = number.double else { return nil }
            real += value
            whole = whole.flatMap { sum in
                number.int64.flatMap { next in
                    let (result, overflow) = sum.addingReportingOverflow(next)
                    return overflow ? nil : result
                }
            }
        }
        if let whole { return JSONValue(whole) }
        guard real.isFinite || rules.json == .python else { return nil }
        return JSONValue(real)
    }

    /// The members of all objects: numbers of one name are summed, of other values the last one stays.
    private static func merge(_ elements: [JSONValue]) -> JSONValue? {
        var merged = JSONObject()
        var indices: [ExactText: Int] = [:]
        for element in elements where !element.isNull {
            guard case .object(let object) = element else { return nil }
            for member in object.members {
                guard let key = member.key.value else { return nil }
                guard let index = indices[key] else {
                    indices[key] = merged.members.count
                    merged.members.append(member)
                    continue
                }
                let sum = Self.sum(merged.members[index].value, member.value)
                merged.members[index].value = sum ?? member.value
            }
        }
        return .object(merged)
    }

    /// Of two numbers; nil where one is none, or the sum is none.
    private static func sum(_ first: JSONValue, _ second: JSONValue) -> JSONValue? {
        if let first = first.int64Value, let second = second.int64Value,
            case let (sum, overflow) = first.addingReportingOverflow(second), !overflow
        {
            return JSONValue(sum)
        }
        guard let first = first.doubleValue, let second = second.doubleValue, (first + second).isFinite else {
            return nil
        }
        return JSONValue(first + second)
    }

    /// The names of OpenAI stand beside the general ones, which are kept; before there were general ones they stood alone.
    private func takeTokensOfOldNames(in metrics: inout JSONObject) {
        for (old, new) in [("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens")] {
            let value = metrics.take(old)
            if let value, value.isTruthy, metrics[new] == nil { metrics[new] = value }
        }
        for name in ["prompt_tokens_details", "completion_tokens_details"] { metrics.remove(name) }
    }

    /// 2.x refuses a session whose metrics have a member it does not know; it has a place for such members.
    private mutating func moveUnknownMembers(of metrics: inout JSONObject, at path: String) {
        for name in ["additional_metrics", "provider_metrics"] {
            if let value = metrics[name], value.objectValue == nil, !value.isNull {
                setAside(name, of: &metrics, .notAnObject, at: path)
            }
        }
        let unknown = metrics.members.filter { !Self.isKnown($0) }
        guard !unknown.isEmpty else { return }
        metrics.members.removeAll { !Self.isKnown($0) }
        var additional = metrics["additional_metrics"]?.objectValue ?? JSONObject()
        let names = additional.names
        for member in unknown {
            guard let name = member.key.value, !names.contains(name) else {
                setAside(member.value, .unknownMember, at: path)
                continue
            }
            additional.members.append(member)
        }
        metrics["additional_metrics"] = .object(additional)
        note(.keptUnknownMetrics, unknown.count)
    }

    private static func isKnown(_ member: JSONMember) -> Bool {
        guard let name = member.key.value else { return false }
        if MetricsFields.objects.contains(name) || name == "timer" { return true }
        if member.value.isNull { return MetricsFields.counts.contains(name) || MetricsFields.times.contains(name) }
        // 2.3 takes no fraction for a count.
        if MetricsFields.counts.contains(name) {
            return member.value.int64Value != nil
                || member.value.doubleValue.map { $0 == $0.rounded() && $0.isFinite } == true
        }
        return MetricsFields.times.contains(name) && member.value.doubleValue?.isFinite == true
    }
}

enum MetricsFields {
    /// In the order in which they are renamed; the old value replaces one of the new name.
    static let renamed = [
        ("time", "duration"), ("audio_tokens", "audio_total_tokens"), ("input_audio_tokens", "audio_input_tokens"),
        ("output_audio_tokens", "audio_output_tokens"), ("cached_tokens", "cache_read_tokens"),
    ]

    /// Those of 2.0 and later that count.
    static let counts: Set = [
        "input_tokens", "output_tokens", "total_tokens", "audio_input_tokens", "audio_output_tokens",
        "audio_total_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens",
    ]

    static let times: Set = ["time_to_first_token", "duration"]

    static let objects: Set = ["additional_metrics", "provider_metrics"]
}
