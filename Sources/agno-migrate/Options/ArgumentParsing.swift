import AgnoMigrate

/// Parses the names in arguments and configuration files: versions, table types, dialects.
enum ArgumentParsing {
    /// Parses `3.0.0`, `v3.0.0`, `3.0`, or a release of Agno. Throws a usage error that lists the known versions.
    static func target(_ text: String) throws(MigrationError) -> MigrationTarget {
        if let target = MigrationTarget(text) { return target }
        throw MigrationError(
            .usage, "unknown schema version '\(printable(text))'", remedy: MigrationTarget.knownTexts)
    }

    /// Parses a release of Agno. Throws a usage error that names the newest known one.
    static func release(_ text: String) throws(MigrationError) -> AgnoRelease {
        if let release = AgnoRelease(text), release.range != nil { return release }
        throw MigrationError(
            .usage, "unknown release of Agno '\(printable(text))'",
            remedy: "newest known release: \(AgnoRelease.newest); agno-migrate versions --releases lists all")
    }

    /// Parses a table type's code name or singular name, in any case. Throws a usage error with a suggestion.
    static func tableType(_ text: String) throws(MigrationError) -> TableType {
        if let type = TableType(name: text) { return type }
        throw unknown("table type", text, known: TableType.managed.map(\.name))
    }

    /// Parses a table type whose table can have another name: the migrated types and `runs`.
    ///
    /// - Throws: a usage error with a suggestion.
    static func renamableType(_ text: String) throws(MigrationError) -> TableType {
        if let type = TableType(name: text) ?? TableType(rawValue: text.lowercased()) { return type }
        throw unknown("table type", text, known: TableType.allCases.map(\.name) + ["versions"])
    }

    /// Parses a dialect's name or alias, in any case. Throws a usage error with a suggestion.
    static func dialect(_ text: String) throws(MigrationError) -> DatabaseKind {
        let aliases: [String: DatabaseKind] = ["postgres": .postgresql, "singlestoredb": .singlestore]
        let name = text.lowercased()
        if let kind = DatabaseKind(rawValue: name) ?? aliases[name] { return kind }
        throw unknown("dialect", text, known: DatabaseKind.allCases.map(\.rawValue))
    }

    /// Parses `auto`, `always` or `never`.
    static func onlineMode(_ text: String) throws(MigrationError) -> OnlineMode {
        if let mode = OnlineMode(rawValue: text.lowercased()) { return mode }
        throw unknown("mode", text, known: OnlineMode.allCases.map(\.rawValue))
    }

    private static func unknown(_ noun: String, _ text: String, known: [String]) -> MigrationError {
        let suggestion = Suggestion.clause(for: text, among: known)
        return MigrationError(
            .usage, "unknown \(noun) '\(printable(text))'\(suggestion)",
            remedy: "known \(noun)s: \(known.joined(separator: ", "))")
    }
}
