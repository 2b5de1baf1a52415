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

/// Moves the storage tables of Agno 1.x into the tables of 2.x and 3.x, of the same database or of another one.
///
/// ```swift
/// let old = try Database(url: "sqlite:///v1.db")
/// let report = try await V1Import(from: old).run()
/// for table in report.tables { print(table.table, table.read, table.written, table.quarantined) }
/// ```
///
/// The v1 tables are read and never changed. Target tables that are not there are made at the newest version. An existing
/// row stays when it is newer, or when v1 does not say when it changed its own; running again changes nothing, and picks up
/// what v1 programs wrote meanwhile. Called with `await`, an import runs on a thread of its own and stops at the next safe
/// point when its task is cancelled.
public struct V1Import: Sendable {
    private let source: Database
    private let target: Database
    private let sourceDriver: any DatabaseDriver
    private let targetDriver: any DatabaseDriver
    private let options: EngineOptions

    /// Makes an import; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - source: where the v1 tables are; its schema is theirs.
    ///   - target: where they go, with the names of the tables to write; nil: where they are.
    public init(from source: Database, into target: Database? = nil, options: MigrationOptions = MigrationOptions()) {
        let target = target ?? source
        self.init(
            from: source, driver: source.makeDriver(logger: options.logger), into: target,
            driver: target.makeDriver(logger: options.logger),
            options: EngineOptions(
                waitTimeout: options.waitTimeout, interruption: options.interruption, onEvent: options.onEvent,
                logger: options.logger, toolVersion: agnoMigrateVersion))
    }

    /// Makes an import over drivers of one's own: tests put faults in front of real ones.
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

    /// Imports the tables, or only looks at them.
    ///
    /// - Parameters:
    ///   - tables: the v1 tables; without names every table with the shape of one.
    ///   - batchSize: at most so many rows in one transaction; nil: as many as weigh a few megabytes.
    ///   - overwrite: lets v1 rows take the place of newer ones too.
    ///   - dryRun: reads and converts everything and writes nothing.
    /// - Throws: ``MigrationError``, where nothing was done; where single tables failed, the report says which and why.
    public func run(
        tables: V1Tables = .discovered, batchSize: Int? = nil, overwrite: Bool = false, dryRun: Bool = false
    ) throws -> V1ImportReport {
        try importer(tables, batchSize, overwrite, dryRun, options).run()
    }

    /// Imports the tables, or only looks at them, without blocking the caller's thread.
    public func run(
        tables: V1Tables = .discovered, batchSize: Int? = nil, overwrite: Bool = false, dryRun: Bool = false
    ) async throws -> V1ImportReport {
        var options = options
        let interruption = Interruption(parent: options.interruption)
        options.interruption = interruption
        let importer = importer(tables, batchSize, overwrite, dryRun, options)
        return try await withTaskCancellationHandler {
            try await DatabaseSession().run { try importer.run() }
        } onCancel: {
            interruption.request()
        }
    }

    /// Cancels the statement that is running now; the transaction it belongs to is rolled back.
    public func cancelRunningStatement() {
        sourceDriver.cancelRunningStatement()
        targetDriver.cancelRunningStatement()
    }

    private func importer(
        _ tables: V1Tables, _ batchSize: Int?, _ overwrite: Bool, _ dryRun: Bool, _ options: EngineOptions
    ) -> V1Importer {
        let isSameDatabase = source.url.isSamePlace(as: target.url)
        // A file that is to be made does not have to be there for a look.
        let isMissing = dryRun && target.url.path.map { access($0, F_OK) != 0 } ?? false
        return V1Importer(
            from: sourceDriver, into: isMissing ? nil : targetDriver,
            engine: MigrationEngine(
                driver: targetDriver, names: target.tables, options: options),
            settings: ImportSettings(
                tables: tables, batchSize: batchSize, overwrites: overwrite, isDryRun: dryRun,
                isSamePlace: isSameDatabase && source.schema == target.schema,
                sourceName: isSameDatabase ? nil : source.url.sourceName, sourceSchema: source.schema))
    }
}

extension DatabaseURL {
    /// Whether both lead to the same database, as far as can be told without opening it; of files the file itself says.
    fileprivate func isSamePlace(as other: DatabaseURL) -> Bool {
        guard let path, let otherPath = other.path else {
            return self.path == other.path && (host, port, database) == (other.host, other.port, other.database)
        }
        var (mine, its) = (stat(), stat())
        guard stat(path, &mine) == 0, stat(otherPath, &its) == 0 else { return path == otherPath }
        return mine.st_dev == its.st_dev && mine.st_ino == its.st_ino
    }

    /// A short name that tells this place from others; nothing secret in it.
    fileprivate var sourceName: String {
        let place = path.map { path in
            guard let real = realpath(path, nil) else { return path }
            defer { free(real) }
            return String(cString: real)
        }
        return SourceName.short(for: place ?? description)
    }
}
