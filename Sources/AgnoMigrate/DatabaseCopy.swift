package import DatabaseAccess
public import MigrationCore
import SQLDialects

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Copies all of Agno's tables to another database, on the same server or on one of another kind.
///
/// ```swift
/// let file = try Database(url: "sqlite:///agno.db")
/// let server = try Database(url: "postgresql+psycopg://app@db.example.org/agno")
/// let report = try await DatabaseCopy(from: file, to: server).run()
/// for table in report.tables { print(table.name, table.copied, table.alreadyThere, table.refused) }
/// ```
///
/// The source is only read. The target gets the tables that it lacks at the source's version. Rows that it has already are
/// compared and never changed, so that the same call resumes after a kill. Rows that the target has no place for are listed
/// by key; the others are copied. Called with `await`, a copy runs on a thread of its own and stops at the next safe point
/// when its task is cancelled.
public struct DatabaseCopy: Sendable {
    private let source: Database
    private let target: Database
    private let sourceDriver: any DatabaseDriver
    private let targetDriver: any DatabaseDriver
    private let options: EngineOptions

    /// Makes a copy; it opens no connection.
    ///
    /// - Parameters:
    ///   - source: the database and schema to read, with its table names.
    ///   - target: the database and schema to write, with its table names.
    ///   - options: the behaviour of the copy.
    /// - Throws: `usage` if both are the same schema of the same database.
    public init(
        from source: Database, to target: Database, options: MigrationOptions = MigrationOptions()
    ) throws(MigrationError) {
        try self.init(
            from: source, driver: source.makeDriver(logger: options.logger), to: target,
            driver: target.makeDriver(logger: options.logger), options: options.engine)
    }

    /// Makes a copy over other drivers; tests inject faults this way.
    package init(
        from source: Database, driver sourceDriver: any DatabaseDriver, to target: Database,
        driver targetDriver: any DatabaseDriver, options: EngineOptions
    ) throws(MigrationError) {
        guard !source.url.hasSameLocation(as: target.url) || source.schema != target.schema else {
            throw MigrationError(
                .usage, "the source and the target are the same database",
                remedy: "name another database with --to, or another schema with --to-schema")
        }
        self.source = source
        self.target = target
        self.sourceDriver = sourceDriver
        self.targetDriver = targetDriver
        self.options = options
    }

    /// Copies the tables. A table that fails does not stop the others: the report lists it with the reason.
    ///
    /// - Parameter dryRun: reads and compares everything and writes nothing (default: false).
    /// - Throws: `not_verified` if the source's tables are not at one version or the target's are at another one, `drift`,
    ///   `not_an_agno_table`, `locked`, `newer_database`, and the codes of connections. Nothing was written in any of these
    ///   cases.
    public func run(dryRun: Bool = false) throws(MigrationError) -> CopyReport {
        try copier(dryRun, options).run()
    }

    /// Copies the tables, without blocking the caller's thread.
    public func run(dryRun: Bool = false) async throws(MigrationError) -> CopyReport {
        try await DatabaseSession.run(options) { options throws(MigrationError) in
            try copier(dryRun, options).run()
        }
    }

    /// Cancels the running statement, if any; its transaction is rolled back. Any thread may call this.
    public func cancelRunningStatement() {
        sourceDriver.cancelRunningStatement()
        targetDriver.cancelRunningStatement()
    }

    private func copier(_ isDryRun: Bool, _ options: EngineOptions) -> DatabaseCopier {
        // A dry run does not need the file that a copy would create.
        let isMissing = isDryRun && target.url.path.map { access($0, F_OK) != 0 } ?? false
        return DatabaseCopier(
            from: MigrationEngine(driver: sourceDriver, names: source.tables, options: options),
            into: isMissing
                ? .missing(SQLiteDialect(version: ""), target.tables)
                : .database(MigrationEngine(driver: targetDriver, names: target.tables, options: options)),
            isDryRun: isDryRun)
    }
}
