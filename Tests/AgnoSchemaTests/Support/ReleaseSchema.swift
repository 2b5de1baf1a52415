import AgnoSchema
import Foundation

/// The tables that one release of Agno makes on one server, as read from the release itself.
struct ReleaseSchema: Decodable {
    /// The labels of the files, oldest first.
    static let labels = ["2.0", "2.2", "2.3", "2.5.0", "2.5.6", "3.0", "3.1"]

    var dialect: String
    var label: String
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
    }

    /// Reads `Tests/Fixtures/schemas/<adapter>-<label>.json`.
    static func read(_ adapter: Adapter, _ label: String) throws -> ReleaseSchema {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = tests.appending(path: "Fixtures/schemas/\(adapter.rawValue)-\(label).json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(ReleaseSchema.self, from: Data(contentsOf: file))
    }

    /// The schema version that a label's release works with.
    static func version(ofLabel label: String) -> SchemaVersion {
        switch label {
        case "2.0", "2.2": SchemaVersion(2, 0, 0)
        case "2.3": SchemaVersion(2, 3, 0)
        case "2.5.0": SchemaVersion(2, 5, 0)
        case "2.5.6": SchemaVersion(2, 5, 6)
        default: SchemaVersion(3, 0, 0)
        }
    }
}
