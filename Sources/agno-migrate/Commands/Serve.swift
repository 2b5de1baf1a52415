import AgnoMigrate
import AgnoMigrateServer
import ArgumentParser
import Foundation
import Logging
import LosslessJSON
import Synchronization

/// `serve`
struct Serve: Command {
    static let configuration = CommandConfiguration(
        abstract: "Serves AgentOS's migration routes over HTTP, with a page, jobs and plans.",
        discussion: """
            The databases and everything else come from agno-migrate.toml. Without a security key or a key for tokens it \
            answers this machine only. The page is at /ui, the routes are at /docs.

              agno-migrate serve
              agno-migrate serve --config /etc/agno-migrate.toml --host 0.0.0.0 --port 7777
              agno-migrate serve --db sqlite:///agno.db

            SIGTERM stops running migrations at the next safe point and then ends the service.
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(help: ArgumentHelp("Listen on this address (default: 127.0.0.1).", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("Listen on this port (default: 7777; 0: one that is free).", valueName: "port"))
    var port: Int?

    @OptionGroup(title: "Everywhere") var global: GlobalOptions
    @OptionGroup(title: "Everywhere") var version: VersionOption

    func validate() throws {
        guard port.map({ (0...65535).contains($0) }) ?? true else {
            throw ValidationError("--port is a number from 0 to 65535")
        }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        var configuration = try Self.sections(run).configuration(environment: ProcessInfo.processInfo.environment)
        configuration.host = host ?? configuration.host
        configuration.port = port ?? configuration.port
        configuration.databases = try run.databases(databases).map { try $0.served }
        // Read-only from here on: the tasks below share it.
        let (settings, logger) = (configuration, run.serviceLogger)
        let service = try Waiting.run { try await MigrationService(settings, logger: logger) }
        let scheme = settings.tls == nil ? "http" : "https"
        let console = run.console
        try run.signals.serving(stop: { service.stop() }, cancel: { service.cancelRunningStatements() }) {
            try Waiting.run {
                try await service.run { port in
                    let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
                    console.note("listening on \(scheme)://\(host):\(port), the page is \(scheme)://\(host):\(port)/ui")
                }
            }
        }
        if run.isJSON { console.result(JSONDocument(command: run.command, isSuccess: true).value.pretty()) }
        return .success
    }

    /// What the file says of the service; unlike its databases it counts whatever else names databases, since it says
    /// who may ask.
    private static func sections(_ run: Run) throws -> ServiceSections {
        let environment = ProcessInfo.processInfo.environment
        let lies = FileManager.default.fileExists(atPath: ConfigurationFile.defaultName)
        guard let path = run.configurationFile ?? (lies ? ConfigurationFile.defaultName : nil) else { return .none }
        return try ConfigurationFile(path: path, environment: environment).service
    }
}

extension DatabaseEntry {
    /// The database under the id that Agno's clients use.
    fileprivate var served: ServedDatabase {
        get throws {
            guard let database else {
                guard let id = try settings.id ?? derivedID else {
                    throw MigrationError(
                        .configuration, "\(settings.origin): a remote database needs an id", remedy: "add id or url")
                }
                return ServedDatabase(remote: id, tables: TableNames(settings.tables))
            }
            return ServedDatabase(id: try settings.id ?? derivedID ?? database.id, database)
        }
    }

    private var derivedID: String? {
        get throws {
            guard let url = settings.url, let kind = dialect else { return nil }
            return ServedDatabase.derivedID(url: url.revealed, kind: kind, schema: settings.schema)
        }
    }
}

/// Asynchronous work on a thread that may wait for it.
private enum Waiting {
    private final class Box<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    /// Runs a body to its end; must not be called from a task.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let box = Box<Value>()
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            box.result.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        guard let result = box.result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }
}
