import AgnoSchema
import Foundation

/// The tables that one release of Agno makes on one server, as read from the release itself.
struct ReleaseSchema: Decodable {
    /// The labels of the files that `scripts/fixtures` wrote, oldest first.
    static let labels = Set(names.compactMap { $0.split(separator: "-", maxSplits: 1).last.map(String.init) }).sorted {
        $0.compare($1, options: .numeric) == .orderedAscending
    }

    /// The names of all files, as `sqlite-3.1`.
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory.path())) ?? [])
        .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(".json".count)) }

    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/schemas")

    var dialect: String
    var label: String
    /// The schema version that the release works with.
    var version: SchemaVersion
    var tables: [String: Table]

    struct Table: Decodable {
        var name: String
        var columns: [Column]
        var primaryKey: [String]
        var uniques: [Key]
        var indexes: [Index]
        var fks: [Reference]
        var shardKey: [String]?
    }

    struct Column: Decodable {
        var name: String
        var type: String
        var nullable: Bool
        var `default`: String?
    }

    struct Key: Decodable {
        var name: String
        var columns: [String]
    }

    struct Index: Decodable {
        var name: String
        var columns: [String]
        var unique: Bool
        var `where`: String?
    }

    struct Reference: Decodable {
        var columns: [String]
        var references: [String]
        var onDelete: String?
    }

    private enum CodingKeys: String, CodingKey {
        case dialect, tables
        case label = "schemaVersionLabel"
        case version = "schemaVersion"
    }

    /// Reads `Tests/Fixtures/schemas/<adapter>-<label>.json`.
    static func read(_ adapter: Adapter, _ label: String) throws -> ReleaseSchema {
        let file = directory.appending(path: "\(adapter.rawValue)-\(label).json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(ReleaseSchema.self, from: Data(contentsOf: file))
    }
}
