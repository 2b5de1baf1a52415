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
/// cooperative pool; cancelling the task stops it at the next safe point. Called without `await` it blocks the caller's
/// thread until it ends.
///
/// Both forms throw ``MigrationError`` and nothing else. `up` and `down` return a report even if single tables failed or
/// were refused: the report lists them with the reason.
public struct MigrationManager: Sendable {
    private let driver: any DatabaseDriver
    private let database: Database
    let options: EngineOptions

    /// Makes a manager; it opens no connection.
    public init(_ database: Database, options: MigrationOptions = MigrationOptions()) {
        self.init(database, driver: database.makeDriver(logger: options.logger), options: options.engine)
    }

    /// Makes a manager over another driver; tests inject faults this way.
    package init(_ database: Database, driver: any DatabaseDriver, options: EngineOptions) {
        self.database = database
        self.driver = driver
        self.options = options
    }

    private var engine: MigrationEngine { engine(options) }

    func engine(_ options: EngineOptions) -> MigrationEngine {
        MigrationEngine(driver: driver, names: database.tables, options: options)
    }

    /// Cancels the running statement, if any; its transaction is rolled back. Any thread may call this.
    public func cancelRunningStatement() { driver.cancelRunningStatement() }
}

extension MigrationManager {
    /// Migrates the tables up to a version.
    ///
    /// Every step is verified and stamped before the next one begins; a table that fails does not stop the others.
    ///
    /// - Parameters:
    ///   - tables: the types to migrate; nil (the default) migrates all.
    ///   - target: the version to reach (default: the newest); tables above it are left unchanged.
    ///   - force: re-checks every step up to the target, regardless of version stamps (default: false).
    ///   - digest: the digest of a reviewed plan; nil (the default) migrates without one.
    /// - Throws: `usage` for an unknown version, `newer_database`, `versions_table_unusable`, `locked` when the wait
    ///   timeout expires, `plan_changed` if the current plan has another digest, `cannot_connect`, `not_authorised`,
    ///   `read_only` and the other codes of connections. Nothing was changed in any of these cases.
    public func up(
        tables: [TableType]? = nil, target: SchemaVersion = .latest, force: Bool = false, plan digest: String? = nil
    ) throws(MigrationError) -> MigrationReport {
        try engine.migrate(.up, tables: tables, target: target, force: force, allowDataLoss: false, plan: digest)
    }

    /// Migrates what is pending to the newest version, for the start of an application; does nothing if nothing is.
    ///
    /// Of several processes that start at once one migrates, and the others wait for it.
    ///
    /// ```swift
    /// try await MigrationManager(database).migrateIfNeeded()
    /// ```
    ///
    /// - Returns: the report; nil if nothing was pending.
    /// - Throws: the codes of ``up(tables:target:force:plan:)``, and the error of the first table that did not reach the newest
    ///   version, since an application must not start on it. What the report of `up` would call done is done.
    @discardableResult
    public func migrateIfNeeded() throws(MigrationError) -> MigrationReport? { try engine.migrateIfNeeded() }

    /// Migrates one table up to a version: `manager.up(table: .memories, target: "2.3.0")`.
    public func up(
        table: TableType, target: SchemaVersion = .latest, force: Bool = false
    ) throws(MigrationError) -> MigrationReport {
        try up(tables: [table], target: target, force: force)
    }

    /// Migrates one table down to a version: `manager.down(table: .memories, target: "2.3.0")`.
    public func down(
        table: TableType, target: SchemaVersion, force: Bool = false, allowDataLoss: Bool = false, discard: Bool = false
    ) throws(MigrationError) -> MigrationReport {
        try down(tables: [table], target: target, force: force, allowDataLoss: allowDataLoss, discard: discard)
    }

    /// Migrates the tables down to a version. What the older schema has no place for is parked; the next `up` puts it back.
    ///
    /// ```swift
    /// let plan = try manager.plan(.down, target: "2.5.6")
    /// guard plan.losses.isEmpty else { return }
    /// try manager.down(target: "2.5.6", plan: plan.digest)
    /// ```
    ///
    /// - Parameters:
    ///   - tables: the types to migrate; nil (the default) migrates all.
    ///   - target: the version to reach; tables below it are left unchanged.
    ///   - force: re-checks every step down to the target, regardless of version stamps (default: false).
    ///   - allowDataLoss: with `discard`, consents to the losses that the plan lists (default: false); without it, nothing is
    ///     destroyed.
    ///   - discard: destroys what the older schema has no place for instead of parking it (default: false).
    ///   - digest: the digest of a reviewed plan; nil (the default) migrates without one.
    /// - Throws: `data_loss_not_allowed` if values would be destroyed and `discard` and `allowDataLoss` are not both true,
    ///   and the codes of `up`. Nothing was changed in any of these cases.
    public func down(
        tables: [TableType]? = nil, target: SchemaVersion, force: Bool = false, allowDataLoss: Bool = false,
        discard: Bool = false, plan digest: String? = nil
    ) throws(MigrationError) -> MigrationReport {
        try engine.migrate(
            .down, tables: tables, target: target, force: force, allowDataLoss: allowDataLoss, discard: discard,
            plan: digest)
    }

