import AgnoMigrate
import AgnoMigrateServer
import DurabilitySupport
import Foundation
import HTTPTypes
import LosslessJSON
import Testing

/// The stamp of a table after a request that names no version.
private let latest = SchemaVersion.latest.description

/// Every exchange that was recorded with Agno 3.1.10, sent to this service.
///
/// Status, body and the headers that a client sees are equal but for the corrections, each with its reason.
@Suite("What was recorded with the original")
struct ReplayTests {
    /// Where this service is right and the original is not, or where it has no agents.
    private struct Correction {
        let reason: String
        var status: Int?
        /// Members that are other ones; the rest of the body is compared.
        var members: [String: JSONValue] = [:]
        /// A text that the body has in place of the recorded body.
        var contains: String?
        /// The stamps of sessions and memories afterwards, by database file.
        var stamps: [String: String] = [:]
    }

    private static let corrections: [Int: Correction] = [
        2: Correction(reason: "a service without agents", members: ["agent_count": 0]),
        56: Correction(reason: "a service without agents", members: ["agent_count": 0]),
        80: Correction(reason: "a service without agents", members: ["agent_count": 0]),
        8: Correction(reason: "H5: down is real on SQLite too", stamps: ["one1.db": "2.0.0"]),
        9: Correction(reason: "after 8 all tables are at 2.0.0", stamps: ["one1.db": "2.3.0"]),
        11: unknownVersion("9.9.9", latest, "one1.db"), 12: unknownVersion("9.9.9", "2.0.0", "two1.db"),
        13: unknownVersion("abc", latest, "one1.db"),
        14: Correction(
            reason: "H4: an unknown version is refused before anything is touched", status: 400,
            contains: "Unknown schema version 'abc'", stamps: ["one1.db": latest, "two1.db": "2.0.0"]),
        15: unknownVersion("1.0.0", "2.0.0", "two1.db"),
        20: Correction(reason: "H10: there is a list of databases", status: 200, contains: "db-two"),
        22: Correction(
            reason: "H8: the target in a JSON body counts",
            members: ["message": "Database migrated successfully to version 2.0.0"], stamps: ["one1.db": "2.0.0"]),
        23: Correction(reason: "after 22 the tables are at 2.0.0 and go up", stamps: ["one1.db": "2.5.0"]),
        26: Correction(reason: "H5: down is real on SQLite too", stamps: ["one2.db": "2.0.0", "two2.db": "2.0.0"]),
        29: Correction(
            reason: "a stamp that is no version is put right", status: 200, contains: "to latest version",
            stamps: ["two4.db": latest]),
        30: Correction(
            reason: "a stamp that is no version is put right", status: 200, contains: "to latest version",
            stamps: ["two4.db": latest]),
        31: Correction(
            reason: "the stamps are versions since 29, and down is real", status: 200, contains: "to version 2.3.0",
            stamps: ["one4.db": "2.3.0", "two4.db": "2.3.0"]),
        32: Correction(
            reason: "H2: no SQL in bodies", contains: "\"failed\":{\"db-two\":\"two5.db is opened read-only"),
        33: Correction(
            reason: "H2: no SQL in bodies", contains: "\"Failed to migrate database: two5.db is opened read-only"),
        34: Correction(reason: "H7: all databases under one id", stamps: ["two6.db": "2.3.0"]),
        35: Correction(reason: "H7: all databases under one id", stamps: ["one6.db": latest]),
        44: Correction(
            reason: "H2: no driver text in bodies",
            contains: "\"failed\":{\"db-bad\":\"there is no file x.db"),
    ]

    private static func unknownVersion(_ text: String, _ stamp: String, _ file: String) -> Correction {
        Correction(
            reason: "H3, H4, H5: an unknown version is refused before anything is touched", status: 400,
            contains: "Unknown schema version '\(text)'; known versions: "
                + SchemaVersion.known.map(\.description).joined(separator: ", "),
            stamps: [file: stamp])
    }

