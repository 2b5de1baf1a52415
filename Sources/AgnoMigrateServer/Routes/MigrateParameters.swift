import AgnoMigrate
import HTTPTypes
import LosslessJSON

/// The parameters of a migration or a plan, from the query or a JSON body. The original reads only the query, but its
/// own client sends a body; so both are read, and the query takes precedence.
struct MigrateParameters: Sendable {
    var request: MigrateRequest
    /// Whether the answer is the job instead of its result.
    var isAsynchronous: Bool
    /// Whether one failed database makes the whole answer a failure.
    var isStrict: Bool

    /// Reads and checks the parameters. Throws 400 for an unknown version or an invalid value; nothing was changed.
    init(_ exchange: Exchange, allowsDataLoss: Bool) throws(HTTPRefusal) {
        // A body that is not a JSON object is ignored, as by the original.
        let object = (try? JSONValue(parsing: exchange.body))?.objectValue
        let reader = ParameterReader(query: exchange.target, body: object)
        request = MigrateRequest()
        if let text = try reader.string("target_version") {
            guard let target = MigrationTarget(text) else { throw Self.unknown(version: text) }
            request.targetText = text
            request.target = target.version
            request.note = target.note
        }
        if let text = try reader.string("direction") {
            guard let direction = MigrationDirection(rawValue: text) else {
                throw HTTPRefusal.invalid("direction", "up or down")
            }
            guard direction == .up || request.targetText != nil else {
                throw HTTPRefusal(.badRequest, "direction=down requires target_version", errorID: "invalid_parameter")
            }
            request.direction = direction
        }
        request.digest = try reader.string("plan_digest")
        request.allowsDataLoss = try reader.flag("allow_data_loss") || allowsDataLoss
        request.makesProof = try reader.flag("proof")
        isAsynchronous = try reader.flag("async")
        isStrict = try reader.flag("strict")
    }

    /// The content of the request, to compare requests with the same idempotency key.
    func fingerprint(path: [String]) -> String {
        "\(path.joined(separator: "/")) \(request.targetText ?? "") \(request.direction?.rawValue ?? "") "
            + "\(request.allowsDataLoss) \(request.digest ?? "")" + (request.makesProof ? " proof" : "")
    }

    private static func unknown(version: String) -> HTTPRefusal {
        let shown = version.count <= 64 ? " '\(version)'" : ""
        return HTTPRefusal(
            .badRequest, "Unknown schema version\(shown); \(MigrationTarget.knownTexts)", errorID: "unknown_version")
    }
}
