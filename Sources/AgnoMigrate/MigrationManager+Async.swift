public import AgnoSchema
public import MigrationCore

extension MigrationManager {
    /// Migrates the tables up to a version, without blocking the caller's thread.
    public func up(
        tables: [TableType]? = nil, target: SchemaVersion = .latest, force: Bool = false, plan digest: String? = nil
    ) async throws(MigrationError) -> MigrationReport {
        try await detached { engine throws(MigrationError) in
            try engine.migrate(.up, tables: tables, target: target, force: force, allowDataLoss: false, plan: digest)
        }
    }

    /// Migrates what is pending for the start of an application, without blocking the caller's thread.
    @discardableResult
    public func migrateIfNeeded() async throws(MigrationError) -> MigrationReport? {
        try await detached { engine throws(MigrationError) in try engine.migrateIfNeeded() }
    }

    /// Migrates one table up to a version, without blocking the caller's thread.
    public func up(
        table: TableType, target: SchemaVersion = .latest, force: Bool = false
    ) async throws(MigrationError) -> MigrationReport {
        try await up(tables: [table], target: target, force: force)
    }

    /// Migrates one table down to a version, without blocking the caller's thread.
    public func down(
        table: TableType, target: SchemaVersion, force: Bool = false, allowDataLoss: Bool = false, discard: Bool = false
    ) async throws(MigrationError) -> MigrationReport {
        try await down(tables: [table], target: target, force: force, allowDataLoss: allowDataLoss, discard: discard)
    }

    /// Migrates the tables down to a version, without blocking the caller's thread.
    public func down(
        tables: [TableType]? = nil, target: SchemaVersion, force: Bool = false, allowDataLoss: Bool = false,
        discard: Bool = false, plan digest: String? = nil
    ) async throws(MigrationError) -> MigrationReport {
        try await detached { engine throws(MigrationError) in
            try engine.migrate(
                .down, tables: tables, target: target, force: force, allowDataLoss: allowDataLoss, discard: discard,
                plan: digest)
        }
    }

    /// Reports how much earlier ways down have parked, without blocking the caller's thread.
    public func parked() async throws(MigrationError) -> ParkedReport {
        try await detached { engine throws(MigrationError) in try engine.parked() }
    }

    /// Removes everything that is parked, without blocking the caller's thread.
    public func dropParked() async throws(MigrationError) -> ParkedReport {
        try await detached { engine throws(MigrationError) in try engine.dropParked() }
    }

    /// Plans what `up` or `down` would do, without blocking the caller's thread.
    public func plan(
        _ direction: MigrationDirection = .up, tables: [TableType]? = nil, target: SchemaVersion = .latest,
        force: Bool = false, discard: Bool = false
    ) async throws(MigrationError) -> MigrationPlan {
        try await detached { engine throws(MigrationError) in
            try engine.plan(direction, tables: tables, target: target, force: force, discard: discard)
        }
    }

    /// Reports each table's stamp beside its real shape, without blocking the caller's thread.
    public func status() async throws(MigrationError) -> DatabaseStatus {
        try await detached { engine throws(MigrationError) in try engine.status() }
    }

    /// Compares the database with its stamps, without blocking the caller's thread.
    public func verify() async throws(MigrationError) -> VerificationReport {
        try await detached { engine throws(MigrationError) in try engine.verify() }
    }

    /// Drops the sessions' backup column, without blocking the caller's thread.
    public func cleanup(
        dryRun: Bool = false, allowDataLoss: Bool = false
    ) async throws(MigrationError) -> CleanupReport {
        try await detached { engine throws(MigrationError) in
            try engine.cleanup(dryRun: dryRun, allowDataLoss: allowDataLoss)
        }
    }

    /// Compares a proof with the database, without blocking the caller's thread.
    public func check(_ proof: Proof) async throws(MigrationError) -> ProofCheck {
        try await detached { engine throws(MigrationError) in try engine.check(proof) }
    }

    /// Drops what an interrupted conversion has left, without blocking the caller's thread.
    public func abandonConversions(tables: [TableType]? = nil) async throws(MigrationError) -> MigrationReport {
        try await detached { engine throws(MigrationError) in try engine.abandonConversions(tables: tables) }
    }

    /// Checks whether a release of Agno may serve, without blocking the caller's thread.
    public func check(_ release: AgnoRelease) async throws(MigrationError) -> ReleaseCheck {
        try await detached { engine throws(MigrationError) in try engine.check(release) }
    }

    /// Reports which tables differ from a version, without blocking the caller's thread.
    public func pendingTables(at target: SchemaVersion) async throws(MigrationError) -> PendingTables {
        try await detached { engine throws(MigrationError) in try engine.pendingTables(at: target) }
    }

    /// Reads the journal, without blocking the caller's thread.
    public func history(
        run: String? = nil, limit: Int? = nil, details: Bool = true
    ) async throws(MigrationError) -> [HistoryEntry] {
        try await detached { engine throws(MigrationError) in
            try engine.history(run: run, limit: limit, details: details)
        }
    }

    /// Fills a new database with sample rows, without blocking the caller's thread.
    public func makeSample(version: SchemaVersion, sessions: Int = 20) async throws(MigrationError) -> SampleReport {
        try await detached { engine throws(MigrationError) in
            try engine.makeSample(version: version, sessions: sessions)
        }
    }

    /// Runs an operation on a thread of its own; cancelling the task stops it at the next safe point.
    private func detached<Value: Sendable>(
        _ operation: @escaping @Sendable (MigrationEngine) throws(MigrationError) -> Value
    ) async throws(MigrationError) -> Value {
        try await DatabaseSession.run(options) { options throws(MigrationError) in try operation(engine(options)) }
    }
}
