import AgnoSchema
import Foundation
import Testing

/// What was released does not change: databases in the field were made by it.
///
/// A checksum that differs means that a declaration of a released version was edited. Put the change into a new version
/// instead; only where a release of Agno itself shows that the declaration was wrong, correct it and pin the new value.
/// A new version's checksums are printed by `scripts/golden record`.
@Suite("Released versions do not change")
struct ReleasedVersionTests {
    private static let steps = [
        "2.3.0": "fcb71910960841ab", "2.5.0": "d3ef6fa0f8ce721c", "2.5.6": "06f6201f4ff88adb",
        "3.0.0": "d20c41524705dd5d",
    ]
    private static let shapes = [
        "2.0.0": "9b0f29bc7d258075", "2.3.0": "a5a1570769c595f2", "2.5.0": "35aafdc8cd667aa9",
        "2.5.6": "adfde658f0d1437f", "3.0.0": "f7cd3be83da48237",
    ]

    @Test("The declarations of every version are those that were released")
    func declarations() {
        var found: [String: String] = [:]
        for migration in Migration.all { found[migration.version.description] = Checksum.of(Self.text(of: migration)) }
        Self.printPins("steps", found)
        #expect(found == Self.steps)
    }

    @Test("The tables of every version are those that were released")
    func tables() {
        var found: [String: String] = [:]
        for version in SchemaVersion.known { found[version.description] = Checksum.of(Self.tables(at: version)) }
        Self.printPins("shapes", found)
        #expect(found == Self.shapes)
    }

    @Test("The checksum notices a single character")
    func checksumIsSensitive() {
        #expect(Checksum.of("user_id") != Checksum.of("user_ib"))
        #expect(Checksum.of("") == "cbf29ce484222325")
    }

    /// Prints the values to pin as they are written above, if `scripts/golden record` asks for them.
    private static func printPins(_ name: String, _ found: [String: String]) {
        guard ProcessInfo.processInfo.environment["AGNO_GOLDEN"] == "record" else { return }
        let pairs = found.sorted { $0.key.compare($1.key, options: .numeric) == .orderedAscending }
        print("\(name): " + pairs.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", "))
    }

    private static func text(of migration: Migration) -> String {
        var lines: [String] = []
        for adapter in Adapter.allCases {
            for type in TableType.allCases {
                for step in migration.steps(for: type, traits: adapter.traits) {
                    lines.append("\(adapter.rawValue) \(type.name) \(text(of: step, in: adapter.context))")
                }
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func text(of step: MigrationStep, in context: SchemaContext) -> String {
        switch step {
        case .change(let change): text(of: change, in: context)
        case .move(let move): "move \(move.rawValue)"
        case .requires(let condition): "requires \(condition)"
        case .when, .unless: "unresolved"
        }
    }

    private static func text(of change: SchemaChange, in context: SchemaContext) -> String {
        func column(_ column: Column) -> String {
            let declared = column.resolved(for: context.traits)
            return "\(declared.name) \(context.traits.typeName(declared.type)) \(declared.isNullable)"
        }
        func key(_ key: UniqueKey?) -> String { key.map { "\($0.name(onTable: "t")) \($0.columns)" } ?? "none" }
        switch change {
        case .addColumn(let new, let fill): return "add column \(column(new)) fill \(fill)"
        case .dropColumn(let old): return "drop column \(column(old))"
        case .retireColumn(let old): return "retire column \(column(old))"
        case .restoreColumn(let old): return "restore column \(column(old))"
        case .changeType(let name, let old, let new): return "change type of \(name) from \(old) to \(new)"
        case .addIndex(let index), .dropIndex(let index):
            let predicate = index.predicate.map { " where \($0)" } ?? ""
            return
                "index \(index.name(onTable: "t", traits: context.traits)) \(index.columns) \(index.isUnique)\(predicate)"
        case .replaceUniqueKey(let old, let new): return "replace \(key(old)) with \(key(new))"
        case .addPrimaryKey(let columns, let old): return "primary key \(columns) replacing \(key(old))"
        case .dropPrimaryKey(let columns, let old): return "drop primary key \(columns) restoring \(key(old))"
        case .createTable(let type): return "create \(type.name)"
        case .dropTable(let type): return "drop \(type.name)"
        case .repair(let repair): return "repair \(repair)"
        }
    }

    private static func tables(at version: SchemaVersion) -> String {
        var lines: [String] = []
        for adapter in Adapter.allCases {
            for type in TableType.allCases {
                guard let shape = TableDefinition.shape(of: type, at: version, in: adapter) else { continue }
                lines.append("\(adapter.rawValue) \(type.name)")
                lines += ShapeFacts.of(shape).sorted()
            }
        }
        return lines.joined(separator: "\n")
    }
}

/// FNV-1a, 64 bits.
enum Checksum {
    static func of(_ text: String) -> String {
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let hex = String(state, radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }
}
