import AgnoMigrate
import LosslessJSON
import ReportJSON

/// The changes of a schema version per table type, and per server where servers differ.
struct VersionDescription {
    let version: SchemaVersion
    private let tables: [(type: TableType, variants: [Variant])]

    /// The same changes on one or several servers.
    private struct Variant: JSONRepresentable {
        var kinds: [DatabaseKind]
        let changes: [String]

        var json: JSONValue { JSONObject(["dialects": kinds.map(\.rawValue), "changes": changes]).json }
    }

    private static let servers = DatabaseKind.allCases.filter { kind in
        SchemaVersion.known.contains { !VersionCatalogue.changes(of: $0, on: kind).isEmpty }
    }

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

    var json: JSONValue {
        let tables = tables.map { JSONObject(["type": $0.type.name, "changes": $0.variants]) }
        return JSONObject(["version": version, "tables": tables]).json
    }

    func lines(_ style: Style) -> [String] {
        let mark = version == .baseline ? "  the schema of Agno 2.0 to 2.2" : version == .latest ? "  newest" : ""
        var lines = [style.bold(version.description) + mark]
        if tables.isEmpty, version != .baseline { lines.append("  no changes") }
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

extension ReleaseRange {
    /// The members of the range's entry in the list of releases.
    var json: JSONValue {
        JSONObject([
            "first": first.description, "last": last.description, "schema_version": schemaVersion, "stamp": stamp,
        ]).json
    }

    /// The list of releases as a table.
    static func lines(_ style: Style) -> [String] {
        var table = TextTable("FIRST", "LAST", "SCHEMA VERSION", "STAMP")
        for range in all {
            table.add(
                .init(range.first.description), .init(range.last.description), .init(range.schemaVersion.description),
                .init(range.stamp?.description ?? "none"))
        }
        return table.lines(style)
    }
}
