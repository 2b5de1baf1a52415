import AgnoMigrate
import HTTPTypes
import Logging
import LosslessJSON
import Metrics
import ServiceLifecycle
import Synchronization

/// All jobs: one migration at a time per database, in the order in which they came.
final class JobCenter: Service, Sendable {
    fileprivate struct State {
        var jobs: [String: Job] = [:]
        /// Ids in the order in which the jobs came.
        var order: [String] = []
        var keys: [String: Key] = [:]
        var keyOrder: [String] = []
        var revision = 0
        var isClosed = false
    }

    /// What a client's key stood for.
    fileprivate struct Key {
        let fingerprint: String
        let job: Job
    }

    private let state = Mutex(State())
    private let turns: [String: Turns]
    private let logger: Logger
    private let metrics: ServiceMetrics
    private let lockSeconds: Double
    /// How many jobs may wait or run.
    private let mostAtOnce: Int

    /// How many ended jobs are remembered; the journal remembers all that did something.
    private static let keptJobs = 200
    private static let keptKeys = 200

    init(_ configuration: ServiceConfiguration, metrics: ServiceMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
        lockSeconds = configuration.limits.lockSeconds
        mostAtOnce = configuration.limits.requests
        turns = Dictionary(
            configuration.databases.compactMap(\.turnKey).map { ($0, Turns()) }, uniquingKeysWith: { first, _ in first }
        )
    }

    // MARK: Making and finding

    /// Takes a job on.
    ///
    /// - Parameters:
    ///   - key: the client's own name for the request; a second request with it gets the first one's job.
    ///   - fingerprint: what the request says; the same key with another one is refused.
    func submit(
        _ request: MigrateRequest, isForAll: Bool, databases: [ServedDatabase], key: String?, fingerprint: String
    ) throws(Refusal) -> Job {
        let job = Job(request, isForAll: isForAll, databases: databases)
        let outcome: Result<Job?, Refusal> = state.withLock { state in
            if let key, let known = state.keys[key] {
                guard known.fingerprint == fingerprint else {
                    return .failure(
                        Refusal(
                            .unprocessableContent, "The Idempotency-Key was used for another request",
                            errorID: "idempotency_key_reused"))
                }
                return .success(known.job)
            }
            guard !state.isClosed else {
                return .failure(Refusal(.serviceUnavailable, "The service is shutting down", errorID: "shutting_down"))
            }
            guard state.jobs.values.count(where: { !$0.status.isFinal }) < mostAtOnce else {
                return .failure(
                    Refusal(.serviceUnavailable, "Too many jobs wait", errorID: "too_many_jobs").with(.retryAfter, "10")
                )
            }
            state.remember(job, kept: Self.keptJobs)
            state.revision += 1
            if let key { state.remember(Key(fingerprint: fingerprint, job: job), as: key, kept: Self.keptKeys) }
            return .success(nil)
        }
        if let known = try outcome.get() { return known }
        metrics.jobBegan()
        job.add("queued", [:])
        job.start { [self] in await run($0) }
        return job
    }

    func job(_ id: String) -> Job? { state.withLock { $0.jobs[id] } }

    /// The jobs that are remembered, newest first.
    var all: [Job] { state.withLock { state in state.order.reversed().compactMap { state.jobs[$0] } } }

    /// Whether no job is taken on any more.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Whether a database is being migrated now, or somebody waits for it.
    var hasWork: Bool { all.contains { !$0.status.isFinal } }

    /// Changes when a job comes and when one ends: what was seen of the databases before may not hold after it.
    var revision: Int { state.withLock { $0.revision } }

    // MARK: Working

    private func run(_ job: Job) async {
        job.begin()
        let started = ContinuousClock.now
        logger.info("job begins", metadata: ["job": "\(job.id)", "target": "\(job.request.target)"])
        for served in job.databases {
            guard let database = served.database else { continue }
            job.add(await migrate(database, id: served.id, turn: turns[served.turnKey ?? ""] ?? Turns(), for: job))
        }
        job.end { status in
            let seconds = (ContinuousClock.now - started).seconds
            state.withLock { $0.revision += 1 }
            metrics.jobEnded(status, seconds: seconds)
            logger.info(
                "job ends", metadata: ["job": "\(job.id)", "status": "\(status.rawValue)", "seconds": "\(seconds)"])
        }
    }

