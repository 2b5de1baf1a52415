public import AgnoSchema
package import DatabaseAccess
package import MigrationCore
import SQLDialects

/// Migrates the tables of one database between schema versions.
///
/// ```swift
/// let manager = MigrationManager(try Database(url: "sqlite:///agno.db"))
/// let plan = try await manager.plan()
/// let report = try await manager.up()
/// ```
///
/// Every operation has two forms under one name. Called with `await` it runs on a thread of its own and never blocks the
/// cooperative pool; cancelling the task stops it at the next safe point. Called without, it runs to its end on the
/// caller's thread.
///
/// All of them throw ``MigrationError``. ``up(tables:target:force:plan:)-swift.method`` and `down` also return where single
/// tables failed or were refused: the report says which and why.
public struct MigrationManager: Sendable {
    private let driver: any DatabaseDriver
    private let database: Database
    private let options: EngineOptions

    /// Makes a manager; nothing is opened yet.
    public init(_ database: Database, options: MigrationOptions = MigrationOptions()) {
        self.init(
            database, driver: database.makeDriver(logger: options.logger),
            options: EngineOptions(
                waitTimeout: options.waitTimeout, interruption: options.interruption, onEvent: options.onEvent,
                logger: options.logger, toolVersion: agnoMigrateVersion, runID: options.runID))
    }

    /// Makes a manager over a driver of one's own: tests put faults in front of a real one.
    package init(_ database: Database, driver: any DatabaseDriver, options: EngineOptions) {
        self.database = database
        self.driver = driver
        self.options = options
    }

    private var engine: MigrationEngine { engine(options) }

    private func engine(_ options: EngineOptions) -> MigrationEngine {
        MigrationEngine(driver: driver, names: database.tables, options: options)
    }

    /// Runs an operation on a thread of its own; cancelling the task asks it to stop.
    private func detached<Result: Sendable>(
        _ body: @escaping @Sendable (MigrationEngine) throws -> Result
    ) async throws -> Result {
        var options = options
        let interruption = Interruption(parent: options.interruption)
        options.interruption = interruption
        let engine = engine(options)
        return try await withTaskCancellationHandler {
            try await DatabaseSession().run { try body(engine) }
        } onCancel: {
            interruption.request()
        }
    }

    /// Cancels the statement that is running now; the transaction it belongs to is rolled back.
    public func cancelRunningStatement() { driver.cancelRunningStatement() }
}

// MARK: Synchronous forms

extension MigrationManager {
    /// Takes the tables up to a version.
    ///
    /// - Parameters:
    ///   - tables: the types to migrate; nil: all of them.
    ///   - target: the version to reach; tables above it stay where they are.
    ///   - force: evaluates every step up to the target again, whatever the stamps say.
    ///   - digest: that of the plan that was looked at; where the plan has changed since, nothing is touched and the
    ///     error's code is `plan_changed`.
    public func up(
        tables: [TableType]? = nil, target: SchemaVersion = .latest, force: Bool = false, plan digest: String? = nil
    ) throws -> MigrationReport {
        try engine.migrate(.up, tables: tables, target: target, force: force, allowDataLoss: false, plan: digest)
    }

    /// Takes one table up to a version.
    public func up(table: TableType, target: SchemaVersion = .latest, force: Bool = false) throws -> MigrationReport {
        try up(tables: [table], target: target, force: force)
    }

    /// Takes one table down to a version.
    public func down(
        table: TableType, target: SchemaVersion, force: Bool = false, allowDataLoss: Bool = false
    ) throws -> MigrationReport {
        try down(tables: [table], target: target, force: force, allowDataLoss: allowDataLoss)
    }

    /// Takes the tables down to a version.
    ///
    /// - Parameters:
    ///   - allowDataLoss: consents to the losses that the plan lists; without it the whole operation is refused before
    ///     anything is touched.
    ///   - digest: that of the plan that was looked at, as for `up`.
    public func down(
        tables: [TableType]? = nil, target: SchemaVersion, force: Bool = false, allowDataLoss: Bool = false,
        plan digest: String? = nil
    ) throws -> MigrationReport {
        try engine.migrate(
            .down, tables: tables, target: target, force: force, allowDataLoss: allowDataLoss, plan: digest)
    }

    /// Works out what ``up(tables:target:force:plan:)-swift.method`` or `down` would do; writes nothing.
    public func plan(
        _ direction: MigrationDirection = .up, tables: [TableType]? = nil, target: SchemaVersion = .latest,
        force: Bool = false
    ) throws -> MigrationPlan {
        try engine.plan(direction, tables: tables, target: target, force: force)
    }

