import AgnoMigrate
import AgnoMigrateServer
import ArgumentParser
import Foundation
import Logging
import LosslessJSON
import Synchronization

struct Serve: Command {
    static let configuration = CommandConfiguration(
        abstract: "Serves AgentOS's migration routes over HTTP, with a web page, jobs and plans.",
        discussion: """
            Reads databases and settings from agno-migrate.toml. Without a security key or token key it accepts local \
            connections only. The web page is at /ui, the list of routes at /docs.

              agno-migrate serve
              agno-migrate serve --config /etc/agno-migrate.toml --host 0.0.0.0 --port 7777
              agno-migrate serve --db sqlite:///agno.db

            SIGTERM stops running migrations at the next safe point, then ends the service.
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(help: ArgumentHelp("Address to listen on (default: 127.0.0.1).", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("Port to listen on (default: 7777; 0: any free port).", valueName: "port"))
    var port: Int?

    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func validate() throws {
        guard port.map({ (0...65535).contains($0) }) ?? true else {
            throw ValidationError("--port must be a number from 0 to 65535")
        }
    }

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        let environment = ProcessInfo.processInfo.environment
        var configuration = try Self.sections(invocation, environment).configuration(environment: environment)
        configuration.host = host ?? configuration.host
        configuration.port = port ?? configuration.port
        configuration.databases = try invocation.databases(databases).map { try $0.served }
        // Constants from here on: the tasks below share them.
        let (settings, logger) = (configuration, invocation.serviceLogger)
        let service = try Waiting.run { try await MigrationService(settings, logger: logger) }
        let scheme = settings.tls == nil ? "http" : "https"
        let console = invocation.console
        try invocation.signals.serving(stop: { service.stop() }, cancel: { service.cancelRunningStatements() }) {
            try Waiting.run {
                try await service.run { port in
                    let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
                    console.note("listening on \(scheme)://\(host):\(port), web page: \(scheme)://\(host):\(port)/ui")
                }
            }
        }
        if invocation.isJSON {
            console.result(JSONDocument(command: invocation.command, isSuccess: true).value.pretty())
        }
        return .success
    }

    /// The service's sections of the file; they apply even if --db or the environment overrides the file's databases,
    /// since they control access.
    private static func sections(_ invocation: Invocation, _ environment: [String: String]) throws -> ServiceSections {
        let path = invocation.configurationFile ?? ConfigurationFile.existingDefault
        guard let path else { return try ServiceSections(nil) }
        return try ConfigurationFile(path: path, environment: environment).service
    }
}

extension DatabaseEntry {
    /// The database under the id of Agno's clients.
    fileprivate var served: ServedDatabase {
        get throws {
            guard let database else {
                guard let id = try settings.id ?? derivedID else {
                    throw MigrationError(
                        .configuration, "\(settings.origin): a remote database requires an id", remedy: "add id or url")
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

/// Blocks the calling thread for asynchronous work.
private enum Waiting {
    private final class Box<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    /// Runs a body to its end; a task must not call this.
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
