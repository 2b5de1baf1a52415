import AgnoMigrate
import Testing

/// A database that a release of the original filled, to copy.
struct Source: Hashable, Sendable, CustomTestStringConvertible {
    let release: Release
    var engine = Engine.sqlite
    var isOdd = false
    /// Rows of which each alone makes the original abort: the name of one, or `all`.
    var abortRows: String?

    static func plain(_ engines: [Engine]) -> [Source] { promised(on: engines, isOdd: false) }

    /// The rows of plain ones, and odd rows beside them.
    static func odd(_ engines: [Engine]) -> [Source] { promised(on: engines, isOdd: true) }

    private static func promised(on engines: [Engine], isOdd: Bool) -> [Source] {
        engines.flatMap { engine in
            // Where the asynchronous class differs, it does for the first of them or for all.
            let releases: [Release] = engine.skipsMemories ? [.v2_0_11, .v2_5_17] : Release.promised
            return releases.map { Source(release: $0, engine: engine, isOdd: isOdd) }
        }
    }

    var testDescription: String {
        release.rawValue + (isOdd ? " with odd rows" : "") + (abortRows.map { " and \($0) aborting rows" } ?? "")
            + (engine == .sqlite ? "" : " on \(engine.rawValue)")
    }

    /// A copy of one's own.
    func copy(into scratch: Scratch, as name: String = "copy.db") async throws -> String {
        try scratch.copy(try await Sources.shared.database(self, .asMade), as: name, on: engine)
    }

    /// A copy that the newest original took to 3.0.0.
    func migratedByOriginal(into scratch: Scratch, as name: String = "theirs.db") async throws -> String {
        try scratch.copy(try await Sources.shared.database(self, .migratedByOriginal), as: name, on: engine)
    }

    /// A copy that we took to 3.0.0.
    func migratedByUs(into scratch: Scratch, as name: String = "ours.db") async throws -> String {
        try scratch.copy(try await Sources.shared.database(self, .migratedByUs), as: name, on: engine)
    }
}

/// Makes each database once per process, whoever asks for it first.
private actor Sources {
    static let shared = Sources()

    enum State: Hashable { case asMade, migratedByOriginal, migratedByUs }

    private struct Key: Hashable {
        let source: Source
        let state: State
    }

    private var databases: [Key: Task<(String, Scratch), any Error>] = [:]

    func database(_ source: Source, _ state: State) async throws -> String {
        var source = source
        // Which class of the original it is for matters only to what the original makes of it.
        if state != .migratedByOriginal { source.engine = source.engine.kind }
        let key = Key(source: source, state: state)
        let task =
            databases[key]
            ?? Task {
                let scratch = try Scratch()
                return (try await Self.make(key.source, state, in: scratch), scratch)
            }
        databases[key] = task
        return try await task.value.0
    }

    private static func make(_ source: Source, _ state: State, in scratch: Scratch) async throws -> String {
        switch state {
        case .asMade: return try await populate(source, in: scratch)
        case .migratedByOriginal:
            let file = try await source.copy(into: scratch, as: "theirs.db")
            let outcome = try await Original.newest.up(file)
            guard outcome.raised == nil else {
                let raised = outcome.raised ?? ""
                throw SetUpFailure(description: "\(source.testDescription): the original raised \(raised)")
            }
            return file
        case .migratedByUs:
            let file = try await source.copy(into: scratch, as: "ours.db")
            _ = try await manager(file).up()
            return file
        }
    }

    /// Every second release makes its file with the settings that a file keeps and that nobody expects: what a server's
    /// account is for servers (``HostileAccount``). Journal modes are a matter of the suites of SQLite.
    private static let hostileFiles: Set<Release> = [.v2_2_13, .v2_5_17]
    private static let hostileSettings =
        "PRAGMA encoding = 'UTF-16be'; PRAGMA page_size = 512; PRAGMA auto_vacuum = FULL; "
        + "CREATE TABLE kept (x); DROP TABLE kept"

    private static func populate(_ source: Source, in scratch: Scratch) async throws -> String {
        let release = source.release
        guard source.isOdd || source.abortRows != nil else {
            let file = try scratch.emptyDatabase("made.db", on: source.engine)
            if source.engine == .sqlite, hostileFiles.contains(release) { try SQL.execute(file, hostileSettings) }
            try await release.populate(file)
            return file
        }
        let plain = try await Source(release: release, engine: source.engine).copy(into: scratch, as: "made.db")
        var arguments = ["--db", plain, "--release", release.rawValue]
        if let rows = source.abortRows { arguments += ["--abort-rows"] + (rows == "all" ? [] : [rows]) }
        let added = try await release.script("odd_rows.py", arguments)
        guard added.code == 0 else { throw SetUpFailure(description: "odd_rows.py: \(added.errors)") }
        return plain
    }
}
