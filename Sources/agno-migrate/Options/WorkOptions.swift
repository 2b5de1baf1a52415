import AgnoMigrate
import ArgumentParser

/// Which tables.
struct TableOptions: ParsableArguments {
    @Option(
        name: .customLong("table"),
        help: ArgumentHelp("Only this table type (sessions, memories, …). Repeatable.", valueName: "type"),
        completion: .list(TableType.managed.map(\.name)))
    var names: [String] = []

    /// The types asked for, each once; nil for all of them.
    func types() throws -> [TableType]? {
        guard !names.isEmpty else { return nil }
        var types: [TableType] = []
        for name in names {
            let type = try Names.tableType(name)
            if !types.contains(type) { types.append(type) }
        }
        return types
    }
}

/// How long to wait for another migration.
struct WaitOptions: ParsableArguments {
    @Option(
        name: .customLong("wait-timeout"),
        help: ArgumentHelp("Wait so long while another migration holds the lock; 0: not at all.", valueName: "seconds"))
    var seconds = 600.0

    func validate() throws {
        guard seconds.isFinite, seconds >= 0 else {
            throw ValidationError("--wait-timeout is a number of seconds, 0 or more")
        }
    }
}

extension CompletionKind {
    /// Every known schema version.
    static var versions: CompletionKind { .list(SchemaVersion.known.map(\.description)) }
}
