import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

/// The target's tables as they are: where sessions, runs and memories go, and how they are encoded there.
struct V1Target {
    var sessions: TableSnapshot?
    /// The table of the runs; nil where they are in a column of the sessions.
    var runs: TableSnapshot?
    var memories: TableSnapshot?
    /// Whether the memories of users inside of sessions go into that table, or into one that is made for them.
    var takesUserMemories = false
    /// Whether the readers of the sessions expect JSON text within JSON.
    var isDoublyEncoded = false
    /// The version whose readers will read it.
    var version = SchemaVersion.latest
    /// What has to be made first.
    var missing: [TableType] = []
    /// Tables of the newest version that nobody has stamped, as a killed run leaves them.
    var unstamped: [TableType] = []
    var serverVersion = ""

    /// What an import will write.
    struct Needs {
        var kinds: Set<V1Kind>
        /// Whether sessions may hold memories of users that are nowhere else.
        var bringsUserMemories: Bool
    }

    /// The type of table into which a kind of v1 rows goes.
    static func type(for kind: V1Kind) -> TableType { kind == .memories ? .memories : .sessions }

    /// Looks at the tables that these rows need; writes nothing.
    ///
    /// - Throws: ``MigrationError`` where one of them is not what its name or stamp says.
    static func look(
        _ connection: any DatabaseConnection, engine: MigrationEngine, for needs: Needs
    ) throws -> V1Target {
        let state = try DatabaseState.look(
            connection, names: engine.names, store: engine.store, types: [.sessions, .runs, .memories])
        try engine.refuseNewer(state)
        var target = V1Target()
        target.serverVersion = state.serverVersion
        let types = Set(needs.kinds.map(type))
        if types.contains(.sessions) { try target.lookAtSessions(state, engine, connection.dialect) }
        let memories = state.snapshots[.memories]
        if types.contains(.memories) {
            if let memories { try require("memory_id", in: memories) } else { target.missing.append(.memories) }
            target.memories = memories
        } else if needs.bringsUserMemories, memories?.shape.column("memory_id") != nil || memories == nil {
            // Where a table of them has been imported, those in sessions are old copies.
            target.takesUserMemories = try !ImportMarkers.hasAny(for: engine.names[.memories], connection)
            if target.takesUserMemories { target.memories = memories }
        }
        if let memories = target.memories, state.stamp(of: .memories, names: engine.names) == nil,
            isNewest(memories, .memories, in: engine.context(connection))
        {
            target.unstamped.append(.memories)
        }
        return target
    }

    private mutating func lookAtSessions(
        _ state: DatabaseState, _ engine: MigrationEngine, _ dialect: any Dialect
    ) throws {
        guard let sessions = state.snapshots[.sessions] else {
            missing += state.snapshots[.runs] == nil ? [.sessions, .runs] : [.sessions]
            runs = state.snapshots[.runs]
            return
        }
        try Self.require("session_type", in: sessions)
        self.sessions = sessions
        let stamp = state.stamp(of: .sessions, names: engine.names)
        let hasColumn = sessions.shape.column("runs") != nil
        let isNormalised = stamp.map(\.hasRunsTable) ?? !hasColumn
        guard isNormalised else {
            guard hasColumn else { throw Self.disagreement(sessions, stamp, "has no runs column") }
            version = stamp ?? .baseline
            isDoublyEncoded = dialect.traits.has(.doublyEncodedSessions)
            return
        }
        if let runs = state.snapshots[.runs] {
            self.runs = runs
            if state.stamp(of: .runs, names: engine.names) == nil { unstamped.append(.runs) }
        } else {
            guard !hasColumn else { throw Self.disagreement(sessions, stamp, "has no runs table") }
            missing.append(.runs)
        }
        if stamp == nil { unstamped.append(.sessions) }
    }

    /// Whether a table has every column of the newest version.
    private static func isNewest(_ snapshot: TableSnapshot, _ type: TableType, in context: SchemaContext) -> Bool {
        let newest = TableDefinition.shape(of: type, at: .latest, in: context)?.columns.map(\.name) ?? []
        return newest.allSatisfy { snapshot.shape.column($0) != nil }
    }

    private static func require(_ column: String, in snapshot: TableSnapshot) throws {
        guard snapshot.shape.column(column) == nil else { return }
        throw MigrationError(
            .usage, "\(snapshot.name) has the name of a table to write into, but it is no table of Agno 2 or later",
            remedy: "rename it, or choose another target with --table-name; nothing was done")
    }

    private static func disagreement(
        _ snapshot: TableSnapshot, _ stamp: SchemaVersion?, _ what: String
    ) -> MigrationError {
        MigrationError(
            .notVerified, "\(snapshot.name) is stamped \(stamp?.description ?? "with nothing") but \(what)",
            remedy: "run agno-migrate up --force --table sessions first; nothing was done")
    }

    /// Makes what is missing at the newest version, stamped; on a server where that cannot be one transaction, a run that
    /// is killed on the way is finished by the next one.
    static func prepare(
        _ connection: any DatabaseConnection, engine: MigrationEngine, for needs: Needs
    ) throws -> V1Target {
        let target = try look(connection, engine: engine, for: needs)
        guard !target.missing.isEmpty || !target.unstamped.isEmpty else { return target }
        try make(target.missing, stamping: target.unstamped, connection, engine: engine)
        return try look(connection, engine: engine, for: needs)
    }

    /// The table for memories of users, where sessions turned out to hold some; made unless an earlier v1 table of the same
    /// import needed it too.
    static func madeMemories(_ connection: any DatabaseConnection, engine: MigrationEngine) throws -> TableSnapshot? {
        func found() throws -> TableSnapshot? {
            try connection.dialect.snapshots(of: [.memories: engine.names[.memories]], using: connection)[.memories]
        }
        if let memories = try found() { return memories }
        try make([.memories], stamping: [], connection, engine: engine)
        return try found()
    }

    private static func make(
        _ missing: [TableType], stamping unstamped: [TableType], _ connection: any DatabaseConnection,
        engine: MigrationEngine
    ) throws {
        let context = engine.context(connection)
        let name = engine.names[missing.first ?? .sessions]
        try LockRetry(connection: connection, options: engine.options).change(name) {
            for type in missing + unstamped {
                guard let shape = TableDefinition.shape(of: type, at: .latest, in: context) else { continue }
                let name = engine.names[type]
                try connection.makeTable(shape, named: name) { $0.create(shape, named: name) }
            }
            try engine.store.prepare(connection, in: context)
            for type in missing + unstamped {
                try engine.store.write(.latest, for: engine.names[type], on: connection, in: context)
            }
        }
    }
}
