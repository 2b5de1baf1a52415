import AgnoMigrate

/// Reads the names that people type: versions, table types, dialects.
enum Names {
    /// Reads `3.0.0`, `v3.0.0` or `3.0`.
    ///
    /// - Throws: a usage error that lists the known versions.
    static func version(_ text: String) throws -> SchemaVersion {
        if let version = SchemaVersion(text), SchemaVersion.known.contains(version) { return version }
        let known = SchemaVersion.known.map(\.description).joined(separator: ", ")
        throw MigrationError(
            .usage, "unknown schema version '\(printable(text))'", remedy: "known versions are \(known)")
    }

    /// Reads a table type's code name or singular name, in any case.
    ///
    /// - Throws: a usage error with a suggestion.
    static func tableType(_ text: String) throws -> TableType {
        if let type = TableType(name: text) { return type }
        throw unknown("table type", text, known: TableType.managed.map(\.name))
    }

    /// Reads a table type whose table can be renamed: those that are migrated one by one, and `runs`.
    static func renamableType(_ text: String) throws -> TableType {
        if let type = TableType(name: text) ?? TableType(rawValue: text.lowercased()) { return type }
        throw unknown("table type", text, known: TableType.allCases.map(\.name) + ["versions"])
    }

    /// Reads a dialect's name.
    static func dialect(_ text: String) throws -> DatabaseKind {
        let aliases: [String: DatabaseKind] = ["postgres": .postgresql, "singlestoredb": .singlestore]
        let name = text.lowercased()
        if let kind = DatabaseKind(rawValue: name) ?? aliases[name] { return kind }
        throw unknown("dialect", text, known: DatabaseKind.allCases.map(\.rawValue))
    }

    private static func unknown(_ what: String, _ text: String, known: [String]) -> MigrationError {
        let suggestion = Suggestion.clause(for: text, among: known)
        return MigrationError(
            .usage, "unknown \(what) '\(printable(text))'\(suggestion)",
            remedy: "known are \(known.joined(separator: ", "))")
    }
}