    private func migrate(_ database: Database, id: String, turn: Turns, for job: Job) async -> DatabaseResult {
        var result = DatabaseResult(id: id, dialect: database.url.kind)
        do {
            let report = try await turn.take(
                waiting: { job.add("waiting_for_turn", ["database_id": .init(id)]) },
                { try await work(on: database, id: id, for: job) })
            result.report = report
            result.dialect = report.dialect
            result.problem = report.problem(in: database)
            metrics.moved(rows: report.tables.flatMap(\.steps).reduce(0) { $0 + $1.rows })
        } catch {
            result.problem = error as? Problem ?? Problem(error, in: database)
            note("database not migrated", error, job, id)
        }
        for error in result.report?.tables.flatMap(\.steps).compactMap(\.error) ?? [] where error.code != .interrupted {
            note("table not migrated", error, job, id)
        }
        return result
    }

    /// Writes down what the answer does not say; the server's own words may quote rows, and are for `--verbose` only.
    private func note(_ what: Logger.Message, _ error: any Error, _ job: Job, _ id: String) {
        let known = error as? MigrationError
        let place: Logger.Metadata = ["job": "\(job.id)", "database": "\(id)"]
        let words: Logger.Metadata = [
            "code": "\(known?.code.rawValue ?? (error as? Problem)?.code ?? "internal")",
            "reason": "\(known?.message ?? (error as? Problem)?.message ?? "")",
        ]
        logger.warning(what, metadata: place.merging(words) { old, _ in old })
        if let detail = known?.detail, !detail.isEmpty {
            logger.debug("the server's words", metadata: place.merging(["detail": "\(detail)"]) { old, _ in old })
        }
    }

    private func work(on database: Database, id: String, for job: Job) async throws -> MigrationReport {
        var options = MigrationOptions()
        options.waitTimeout = lockSeconds
        options.runID = job.id
        options.logger = logger
        options.onEvent = { job.add($0, in: id) }
        let manager = MigrationManager(database, options: options)
        let request = job.request
        return try await job.working(with: manager) {
            job.add("database_started", ["database_id": .init(id)])
            switch try await direction(of: request, manager) {
            case .up: return try await manager.up(target: request.target, plan: request.digest)
            case .down:
                return try await manager.down(
                    target: request.target, allowDataLoss: request.allowsDataLoss, plan: request.digest)
            }
        }
    }

    // MARK: Ending

    /// Waits for the end of the service; then stops all jobs at their next safe point and waits for them.
    func run() async throws {
        try? await gracefulShutdown()
        await close()
    }

    /// Takes nothing more on, stops what runs, and waits for it.
    func close() async {
        let jobs = state.withLock { state in
            state.isClosed = true
            return state.jobs.values.filter { !$0.status.isFinal }
        }
        for job in jobs { job.stop(.interrupted) }
        for job in jobs { await job.finished() }
    }

    /// Cancels the statements that are running now.
    func cancelStatements() {
        for job in all { job.cancelStatement() }
    }
}

/// Which way a request goes in one database.
///
/// Where the client does not say it, the tables do: all that have something to do must go the same way.
func direction(of request: MigrateRequest, _ manager: MigrationManager) async throws -> MigrationDirection {
    if let direction = request.direction { return direction }
    guard request.targetText != nil else { return .up }
    let pending = try await manager.pendingTables(at: request.target)
    guard !pending.up.isEmpty, !pending.down.isEmpty else { return pending.down.isEmpty ? .up : .down }
    func list(_ types: [TableType]) -> String { types.map(\.name).joined(separator: ", ") }
    throw Problem(
        code: "mixed_directions",
        message: "on the way to \(request.target), \(list(pending.up)) would go up and \(list(pending.down)) down; "
            + "say direction=up or direction=down, nothing was touched")
}

extension ServedDatabase {
    /// What makes two entries the same database for this service; nil for a remote one.
    fileprivate var turnKey: String? {
        database.map { "\($0.url) \($0.schema ?? "") \($0.tables.versions)" }
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

extension JobCenter.State {
    fileprivate mutating func remember(_ job: Job, kept: Int) {
        jobs[job.id] = job
        order.append(job.id)
        while order.count > kept, let index = order.firstIndex(where: { jobs[$0]?.status.isFinal ?? true }) {
            jobs[order.remove(at: index)] = nil
        }
    }

    fileprivate mutating func remember(_ value: JobCenter.Key, as key: String, kept: Int) {
        keys[key] = value
        keyOrder.append(key)
        if keyOrder.count > kept { keys[keyOrder.removeFirst()] = nil }
    }
}
