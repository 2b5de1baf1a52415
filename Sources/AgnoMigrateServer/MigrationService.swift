import AgnoMigrate
package import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Synchronization

/// The HTTP service: AgentOS's migration routes, extended by plans, jobs, status, history and a web page.
///
/// ```swift
/// var configuration = ServiceConfiguration()
/// configuration.databases = [ServedDatabase(id: "support", try Database(url: "sqlite:///support.db"))]
/// try await MigrationService(configuration).run()
/// ```
public final class MigrationService: Sendable {
    private enum Phase {
        case waiting
        case running(ServiceGroup)
        case stopped
    }

    private let configuration: ServiceConfiguration
    private let logger: Logger
    private let jobs: JobCenter
    private let responder: ServiceResponder
    private let phase = Mutex(Phase.waiting)

    /// Checks the configuration and reads the keys; opens no connection and does not listen yet.
    ///
    /// - Throws: ``ServiceError`` for invalid keys, or if the service would listen beyond loopback without authentication.
    public init(
        _ configuration: ServiceConfiguration,
        logger: Logger = Logger(label: "agno-migrate") { _ in SwiftLogNoOpLogHandler() }
    ) async throws {
        if case .open = configuration.authentication, !Loopback.contains(configuration.host) {
            throw ServiceError(
                "the service would listen on \(configuration.host) without authentication",
                remedy: "set auth.security_key or [auth.jwt], or listen on 127.0.0.1")
        }
        self.configuration = configuration
        self.logger = logger
        let metrics = ServiceMetrics()
        let origins = CrossOrigin(configuration.origins)
        let authenticator = try await Authenticator(configuration, origins: origins)
        let registry = DatabaseRegistry(databases: configuration.databases)
        jobs = JobCenter(configuration, metrics: metrics, logger: logger)
        let routes = Routes(
            discovery: DiscoveryRoutes(
                identity: configuration.identity, registry: registry, authenticationMode: authenticator.mode),
            databases: DatabaseRoutes(registry: registry, jobs: jobs, allowsDataLoss: configuration.allowsDataLoss),
            pending: PendingRoutes(registry: registry),
            migrate: MigrateRoutes(registry: registry, jobs: jobs, allowsDataLoss: configuration.allowsDataLoss),
            jobs: JobRoutes(
                jobs: jobs, history: JobHistory(databases: configuration.databases), proofKey: configuration.proofKey),
            readiness: Readiness(configuration.databases, jobs: jobs), documents: try Documents(configuration.identity),
            metrics: metrics)
        responder = ServiceResponder(
            routes: routes, authenticator: authenticator, origins: origins, metrics: metrics,
            limits: configuration.limits, hasPublicMetrics: configuration.hasPublicMetrics, logger: logger)
    }

    /// Serves until ``stop()``; returns after all jobs have stopped at a safe point and all requests are answered.
    ///
    /// - Parameter listening: called once, with the port.
    /// - Throws: ``ServiceError`` if the address is not available or the certificate is invalid.
    public func run(listening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        let application = try application(listening: listening)
        // Services end in reverse order: first the jobs, then the connections that wait for them.
        let group = ServiceGroup(services: [application, jobs], logger: quiet)
        if isStopped { return }
        phase.withLock { phase in
            if case .waiting = phase { phase = .running(group) }
        }
        if isStopped { return }
        do {
            try await group.run()
        } catch let error as IOError {
            throw ServiceError(
                "cannot listen on \(configuration.host):\(configuration.port) (error \(error.errnoCode))",
                remedy: "choose another address or port")
        } catch is ServiceGroupError where isStopped {
            // It was stopped before it had started.
        }
    }

    /// Ends the service: jobs stop at the next safe point and report an interruption, and clients receive their answers.
    public func stop() {
        let group = phase.withLock { phase -> ServiceGroup? in
            defer { phase = .stopped }
            if case .running(let group) = phase { return group }
            return nil
        }
        if let group { Task { await group.triggerGracefulShutdown() } }
    }

    private var isStopped: Bool { phase.withLock { if case .stopped = $0 { true } else { false } } }

    /// Cancels the running statements; their transactions are rolled back.
    public func cancelRunningStatements() { jobs.cancelStatements() }

    /// The server without its jobs, for tests without a connection.
    package func application(
        listening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> some ApplicationProtocol {
        let limits = configuration.limits
        var http = HTTPServerBuilder.http1(
            configuration: .init(
                idleTimeout: TimeAmount(limits.idleTimeout),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10,
                    maxHeaderFieldCount: limits.maximumHeaders)))
        if let tls = configuration.tls {
            http = try HTTPServerBuilder.tls(http, tlsConfiguration: Self.configuration(of: tls))
        }
        return Application(
            responder: responder, server: http,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil,
                availableConnectionsDelegate: .maximum(limits.maximumConnections, logger: quiet)),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) }, logger: quiet)
    }

    package var routes: [(method: String, path: String)] { Route.all.map { ($0.method.rawValue, $0.path) } }

    /// Stops all jobs and waits for them; for tests without a service group.
    package func close() async { await jobs.close() }

    /// The HTTP server's log: warnings about connections.
    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }

    private static func configuration(of files: ServiceConfiguration.TLSFiles) throws -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
            let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            return configuration
        } catch {
            throw ServiceError("the certificate or its key is invalid", remedy: "give matching PEM files")
        }
    }
}
