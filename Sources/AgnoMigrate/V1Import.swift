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
/// The v1 tables are read and never changed. Missing target tables are created at the newest version. An existing row wins
/// if it is newer, or if the v1 row has no time of change. Running an import again changes nothing except that it picks up
/// rows written since. Called with `await`, an import runs on a thread of its own and stops at the next safe point when its
/// task is cancelled.
public struct V1Import: Sendable {
    private let source: Database
    private let target: Database
    private let sourceDriver: any DatabaseDriver
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

    /// Makes an import over other drivers; tests inject faults this way.
    package init(
        from source: Database, driver sourceDriver: any DatabaseDriver, into target: Database,
        driver targetDriver: any DatabaseDriver, options: EngineOptions
    ) {
        self.source = source
        self.target = target
        self.sourceDriver = sourceDriver
        self.targetDriver = targetDriver
        self.options = options
    }

    /// Imports the tables. A table that fails does not stop the others: the report lists it with the reason.
    ///
    /// - Parameters:
    ///   - tables: the v1 tables; by default every table with the shape of one.
    ///   - batchSize: the maximum number of rows per transaction; nil (the default) sizes batches to a few megabytes.
    ///   - overwrite: replaces existing rows even if they are newer (default: false).
    ///   - dryRun: reads and converts everything and writes nothing (default: false).
    /// - Throws: `usage` for an invalid batch size or a table without the shape of a v1 table, `locked`,
    ///   `newer_database`, and the codes of connections. Nothing was written in any of these cases.
    public func run(
        tables: V1Tables = .discovered, batchSize: Int? = nil, overwrite: Bool = false, dryRun: Bool = false
    ) throws(MigrationError) -> V1ImportReport {
        try importer(tables, batchSize, overwrite, dryRun, options).run()
    }

    /// Imports the tables, without blocking the caller's thread.
    public func run(
        tables: V1Tables = .discovered, batchSize: Int? = nil, overwrite: Bool = false, dryRun: Bool = false
    ) async throws(MigrationError) -> V1ImportReport {
        try await DatabaseSession.run(options) { options throws(MigrationError) in
            try importer(tables, batchSize, overwrite, dryRun, options).run()
        }
    }

    /// Cancels the running statement, if any; its transaction is rolled back. Any thread may call this.
    public func cancelRunningStatement() {
        sourceDriver.cancelRunningStatement()
        targetDriver.cancelRunningStatement()
    }

    private func importer(
        _ tables: V1Tables, _ batchSize: Int?, _ overwrite: Bool, _ dryRun: Bool, _ options: EngineOptions
    ) -> V1Importer {
        let isSameDatabase = source.url.hasSameLocation(as: target.url)
        // A dry run does not need the file that an import would create.
        let isMissing = dryRun && target.url.path.map { access($0, F_OK) != 0 } ?? false
        return V1Importer(
            from: sourceDriver, into: isMissing ? nil : targetDriver,
            engine: MigrationEngine(driver: targetDriver, names: target.tables, options: options),
            settings: ImportSettings(
                tables: tables, batchSize: batchSize, overwrites: overwrite, isDryRun: dryRun,
                isSamePlace: isSameDatabase && source.schema == target.schema,
                sourceName: isSameDatabase ? nil : source.url.sourceName, sourceSchema: source.schema))
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
        let location = path.map { path in
            guard let real = realpath(path, nil) else { return path }
            defer { free(real) }
            return String(cString: real)
        }
        return SourceName.short(for: location ?? description)
    }
}