    @Test("Is answered alike, exchange by exchange, but for the corrections")
    func replay() async throws {
        let exchanges = try JSONValue(parsing: Fixture.text("agno-3.1.10.json"))["exchanges"]?.arrayValue ?? []
        #expect(exchanges.count == 82)
        var scenarios: [String] = []
        for exchange in exchanges {
            let name = try #require(exchange["scenario"]?.stringValue)
            if scenarios.last != name { scenarios.append(name) }
        }
        #expect(scenarios.count == 12)
        for scenario in scenarios {
            let folder = try TemporaryDirectory()
            let (databases, change) = try Self.setting(of: scenario, in: folder)
            let own = exchanges.filter { $0["scenario"]?.stringValue == scenario }
            try await TestService.run(databases, change) { service in
                for exchange in own { try await Self.replay(exchange, service, folder) }
            }
        }
    }

    /// The databases and the configuration of a scenario.
    private static func setting(
        of scenario: String, in folder: TemporaryDirectory
    ) throws -> ([ServedDatabase], (inout ServiceConfiguration) -> Void) {
        func database(_ file: String, _ id: String) throws -> ServedDatabase {
            try TestDatabase.recorded(in: folder, named: file).served(as: id)
        }
        func two(_ number: Int, _ first: String = "db-one", _ second: String = "db-two") throws -> [ServedDatabase] {
            [try database("one\(number).db", first), try database("two\(number).db", second)]
        }
        let none: (inout ServiceConfiguration) -> Void = { _ in }
        switch scenario.prefix(20) {
        case "open instance, two d": return (try two(1), none)
        case "migrate all": return (try two(2), none)
        case "application started ": return (try two(3), none)
        case "one database cannot ":
            let databases = try two(4)
            try TestDatabase(path: folder.file("two4.db"))
                .execute("UPDATE agno_schema_versions SET version = 'garbage'")
            return (databases, none)
        case "one database is read":
            var databases = try two(5)
            let url = "sqlite:///file:\(folder.file("two5.db"))?mode=ro&uri=true"
            databases[1] = ServedDatabase(id: "db-two", try Database(url: url))
            return (databases, none)
        case "two different databa": return (try two(6, "same", "same"), none)
        case "a database whose id ": return (try two(7, "all", "db-two"), none)
        case "no database": return ([], none)
        case "one local and one re":
            if scenario.contains("fails") {
                let bad = ServedDatabase(id: "db-bad", try Database(url: folder.file("missing/x.db")))
                return ([try database("one9.db", "db-one"), ServedDatabase(remote: "remote-1"), bad], none)
            }
            return ([try database("one8.db", "db-one"), ServedDatabase(remote: "remote-1")], none)
        case "security key 'sk-tes":
            return (try two(10), { $0.authentication = .securityKey(ServiceSecret("sk-test")) })
        case "JWT authorization (H":
            let settings = TokenSettings(algorithm: "HS256", key: .text(ServiceSecret(Token.secret)))
            return (try two(11), { $0.authentication = .tokens(settings) })
        default: throw Unknown(scenario: scenario)
        }
    }

    private struct Unknown: Error { let scenario: String }

