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

struct OnlineOptions: ParsableArguments {
    @Option(
        name: .customLong("online"),
        help: ArgumentHelp(
            "Convert columns beside the running application instead of locking the table: auto (tables from 32 MB on, where "
                + "the server can), always, never.", valueName: "mode"))
    var mode = OnlineMode.auto.rawValue

    @Flag(
        name: .customLong("recycle-connections"),
        help: "After a conversion, end the idle sessions of other clients, whose prepared statements would fail once.")
    var recyclesConnections = false

    /// Sets the options of a manager.
    func configuration() throws -> (inout MigrationOptions) -> Void {
        let mode = try ArgumentParsing.onlineMode(mode)
        return {
            $0.online = mode
            $0.recyclesConnections = recyclesConnections
        }
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
