import AgnoMigrate
import DatabaseAccess
import Foundation
import Logging
import MigrationCore
import SQLDialects

/// A child process for tests: migrates a database, and dies or runs out of space where it is told to.
///
/// `FaultRunner up|down|cleanup|import-v1|copy|parked|add-column FILE-OR-URL [key=value]…` with `to` (an import's target), `from` (a copy's
/// source), `overwrite`, `target`,
/// `schema` (on MySQL the URL's database), `kill-at` (SIGKILL before the n-th writing statement), `kill-delay` (instead
/// that many microseconds after the n-th was begun), `max-pages` (the SQLite file may not grow beyond), `now` (a fixed
/// clock), `batch-bytes`, `online`, `online-bytes`, `force`, `allow-data-loss`, `wait` (seconds for the lock), `pause`
/// (microseconds before each statement), `table` and `column` (what is added). Prints the report as JSON and the number of writing statements
/// on stderr; before a kill, whether a transaction is open.
@main
struct FaultRunner {
    static func main() async {
        var arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count >= 2 else { exit(2) }
        let command = arguments.removeFirst()
        let path = arguments.removeFirst()
        var settings: [String: String] = [:]
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1)
            settings[String(parts[0])] = parts.count == 2 ? String(parts[1]) : "1"
        }
        do {
            try await run(command, path, settings)
        } catch let error as MigrationError {
            FileHandle.standardError.write(Data("\(error.code.rawValue): \(error) [\(error.detail)]\n".utf8))
            exit(1)
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ command: String, _ path: String, _ settings: [String: String]) async throws {
        let database = try Database(url: path, schema: settings["schema"] ?? ownSchema(of: path))
        let driver = FaultingDriver(
            database.makeDriver(), killAt: settings["kill-at"].flatMap { Int($0) },
            killDelay: settings["kill-delay"].flatMap { UInt32($0) },
            maxPages: settings["max-pages"].flatMap { Int($0) }, pause: settings["pause"].flatMap { UInt32($0) } ?? 0)
        var options = EngineOptions(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, toolVersion: "test")
        options.waitTimeout = settings["wait"].flatMap { Double($0) }.map { .seconds($0) } ?? .seconds(60)
        if let now = settings["now"].flatMap({ Int64($0) }) { options.clock = .fixed(now) }
        if let online = settings["online"].flatMap(OnlineMode.init) { options.online = online }
        if let bytes = settings["online-bytes"].flatMap({ Int64($0) }) { options.onlineBytes = bytes }
        if let bytes = settings["batch-bytes"].flatMap({ Int64($0) }) { options.batchBytes = bytes }
        if command == "import-v1" {
            // The faults are in front of the database that is written.
            let target = try settings["to"].map { try Database(url: $0) } ?? database
            let sourceDriver = database.makeDriver()
            let targetDriver = settings["to"] == nil ? driver : driver.inFront(of: target.makeDriver())
            let work = V1Import(
                from: database, driver: sourceDriver, into: target, driver: targetDriver, options: options)
            try print(await work.run(overwrite: settings["overwrite"] != nil))
            notePeakMemory()
            FileHandle.standardError.write(Data("statements=\(targetDriver.statements)\n".utf8))
            return
        }
        if command == "copy", let from = settings["from"] {
            let source = try Database(url: from, schema: ownSchema(of: from))
            let work = try DatabaseCopy(
                from: source, driver: source.makeDriver(), to: database, driver: driver, options: options)
            try print(await work.run())
            notePeakMemory()
            FileHandle.standardError.write(Data("statements=\(driver.statements)\n".utf8))
            return
        }
        let manager = MigrationManager(database, driver: driver, options: options)
        let target = settings["target"].flatMap { SchemaVersion($0) } ?? .latest
        let isForced = settings["force"] != nil
        let isLossAllowed = settings["allow-data-loss"] != nil
        switch command {
        case "up": try print(await manager.up(target: target, force: isForced))
        case "down":
            try print(await manager.down(target: target, force: isForced, allowDataLoss: isLossAllowed))
        case "cleanup": try print(await manager.cleanup(allowDataLoss: isLossAllowed))
        case "status": try print(await manager.status())
        case "plan": try print(await manager.plan(target: target, force: isForced))
        case "plan-down": try print(await manager.plan(.down, target: target, force: isForced))
        case "verify": try print(await manager.verify())
        case "history": try print(await manager.history())
        case "parked":
            var entries: [String] = []
            try manager.forEachParked {
                entries.append("\($0.table) \($0.key) \($0.column) \($0.isPartOfRow) \($0.version) \($0.value)")
            }
            try print(entries.sorted())
        case "add-column":
            guard let table = settings["table"], let column = settings["column"] else { exit(2) }
            try addColumn(column, to: table, driver)
        case "sample": try print(await manager.makeSample(version: target))
        default: exit(2)
        }
        notePeakMemory()
        let parking = driver.statementsOfParking.map(String.init).joined(separator: ",")
        FileHandle.standardError.write(Data("parking=\(parking)\nstatements=\(driver.statements)\n".utf8))
    }

    /// Adds a column of the application's, unless the table has it.
    private static func addColumn(_ column: String, to table: String, _ driver: any DatabaseDriver) throws {
        try driver.withConnection(for: .write) { connection in
            let dialect = connection.dialect
            guard try dialect.columns(ofTable: table, using: connection)?.contains(column) == false else { return }
            try connection.execute(
                "ALTER TABLE \(dialect.table(table)) ADD COLUMN \(dialect.quote(column)) VARCHAR(40)")
        }
    }

    /// Says how much memory this process had at most; what the system tells the parent begins with the parent's own.
    private static func notePeakMemory() {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first else { return }
        FileHandle.standardError.write(Data("peak=\(kilobytes)\n".utf8))
    }

    /// The database that a URL of MySQL or MariaDB names, where Agno would take `ai`: copies have other names.
    private static func ownSchema(of path: String) throws -> String? {
        let url = try DatabaseURL(path)
        return [.mysql, .mariadb, .singlestore].contains(url.kind) ? url.database : nil
    }

    private static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
    }
}
