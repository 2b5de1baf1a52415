import AgnoMigrate
import DurabilitySupport
import Logging
import MigrationCore
import SQLiteAccess

extension MigrationManager {
    /// A manager over a file in this process; it says nothing and its clock stands still.
    static func over(
        _ path: String, tables: TableNames = TableNames(), wait: Duration = .seconds(60),
        driver: (any DatabaseDriver)? = nil, now: Int64 = FaultRunner.now
    ) throws -> MigrationManager {
        let database = try Database(url: "sqlite:///\(path)", tables: tables)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let options = EngineOptions(
            waitTimeout: wait, logger: logger, clock: .fixed(now), toolVersion: "test")
        return MigrationManager(database, driver: driver ?? SQLiteDriver(path: path), options: options)
    }

    /// Up to the newest version, in this process; everything must succeed.
    @discardableResult
    func mustGoUp() throws -> MigrationReport {
        let report = try up()
        guard report.isSuccess else { throw Unsuccessful(failures: report.failures) }
        return report
    }

    /// Down to 2.0.0, in this process, whatever is lost; everything must succeed.
    @discardableResult
    func mustGoDown() throws -> MigrationReport {
        let report = try down(target: .baseline, allowDataLoss: true)
        guard report.isSuccess else { throw Unsuccessful(failures: report.failures) }
        return report
    }

    /// A run that ended well but for some tables.
    struct Unsuccessful: Error {
        var failures: [String]
    }
}

/// The code of the error that the body throws; nil when it throws none.
func errorCode(_ body: () throws -> Void) throws -> String? {
    do {
        try body()
        return nil
    } catch let error as MigrationError {
        return error.code.rawValue
    }
}
