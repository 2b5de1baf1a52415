import AgnoMigrate
import ArgumentParser

struct TableOptions: ParsableArguments {
    @Option(
        name: .customLong("table"),
        help: ArgumentHelp("Only this table type (sessions, memories, …). Repeatable.", valueName: "type"),
        completion: .list(TableType.managed.map(\.name)))
    var names: [String] = []

    /// The requested types, each once; nil for all.
    func types() throws -> [TableType]? {
        guard !names.isEmpty else { return nil }
        var types: [TableType] = []
        for name in names {
            let type = try ArgumentParsing.tableType(name)
            if !types.contains(type) { types.append(type) }
        }
        return types
    }
}

struct WaitOptions: ParsableArguments {
    @Option(
        name: .customLong("wait-timeout"),
        help: ArgumentHelp(
            "Maximum wait while another migration holds the lock; 0 disables waiting.", valueName: "seconds"))
    var seconds = 600.0

    /// The same as a duration, which cannot hold every number.
    var timeout: Duration { .seconds(min(seconds, 1e12)) }

    func validate() throws {
        guard seconds.isFinite, seconds >= 0 else {
            throw ValidationError("--wait-timeout must be a number of seconds, 0 or more")
        }
    }
}

extension CompletionKind {
    static var versions: CompletionKind { .list(SchemaVersion.known.map(\.description)) }
}