    private static func replay(
        _ exchange: JSONValue, _ service: TestService, _ folder: TemporaryDirectory
    ) async throws {
        let number = Int(try #require(exchange["number"]?.int64Value))
        let correction = corrections[number]
        let comment = Comment(rawValue: "exchange \(number): \(correction?.reason ?? "as recorded")")
        let request = try #require(exchange["request"]), response = try #require(exchange["response"])
        var headers = HTTPFields()
        for member in request["headers"]?.objectValue?.members ?? [] {
            let name = try #require(HTTPField.Name(member.key.value ?? ""))
            headers[name] = try await credentials(member.value.stringValue ?? "")
        }
        let method = try #require(HTTPRequest.Method(request["method"]?.stringValue ?? ""))
        let path = try #require(request["path"]?.stringValue)
        let answer = try await service.send(method, path, headers: headers, json: request["json"].map(text))

        let recordedStatus = Int(try #require(response["status"]?.int64Value))
        #expect(answer.status == correction?.status ?? recordedStatus, comment)
        if let contains = correction?.contains {
            #expect(answer.text.contains(contains), "\(comment): \(answer.text)")
        } else {
            let recorded = try #require(response["body"])
            let expected = try expectation(recorded, correction, isConfiguration: path == "/config")
            let got = recorded.stringValue == nil ? try comparable(answer.text, path) : "\"\(answer.text)\""
            #expect(got == expected, comment)
        }
        for member in response["headers"]?.objectValue?.members ?? [] {
            let name = try #require(HTTPField.Name(member.key.value ?? ""))
            // An allowed GET has no Allow header, and the list of databases is no refusal.
            #expect(answer.headers[name] == member.value.stringValue, "\(comment): \(name)")
        }
        try checkStamps(exchange, correction, folder, comment)
    }

    /// After the exchange the stamps are the recorded ones, but for the corrections.
    private static func checkStamps(
        _ exchange: JSONValue, _ correction: Correction?, _ folder: TemporaryDirectory, _ comment: Comment
    ) throws {
        for member in exchange["versions_after"]?.objectValue?.members ?? [] {
            let file = try #require(member.key.value)
            let stamps = try TestDatabase(path: folder.file(file)).stamps
            for (table, version) in ["agno_sessions", "agno_memories"].map({ ($0, member.value[$0]?.stringValue) }) {
                #expect(stamps[table] == correction?.stamps[file] ?? version, "\(comment): \(file) \(table)")
            }
        }
    }

    private static func expectation(
        _ recorded: JSONValue, _ correction: Correction?, isConfiguration: Bool
    ) throws -> String {
        var body = recorded
        if case .object(var members) = body {
            for (key, value) in correction?.members ?? [:] { members[key] = value }
            body = .object(members)
        }
        return try comparable(text(body), isConfiguration ? "/config" : "")
    }

    /// A body without what differs from run to run, and without the agents of the recorded operating system.
    private static func comparable(_ text: String, _ path: String) throws -> String {
        var value = try JSONValue(parsing: text)
        if case .object(var members) = value {
            if members["instantiated_at"] != nil { members["instantiated_at"] = "<timestamp>" }
            if path == "/config" {
                members["available_models"] = []
                members["agents"] = []
            }
            value = .object(members)
        }
        return try canonical(Self.text(value))
    }

    private static func text(_ value: JSONValue) -> String {
        var bytes: [UInt8] = []
        value.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The recorded headers name what a token held.
    private static func credentials(_ header: String) async throws -> String {
        guard let start = header.firstIndex(of: "<"), header.hasSuffix(">") else { return header }
        let label = header[header.index(after: start)...].dropLast()
        let token: String
        switch label {
        case "not a token": token = "abc"
        case "expired": token = try await Token.make { $0.exp = 1_000_000 }
        case "bad signature": token = try await Token.make(secret: "another secret, just as long as the first")
        case "no scopes claim": token = try await Token.make(nil)
        case "scopes as string 'config:write'": token = try await Token.make(nil) { $0.scopeText = "config:write" }
        case "scope (singular) claim": token = try await Token.make(nil) { $0.scope = "config:write" }
        case "unknown id, config:write": token = try await Token.make()
        case "wrong audience": token = try await Token.make { $0.aud = "another-os" }
        default:
            let list = try #require(label.firstIndex(of: "[").map { label[$0...] })
            let scopes = try #require(try JSONValue(parsing: String(list)).arrayValue).compactMap(\.stringValue)
            token = try await Token.make(scopes)
        }
        return header[..<start] + token
    }
}