    /// Each table's stamp beside its real shape; writes nothing.
    public func status() throws -> DatabaseStatus { try engine.status() }

    /// Whether the database is what its stamps say, rows included; writes nothing.
    public func verify() throws -> VerificationReport { try engine.verify() }

    /// Drops the sessions' backup column, once everything in it is known to be elsewhere.
    public func cleanup(dryRun: Bool = false, allowDataLoss: Bool = false) throws -> CleanupReport {
        try engine.cleanup(dryRun: dryRun, allowDataLoss: allowDataLoss)
    }

    /// Which tables have something to do on the way to a version, and which way they go; writes nothing.
    public func pendingTables(at target: SchemaVersion) throws -> PendingTables {
        try engine.pendingTables(at: target)
    }

    /// What the journal holds, oldest first; writes nothing.
    ///
    /// - Parameters:
    ///   - run: only what this run wrote.
    ///   - limit: only so many of the newest entries.
    public func history(run: String? = nil, limit: Int? = nil) throws -> [HistoryEntry] {
        try engine.history(run: run, limit: limit)
    }

    /// Fills a new database with Agno's tables of a version and a few rows; a SQLite file is made where there is none.
    public func makeSample(version: SchemaVersion, sessions: Int = 20) throws -> SampleReport {
        try engine.makeSample(version: version, sessions: sessions)
    }
}

// MARK: Asynchronous forms

extension MigrationManager {
    /// Takes the tables up to a version, without blocking the caller's thread.
    public func up(
        tables: [TableType]? = nil, target: SchemaVersion = .latest, force: Bool = false, plan digest: String? = nil
    ) async throws -> MigrationReport {
        try await detached {
            try $0.migrate(.up, tables: tables, target: target, force: force, allowDataLoss: false, plan: digest)
        }
    }

    /// Takes one table up to a version, without blocking the caller's thread.
    public func up(
        table: TableType, target: SchemaVersion = .latest, force: Bool = false
    ) async throws -> MigrationReport {
        try await up(tables: [table], target: target, force: force)
    }

    /// Takes one table down to a version, without blocking the caller's thread.
    public func down(
        table: TableType, target: SchemaVersion, force: Bool = false, allowDataLoss: Bool = false
    ) async throws -> MigrationReport {
        try await down(tables: [table], target: target, force: force, allowDataLoss: allowDataLoss)
    }

    /// Takes the tables down to a version, without blocking the caller's thread.
    public func down(
        tables: [TableType]? = nil, target: SchemaVersion, force: Bool = false, allowDataLoss: Bool = false,
        plan digest: String? = nil
    ) async throws -> MigrationReport {
        try await detached {
            try $0.migrate(
                .down, tables: tables, target: target, force: force, allowDataLoss: allowDataLoss, plan: digest)
        }
    }

    /// Works out what `up` or `down` would do, without blocking the caller's thread.
    public func plan(
        _ direction: MigrationDirection = .up, tables: [TableType]? = nil, target: SchemaVersion = .latest,
        force: Bool = false
    ) async throws -> MigrationPlan {
        try await detached { try $0.plan(direction, tables: tables, target: target, force: force) }
    }

    /// Each table's stamp beside its real shape, without blocking the caller's thread.
    public func status() async throws -> DatabaseStatus { try await detached { try $0.status() } }

    /// Whether the database is what its stamps say, without blocking the caller's thread.
    public func verify() async throws -> VerificationReport { try await detached { try $0.verify() } }

    /// Drops the sessions' backup column, without blocking the caller's thread.
    public func cleanup(dryRun: Bool = false, allowDataLoss: Bool = false) async throws -> CleanupReport {
        try await detached { try $0.cleanup(dryRun: dryRun, allowDataLoss: allowDataLoss) }
    }

    /// Which tables have something to do on the way to a version, without blocking the caller's thread.
    public func pendingTables(at target: SchemaVersion) async throws -> PendingTables {
        try await detached { try $0.pendingTables(at: target) }
    }

    /// What the journal holds, without blocking the caller's thread.
    public func history(run: String? = nil, limit: Int? = nil) async throws -> [HistoryEntry] {
        try await detached { try $0.history(run: run, limit: limit) }
    }

    /// Fills a new database with sample rows, without blocking the caller's thread.
    public func makeSample(version: SchemaVersion, sessions: Int = 20) async throws -> SampleReport {
        try await detached { try $0.makeSample(version: version, sessions: sessions) }
    }
}
