import AgnoMigrate
import LosslessJSON
import ReportJSON

/// What a schema version changes, per table type, and where servers differ, per server.
struct VersionDescription {
    let version: SchemaVersion
    private let tables: [(type: TableType, variants: [Variant])]

    /// The same changes on one or several servers.
    private struct Variant {
        var kinds: [DatabaseKind]
        let changes: [String]
    }

    /// The servers that the catalogue knows.
    private static let servers = DatabaseKind.allCases.filter { kind in
        SchemaVersion.known.contains { !VersionCatalogue.changes(of: $0, on: kind).isEmpty }
    }

    /// Collects what the catalogue says of a version.
    init(of version: SchemaVersion) {
        self.version = version
        var tables: [(type: TableType, variants: [Variant])] = []
        for kind in Self.servers {
            for entry in VersionCatalogue.changes(of: version, on: kind) {
                let index = tables.firstIndex { $0.type == entry.type } ?? tables.endIndex
                if index == tables.endIndex { tables.append((entry.type, [])) }
                if let same = tables[index].variants.firstIndex(where: { $0.changes == entry.changes }) {
                    tables[index].variants[same].kinds.append(kind)
                } else {
                    tables[index].variants.append(Variant(kinds: [kind], changes: entry.changes))
                }
            }
        }
        self.tables = tables
    }

    /// The version and its tables, each with one entry per group of servers.
    var json: JSONValue {
        [
            "version": JSONValue(version.description),
            "tables": .array(
                tables.map { table in
                    [
                        "type": JSONValue(table.type.name),
                        "changes": .array(
                            table.variants.map { variant in
                                [
                                    "dialects": JSONValue(texts: variant.kinds.map(\.rawValue)),
                                    "changes": JSONValue(texts: variant.changes),
                                ]
                            }),
                    ]
                }),
        ]
    }

    /// The same for people.
    func lines(_ style: Style) -> [String] {
        let mark =
            version == .baseline
            ? "  the schema of Agno 2.0 to 2.2, where it begins" : version == .latest ? "  newest" : ""
        var lines = [style.bold(version.description) + mark]
        if tables.isEmpty, version != .baseline { lines.append("  nothing to change") }
        for (type, variants) in tables {
            lines.append("  \(type.name)")
            for variant in variants where !variant.changes.isEmpty {
                if variant.kinds.count < Self.servers.count {
                    lines.append(style.dim("    on \(variant.kinds.map(\.rawValue).joined(separator: ", ")):"))
                }
                lines += variant.changes.map { "    - \(printable($0))" }
            }
        }
        return lines
    }
}