    /// Drops what an interrupted change of type beside a running application has left; the tables stay at their versions.
    ///
    /// - Parameter tables: the types; nil (the default): all.
    /// - Throws: `locked`, `busy`, and the codes of connections. What the application wrote meanwhile is in the old columns.
    public func abandonConversions(tables: [TableType]? = nil) throws(MigrationError) -> MigrationReport {
        try engine.abandonConversions(tables: tables)
    }

    /// Reports how much earlier ways down have parked, by table and column; writes nothing.
    ///
    /// - Throws: the codes of connections.
    public func parked() throws(MigrationError) -> ParkedReport { try engine.parked() }

    /// Hands over every parked value, in the order in which they were parked; writes nothing.
    ///
    /// - Throws: the codes of connections, and what the body throws.
    package func forEachParked(_ body: (ParkedEntry) throws -> Void) throws(MigrationError) {
        try engine.forEachParked(body)
    }

    /// Removes everything that is parked. There is no way back.
    ///
    /// - Throws: `locked`, and the codes of connections. Nothing was removed in any of these cases.
    public func dropParked() throws(MigrationError) -> ParkedReport { try engine.dropParked() }

    /// Plans what `up` or `down` would do; writes nothing, and a read-only role is enough.
    ///
    /// - Throws: `usage` for an unknown version, `newer_database`, `versions_table_unusable`, and the codes of connections.
    public func plan(
        _ direction: MigrationDirection = .up, tables: [TableType]? = nil, target: SchemaVersion = .latest,
        force: Bool = false, discard: Bool = false
    ) throws(MigrationError) -> MigrationPlan {
        try engine.plan(direction, tables: tables, target: target, force: force, discard: discard)
    }

    /// Reports each table's stamp beside its real shape; writes nothing and takes no lock.
    ///
    /// - Throws: `versions_table_unusable`, and the codes of connections.
    public func status() throws(MigrationError) -> DatabaseStatus { try engine.status() }

    /// Compares every table with a fresh one of its version, and every run list with the runs table; writes nothing.
    ///
    /// - Throws: `newer_database`, `versions_table_unusable`, and the codes of connections. A mismatch is not an error.
    public func verify() throws(MigrationError) -> VerificationReport { try engine.verify() }

    /// Drops the backup column of the sessions' run lists, after checking that the runs table covers its content.
    ///
    /// - Parameters:
    ///   - dryRun: counts and writes nothing (default: false).
    ///   - allowDataLoss: drops the column even if some content exists nowhere else (default: false).
    /// - Throws: `locked`, `newer_database`, `versions_table_unusable`, and the codes of connections. Uncovered content
    ///   is not an error: the report's outcome is `refused`.
    public func cleanup(dryRun: Bool = false, allowDataLoss: Bool = false) throws(MigrationError) -> CleanupReport {
        try engine.cleanup(dryRun: dryRun, allowDataLoss: allowDataLoss)
    }

    /// Computes every digest of a proof again and compares it with the database; writes nothing.
    ///
    /// - Throws: `usage` for a document of another format, and the codes of connections. A difference is not an error.
    public func check(_ proof: Proof) throws(MigrationError) -> ProofCheck { try engine.check(proof) }

    /// Checks whether a release of Agno may serve on the tables as they are; writes nothing.
    ///
    /// - Throws: `usage` for an unknown release, `newer_database`, and the codes of connections. An unfit table is not an
    ///   error.
    public func check(_ release: AgnoRelease) throws(MigrationError) -> ReleaseCheck { try engine.check(release) }

    /// Reports which tables differ from a version, by the direction that leads to it; writes nothing.
    ///
    /// - Throws: `usage` for an unknown version, `newer_database`, and the codes of connections.
    public func pendingTables(at target: SchemaVersion) throws(MigrationError) -> PendingTables {
        try engine.pendingTables(at: target)
    }

    /// Reads the journal, oldest entry first; writes nothing. A database without a journal has no entries.
    ///
    /// - Parameters:
    ///   - run: only the entries of this run; nil (the default) reads all runs.
    ///   - limit: the maximum number of entries, counted from the newest; nil (the default) reads all.
    ///   - details: includes entries about single rows and batches (default: true); see ``HistoryEntry/isDetail``.
    /// - Throws: the codes of connections.
    public func history(
        run: String? = nil, limit: Int? = nil, details: Bool = true
    ) throws(MigrationError) -> [HistoryEntry] {
        try engine.history(run: run, limit: limit, details: details)
    }

    /// Fills a new database with Agno's tables of a version and some rows; a missing SQLite file is created.
    ///
    /// - Throws: `usage` for an unknown version or a database that has Agno tables, and the codes of connections.
    public func makeSample(version: SchemaVersion, sessions: Int = 20) throws(MigrationError) -> SampleReport {
        try engine.makeSample(version: version, sessions: sessions)
    }
}
