public import AgnoV1
package import DatabaseAccess
package import MigrationCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Imports the storage tables of Agno 1.x into the tables of 2.x and 3.x, in the same database or in another one.
///
/// ```swift
/// let old = try Database(url: "sqlite:///v1.db")
/// let report = try await V1Import(from: old).run()
/// for table in report.tables { print(table.table, table.read, table.written, table.quarantined) }
/// ```
///
/// Sessions and memories that 1.x kept in documents are imported from files:
///
/// ```swift
/// let report = try await V1Import(fromFiles: "dump/agno", into: Database(url: "sqlite:///agno.db")).run()
/// ```
///
/// The v1 tables are read and never changed. Missing target tables are created at the newest version. An existing row wins
/// if it is newer, or if the v1 row has no time of change. Running an import again changes nothing except that it picks up
/// rows written since. Called with `await`, an import runs on a thread of its own and stops at the next safe point when its
/// task is cancelled.
public struct V1Import: Sendable {
    private enum Source {
        case database(Database, any DatabaseDriver)
        /// Documents, all of one kind; nil: each is recognised.
        case files(String, V1Kind?)
    }

    private let source: Source
    private let target: Database
    private let targetDriver: any DatabaseDriver
    private let options: EngineOptions

    /// Makes an import; it opens no connection.
    ///
    /// - Parameters:
    ///   - source: the database and schema of the v1 tables.
    ///   - target: the database to write, with its table names; nil (the default) writes into the source.
    ///   - options: the behaviour of the import.
    public init(from source: Database, into target: Database? = nil, options: MigrationOptions = MigrationOptions()) {
        let target = target ?? source
        self.init(
            from: source, driver: source.makeDriver(logger: options.logger), into: target,
            driver: target.makeDriver(logger: options.logger), options: options.engine)
    }

    /// Makes an import of documents; it opens no file and no connection.
    ///
    /// - Parameters:
    ///   - path: a file, or a folder whose files are read: those of JsonStorage, what `mongoexport` or `mongodump` wrote, an
    ///     export of DynamoDB, a dump of Redis as JSON lines, or any JSON with sessions or memories of 1.x.
    ///   - kind: the kind of every document; nil (the default) recognises each by its members.
    ///   - target: the database to write, with its table names.
    ///   - options: the behaviour of the import.
    public init(
        fromFiles path: String, kind: V1Kind? = nil, into target: Database,
        options: MigrationOptions = MigrationOptions()
    ) {
        self.init(
            fromFiles: path, kind: kind, into: target, driver: target.makeDriver(logger: options.logger),
            options: options.engine)
    }

    /// Makes an import of documents over another driver; tests inject faults this way.
    package init(
        fromFiles path: String, kind: V1Kind? = nil, into target: Database, driver: any DatabaseDriver,
        options: EngineOptions
    ) {
        source = .files(path, kind)
        self.target = target
        targetDriver = driver
        self.options = options
    }

    /// Makes an import over other drivers; tests inject faults this way.
    package init(
        from source: Database, driver sourceDriver: any DatabaseDriver, into target: Database,
        driver targetDriver: any DatabaseDriver, options: EngineOptions
    ) {
        self.source = .database(source, sourceDriver)
        self.target = target
        self.targetDriver = targetDriver
        self.options = options
    }

    /// Imports the tables. A table that fails does not stop the others: the report lists it with the reason.
    ///
    /// - Parameters:
    ///   - tables: the v1 tables; by default every table with the shape of one, and all documents.
    ///   - batchSize: the maximum number of rows per transaction; nil (the default) sizes batches to a few megabytes.
    ///   - overwrite: replaces existing rows even if they are newer (default: false).
    ///   - dryRun: reads and converts everything and writes nothing (default: false).
    /// - Throws: `usage` for an invalid batch size, a table without the shape of a v1 table or a document that is none of 1.x, `locked`,
    ///   `newer_database`, and the codes of connections. Nothing was written in any of these cases.
    public func run(
        tables: V1Tables = .discovered, batchSize: Int? = nil, overwrite: Bool = false, dryRun: Bool = false
    ) throws(MigrationError) -> V1ImportReport {
        try perform(tables, batchSize, overwrite, dryRun, options)
    }

    /// Imports the tables, without blocking the caller's thread.
    public func run(
        tables: V1Tables = .discovered, batchSize: Int? = nil, overwrite: Bool = false, dryRun: Bool = false
    ) async throws(MigrationError) -> V1ImportReport {
        try await DatabaseSession.run(options) { options throws(MigrationError) in
            try perform(tables, batchSize, overwrite, dryRun, options)
        }
    }

    /// Cancels the running statement, if any; its transaction is rolled back. Any thread may call this.
    public func cancelRunningStatement() {
        if case .database(_, let driver) = source { driver.cancelRunningStatement() }
        targetDriver.cancelRunningStatement()
    }

    private func perform(
        _ tables: V1Tables, _ batchSize: Int?, _ overwrite: Bool, _ dryRun: Bool, _ options: EngineOptions
    ) throws(MigrationError) -> V1ImportReport {
        // A dry run does not need the file that an import would create.
        let isMissing = dryRun && target.url.path.map { access($0, F_OK) != 0 } ?? false
        let engine = MigrationEngine(driver: targetDriver, names: target.tables, options: options)
        var settings = ImportSettings(
            tables: tables, batchSize: batchSize, overwrites: overwrite, isDryRun: dryRun, isSamePlace: false,
            sourceName: nil, sourceSchema: nil)
        switch source {
        case .database(let source, let driver):
            let isSameDatabase = source.url.hasSameLocation(as: target.url)
            settings.isSamePlace = isSameDatabase && source.schema == target.schema
            settings.sourceName = isSameDatabase ? nil : source.url.sourceName
            settings.sourceSchema = source.schema
            return try V1Importer(
                from: driver, into: isMissing ? nil : targetDriver, engine: engine, settings: settings
            ).run()
        case .files(let path, let kind):
            settings.sourceName = SourceName.short(for: path.realPath)
            let staging = try engine.reporting { try DocumentStaging(path, as: kind, options: options) }
            var report = try V1Importer(
                from: staging.driver, into: isMissing ? nil : targetDriver, engine: engine, settings: settings
            ).run()
            report.path = path
            // The rows are read until here.
            withExtendedLifetime(staging) {}
            return report
        }
    }
}

extension DatabaseURL {
    /// Whether both URLs lead to the same database, as far as is known without a connection; files are compared by inode.
    func hasSameLocation(as other: DatabaseURL) -> Bool {
        guard let path, let otherPath = other.path else {
            return self.path == other.path && (host, port, database) == (other.host, other.port, other.database)
        }
        var (mine, its) = (stat(), stat())
        guard stat(path, &mine) == 0, stat(otherPath, &its) == 0 else { return path == otherPath }
        return mine.st_dev == its.st_dev && mine.st_ino == its.st_ino
    }

    /// A short name that distinguishes this database from others; it holds no secret.
    fileprivate var sourceName: String {
        SourceName.short(for: path?.realPath ?? description)
    }
}

extension String {
    /// The path without links; the path itself if nothing is there.
    fileprivate var realPath: String {
        guard let real = realpath(self, nil) else { return self }
        defer { free(real) }
        return String(cString: real)
    }
}
