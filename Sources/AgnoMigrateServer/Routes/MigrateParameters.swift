import AgnoMigrate
import HTTPTypes
import LosslessJSON

/// The parameters of a migration or a plan: from the query, else from a JSON body.
///
/// The original reads the query only, and its own client sends a body; so both are read, and the query goes first.
struct MigrateParameters: Sendable {
    var request: MigrateRequest
    /// Whether the answer is a job instead of its result.
    var isAsynchronous: Bool
    /// Whether a failure among several databases makes the whole answer a failure.
    var isStrict: Bool

    /// Reads and checks the parameters.
    ///
    /// - Throws: a refusal with 400 for an unknown version or a value that makes no sense; nothing was touched.
    init(_ target: RequestTarget, body: [UInt8], allowsDataLoss: Bool) throws(Refusal) {
        // Any body that is no JSON object is ignored, as by the original.
        let object = (try? JSONValue(parsing: body))?.objectValue
        let reader = Reader(query: target, body: object)
        request = MigrateRequest()
        if let text = try reader.text("target_version") {
            guard let version = SchemaVersion(text), SchemaVersion.known.contains(version) else {
                throw Self.unknown(version: text)
            }
            request.targetText = text
            request.target = version
        }
        if let text = try reader.text("direction") {
            guard let direction = MigrationDirection(rawValue: text) else {
                throw Self.invalid("direction", "up or down")
            }
            guard direction == .up || request.targetText != nil else {
                throw Refusal(
                    .badRequest, "direction=down needs a target_version", errorID: "invalid_parameter")
            }
            request.direction = direction
        }
        request.digest = try reader.text("plan_digest")
        request.allowsDataLoss = try reader.flag("allow_data_loss") || allowsDataLoss
        isAsynchronous = try reader.flag("async")
        isStrict = try reader.flag("strict")
    }

    /// What the request says, for comparing two with one key.
    func fingerprint(path: [String]) -> String {
        "\(path.joined(separator: "/")) \(request.targetText ?? "") \(request.direction?.rawValue ?? "") "
            + "\(request.allowsDataLoss) \(request.digest ?? "")"
    }

    private static func unknown(version: String) -> Refusal {
        let known = SchemaVersion.known.map(\.description).joined(separator: ", ")
        let shown = version.count <= 64 ? " '\(version)'" : ""
        return Refusal(
            .badRequest, "Unknown schema version\(shown); known versions are \(known)", errorID: "unknown_version")
    }

    fileprivate static func invalid(_ name: String, _ wanted: String) -> Refusal {
        Refusal(.badRequest, "\(name) must be \(wanted)", errorID: "invalid_parameter")
    }
}

/// One place to ask for a parameter, wherever it stands.
private struct Reader {
    let query: RequestTarget
    let body: JSONObject?

    func text(_ name: String) throws(Refusal) -> String? {
        if let text = query[name] { return text }
        switch body?[name] {
        case nil, .null: return nil
        case .some(let value):
            // A value that cannot be meant must not be taken for none: that would be the newest version.
            guard let text = value.stringValue else { throw MigrateParameters.invalid(name, "a string") }
            return text.isEmpty ? nil : text
        }
    }

    func flag(_ name: String) throws(Refusal) -> Bool {
        let text: String?
        if let value = query[name] {
            text = value.lowercased()
        } else if case .bool(let value) = body?[name] {
            return value
        } else {
            text = try self.text(name)?.lowercased()
        }
        switch text {
        case nil, "false", "0", "no", "off": return false
        case "true", "1", "yes", "on": return true
        default: throw MigrateParameters.invalid(name, "true or false")
        }
    }
}
