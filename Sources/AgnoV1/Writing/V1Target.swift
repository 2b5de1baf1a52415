import AgnoSchema
import DatabaseAccess
import MigrationCore
import SQLDialects

/// The target's tables for sessions, runs and memories, and how they encode them.
struct V1Target {
    var sessions: TableSnapshot?
    /// The runs table; nil if runs are in a column of the sessions.
    var runs: TableSnapshot?
    var memories: TableSnapshot?
    /// Whether user memories inside sessions are written to that table, which is created if it does not exist.
    var takesUserMemories = false
    /// Which session has which run; nil if there is a runs table, whose key tells.
    var runOwners: RunOwners?
    /// Whether the JSON columns of sessions hold JSON text inside a JSON string.
    var isDoublyEncoded = false
    /// The schema version of the sessions table.
    var version = SchemaVersion.latest
    /// The tables to create.
    var missing: [TableType] = []
    /// Tables of the newest version without a stamp, as a killed run leaves them.
    var unstamped: [TableType] = []
    var serverVersion = ""

    /// What an import is going to write.
    struct Needs {
        var kinds: Set<V1Kind>
        /// Whether sessions may hold user memories that no table has.
        var bringsUserMemories: Bool
    }

    /// The table type for the rows of a v1 table.
    static func type(for kind: V1Kind) -> TableType { kind == .memories ? .memories : .sessions }

    /// Inspects the tables that the import needs; writes nothing.
    ///
    /// - Throws: `usage` if a table of that name is not one of Agno 2 or later, `not_verified` if its columns contradict its
    ///   stamp, `newer_than_program`.
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
            // If a memories table has been imported, the memories in sessions are older copies.
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
            guard hasColumn else { throw Self.contradiction(sessions, stamp, "has no runs column") }
            version = stamp ?? .baseline
            runOwners = RunOwners()
            isDoublyEncoded = dialect.traits.has(.doublyEncodedSessions)
            return
        }
        if let runs = state.snapshots[.runs] {
            self.runs = runs
            if state.stamp(of: .runs, names: engine.names) == nil { unstamped.append(.runs) }
        } else {
            guard !hasColumn else { throw Self.contradiction(sessions, stamp, "has no runs table") }
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
            .usage, "the target table \(snapshot.name) is not a table of Agno 2 or later: it has no \(column) column",
            remedy: "rename it, or choose another target name with --table-name. Nothing was imported.")
    }

    private static func contradiction(
        _ snapshot: TableSnapshot, _ stamp: SchemaVersion?, _ what: String
    ) -> MigrationError {
        MigrationError(
            .notVerified, "\(snapshot.name) \(stamp.map { "is stamped \($0)" } ?? "has no stamp") but \(what)",
            remedy: "run agno-migrate up --force --table sessions first. Nothing was imported.")
    }

    /// Creates and stamps the missing tables at the newest version. On a server that cannot do so in one transaction, the
    /// next run finishes what a killed one began.
    static func prepare(
        _ connection: any DatabaseConnection, engine: MigrationEngine, for needs: Needs
    ) throws -> V1Target {
        let target = try look(connection, engine: engine, for: needs)
        guard !target.missing.isEmpty || !target.unstamped.isEmpty else { return target }
        try make(target.missing, stamping: target.unstamped, connection, engine: engine)
        return try look(connection, engine: engine, for: needs)
    }

    /// The table for user memories, needed because sessions hold some; created unless an earlier v1 table of the same import
    /// needed it too.
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
            try engine.store.prepare(connection, in: context, beside: nil)
            for type in missing + unstamped {
                try engine.store.write(.latest, for: engine.names[type], on: connection, in: context)
            }
        }
    }
}
