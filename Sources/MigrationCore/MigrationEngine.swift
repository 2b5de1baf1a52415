package import AgnoSchema
package import DatabaseAccess
import SQLDialects

/// Look, plan, lower, execute: one database's migrations over one driver.
///
/// An engine carries out one operation if its options ask for a proof, which is about that operation.
///
/// All functions run to their end on the caller's thread. Reading is here, writing in `Running/`.
package struct MigrationEngine: Sendable {
    let driver: any DatabaseDriver
    package let names: TableNames
    package let options: EngineOptions
    let history: SchemaHistory
    let movers: RowMovers

    /// - Parameters:
    ///   - history: the versions that it knows; defaults to Agno's.
    ///   - movers: what carries out the row moves of these versions; defaults to those of Agno's.
    package init(
        driver: any DatabaseDriver, names: TableNames, options: EngineOptions, history: SchemaHistory = .agno,
        movers: RowMovers = .agno
    ) {
        self.driver = driver
        self.names = names
        var options = options
        if options.makesProof { options.proof = ProofRecorder(at: options.clock.now) }
        self.options = options
        self.history = history
        self.movers = movers
    }

    package var store: VersionStore { VersionStore(table: names.versions, clock: options.clock) }

    package func context(_ connection: any DatabaseConnection) -> SchemaContext {
        SchemaContext(traits: connection.dialect.traits, names: names, history: history)
    }

    func planner(_ connection: any DatabaseConnection) -> Planner {
        Planner(context: context(connection), movers: movers)
    }

    /// Any error as a `MigrationError`.
    package func reporting<Result>(_ body: () throws -> Result) throws(MigrationError) -> Result {
        do { return try body() } catch { throw MigrationError(reporting: error) }
    }

    /// Runs the body with the database as it is now; where rows cannot be asked for, with what its tables are.
    ///
    /// - Parameter direction: that of the operation whose needs are read as well; nil: nothing but tables and stamps.
    func looking<Result>(
        for access: DatabaseAccessMode, towards direction: MigrationDirection?,
        _ body: (any DatabaseConnection, DatabaseState) throws -> Result
    ) throws -> Result {
        do {
            return try driver.withConnection(for: access) { connection in
                var state = try DatabaseState.look(connection, names: names, store: store)
                if let direction { try readNeeds(of: direction, into: &state, connection) }
                return try body(connection, state)
            }
        } catch is UnknownLeftovers {
            return try driver.withConnection(for: access) {
                try body($0, DatabaseState.look($0, names: names, store: store))
            }
        }
    }

    /// Runs the body with the database as it is now, over a connection that cannot write.
    private func reading<Result>(
        for access: DatabaseAccessMode = .read, towards direction: MigrationDirection? = .up,
        _ body: (any DatabaseConnection, DatabaseState) throws -> Result
    ) throws(MigrationError) -> Result {
        try reporting { try looking(for: access, towards: direction, body) }
    }

    /// - Throws: ``UnknownLeftovers``.
    private func readNeeds(
        of direction: MigrationDirection, into state: inout DatabaseState, _ connection: any DatabaseConnection
    ) throws {
        switch direction {
        case .up: try state.readLeftovers(planner(connection), connection)
        case .down: try state.readFormerTypes(connection)
        }
    }

    /// A sentence about a migration that is running; empty if none is, as far as the driver can tell.
    private var runningMigration: [String] {
        driver.lockHolder().map { ["a migration is running, so this may change at once: \($0)"] } ?? []
    }

    /// The database with what an operation of that direction needs to know, outside of a transaction.
    func look(_ connection: any DatabaseConnection, for direction: MigrationDirection) throws -> DatabaseState {
        var state = try DatabaseState.look(connection, names: names, store: store)
        do { try readNeeds(of: direction, into: &state, connection) } catch is UnknownLeftovers {}
        return state
    }

    // MARK: Reading

    /// Each table's stamp beside its real shape.
    package func status() throws(MigrationError) -> DatabaseStatus {
        try reading(for: .glance) { connection, state in
            var status = try inspector(connection, state).status()
            status.warnings += runningMigration
            return status
        }
    }

    /// Compares every table with a fresh one of its version, and every run list with the runs table.
    ///
    /// - Throws: `newer_database` if a stamp is above every known version.
    package func verify() throws(MigrationError) -> VerificationReport {
        // It reads every list by itself.
        try reading(towards: nil) { connection, state in
            try refuseNewer(state)
            return try inspector(connection, state).verify()
        }
    }

    /// Whether a release may serve on the tables as they are.
    ///
    /// - Throws: `usage` if the release is unknown, `newer_database` if a stamp is above every known version.
    package func check(_ release: AgnoRelease) throws(MigrationError) -> ReleaseCheck {
        guard let range = release.range else {
            throw MigrationError(
                .usage, "unknown release of Agno '\(release)'",
                remedy: "newest known release of Agno: \(AgnoRelease.newest)")
        }
        return try reading(for: .glance, towards: nil) { connection, state in
            try refuseNewer(state)
            return try ReleaseFitness(release: release, range: range, inspector: inspector(connection, state)).check()
        }
    }

    private func inspector(_ connection: any DatabaseConnection, _ state: DatabaseState) -> Inspector {
        Inspector(connection: connection, planner: planner(connection), state: state)
    }

    /// What the journal holds, oldest first.
    ///
    /// - Parameters:
    ///   - run: the operation whose entries are wanted; nil: all.
    ///   - limit: how many of the newest entries are wanted; nil: all.
    ///   - details: includes the entries about single rows and batches.
    package func history(
        run: String? = nil, limit: Int? = nil, details: Bool = true
    ) throws(MigrationError) -> [HistoryEntry] {
        try reporting {
            try driver.withConnection(for: .read) {
                try Journal.history($0, run: run, limit: limit, details: details)
            }
        }
    }

    /// Which tables have something to do on the way to a version, and which way they go.
    ///
    /// - Throws: `usage` if the version is unknown, `newer_database` if a stamp is above every known version.
    package func pendingTables(at target: SchemaVersion) throws(MigrationError) -> PendingTables {
        let up = try makeRequest(.up, tables: nil, target: target, force: false)
        let down = try makeRequest(.down, tables: nil, target: target, force: false)
        return try reading { connection, state in
            try refuseNewer(state)
            let planner = planner(connection)
            let above = tableSteps(state, down, planner).filter(\.isPending).map(\.type)
            // A table above the version whose stamp is missing goes down, whatever its stamp asks for.
            let below = tableSteps(state, up, planner).filter { $0.isPending && !above.contains($0.type) }
            return PendingTables(up: below.map(\.type), down: above)
        }
    }

    /// What a migration would do.
    ///
    /// - Throws: `usage` if the version is unknown, `newer_database` if a stamp is above every known version.
    package func plan(
        _ direction: MigrationDirection, tables: [TableType]?, target: SchemaVersion, force: Bool, discard: Bool = false
    ) throws(MigrationError) -> MigrationPlan {
        let request = try makeRequest(direction, tables: tables, target: target, force: force, discards: discard)
        return try reading(for: .glance, towards: direction) { connection, state in
            try refuse(request, state)
            var plan = try plan(request, state, connection)
            plan.warnings += runningMigration
            return plan
        }
    }

    // MARK: Shared with the operations that write

    func makeRequest(
        _ direction: MigrationDirection, tables: [TableType]?, target: SchemaVersion, force: Bool,
        discards: Bool = false
    ) throws(MigrationError) -> MigrationRequest {
        try requireKnown(target)
        let types = TableType.managed.filter { type in tables.map { $0.contains(type) } ?? true }
        return MigrationRequest(direction: direction, target: target, types: types, force: force, discards: discards)
    }

    private func requireKnown(_ version: SchemaVersion) throws(MigrationError) {
        guard !history.versions.contains(version) else { return }
        throw MigrationError(
            .usage, "unknown schema version \(version)",
            remedy: "known versions: \(history.versions.map(\.description).joined(separator: ", "))")
    }

    package func refuseNewer(_ state: DatabaseState) throws {
        guard let newer = state.newerStamp(than: history) else { return }
        throw MigrationError(
            .newerDatabase,
            "\(newer.table) is stamped \(newer.version), which is newer than this program supports (up to \(history.latest))",
            remedy: "use a newer agno-migrate. Nothing was changed")
    }

    /// Refuses a request that no table can fulfil: on a database newer than this program, or a forced `up` to below a stamp.
    func refuse(_ request: MigrationRequest, _ state: DatabaseState) throws {
        try refuseNewer(state)
        guard request.direction == .up, request.force else { return }
        let above = request.types.lazy.filter { state.snapshots[$0] != nil }.compactMap { type in
            state.stamp(of: type, names: names).map { (name: names[type], stamp: $0) }
        }
        .first { $0.stamp > request.target }
        guard let above else { return }
        throw MigrationError(
            .usage, "\(above.name) is stamped \(above.stamp); up with force does not go down to \(request.target)",
            remedy:
                "force up to \(above.stamp) or newer, or go down with down --target \(request.target). Nothing was changed"
        )
    }

    func tableSteps(_ state: DatabaseState, _ request: MigrationRequest, _ planner: Planner) -> [TableSteps] {
        request.types.filter { state.snapshots[$0] != nil }.map {
            planner.work(
                on: $0, stamp: state.stamp(of: $0, names: names), shapes: state.shapes, request: request,
                unfinished: state.unfinished[names[$0]] ?? [])
        }
    }

    func plan(
        _ request: MigrationRequest, _ state: DatabaseState, _ connection: any DatabaseConnection
    ) throws -> MigrationPlan {
        try PlanBuilder(
            connection: connection, planner: planner(connection), state: state, options: options,
            discards: request.discards
        ).plan(request, now: options.clock.now)
    }

    package func withLock<Result>(_ purpose: String, _ body: () throws -> Result) throws -> Result {
        try driver.withLock(
            purpose,
            waiting: { holder in
                if options.interruption.isRequested {
                    throw MigrationError(
                        .interrupted, "stopped while waiting for the lock", remedy: "run the same command again")
                }
                guard holder.waited < options.waitTimeout else { return false }
                options.onEvent(.waitingForLock(holder))
                return true
            },
            {
                options.onEvent(.lockTaken)
                return try body()
            })
    }

    /// Fills a new database with Agno's tables of a version and a few rows.
    ///
    /// - Throws: `usage` if the version is unknown or one of Agno's tables exists.
    package func makeSample(version: SchemaVersion, sessions: Int) throws(MigrationError) -> SampleReport {
        try requireKnown(version)
        return try reporting {
            try driver.withConnection(for: .create) { connection in
                try SampleBuilder(connection: connection, names: names, version: version, clock: options.clock)
                    .build(sessions: sessions)
            }
        }
    }

    /// A name for an operation: 16 random hexadecimal digits.
    package static func makeRunID() -> String {
        var generator = SystemRandomNumberGenerator()
        let text = String(generator.next(), radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    /// Cancels the statement that is running now.
    package func cancelRunningStatement() { driver.cancelRunningStatement() }
}
