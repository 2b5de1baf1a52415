import AgnoMigrate
import Foundation
import Testing

@Suite("An upgraded file beside a fresh one")
struct FreshSchemaTests {
    @Test(
        "has the same schema but for the order of columns and the kept runs column",
        arguments: Release.promised + [.v2_5_0], Engine.kinds)
    func sameSchema(_ release: Release, _ engine: Engine) async throws {
        let scratch = try Scratch()
        let upgraded = try await schema(Source(release: release, engine: engine).migratedByUs(into: scratch))
        let fresh = try await schema(Source(release: .v3_1_10, engine: engine).copy(into: scratch))
        #expect(upgraded.keys.contains("agno_runs") && upgraded.keys.contains("agno_schema_versions"))
        for (name, table) in upgraded where name != "agno_culture" {
            var table = table
            if name == "agno_sessions" {
                #expect(table.columns.removeValue(forKey: "runs") != nil)
            }
            let expected = try #require(fresh[name], "\(name)")
            #expect(table.columns == expected.columns, "\(name)")
            #expect(table.indexes == expected.indexes, "\(name)")
            #expect(table.foreignKeys == expected.foreignKeys, "\(name)")
            #expect(table.columns.values.allSatisfy { $0.defaultValue == nil }, "\(name)")
            #expect(table.indexes.values.allSatisfy { $0.count == 1 }, "\(name)")
        }
    }

    private struct Table: Decodable {
        struct Column: Decodable, Equatable {
            let type: String
            let isRequired: Bool
            let defaultValue: String?
            let keyPosition: Int

            enum CodingKeys: String, CodingKey {
                case type
                case isRequired = "notnull"
                case defaultValue = "default"
                case keyPosition = "pk"
            }
        }

        var columns: [String: Column]
        /// The names of the indexes by what they cover.
        let indexes: [String: [String]]
        let foreignKeys: [String]

        enum CodingKeys: String, CodingKey {
            case columns, indexes
            case foreignKeys = "foreign_keys"
        }
    }

    private func schema(_ file: String) async throws -> [String: Table] {
        struct Document: Decodable { let tables: [String: Table] }
        let printed = try await Release.v3_1_10.script("canonical.py", [file])
        guard printed.code == 0 else { throw SetUpFailure(description: "canonical.py: \(printed.errors)") }
        return try JSONDecoder().decode(Document.self, from: Data(printed.output.utf8)).tables
    }
}
