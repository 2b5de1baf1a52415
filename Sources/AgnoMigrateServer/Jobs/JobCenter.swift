import AgnoMigrate
import HTTPTypes
import Logging
import LosslessJSON
import ServiceLifecycle
import Synchronization

/// All jobs: one migration at a time per database, in the order of arrival.
final class JobCenter: Service, Sendable {
    fileprivate struct State {
        var jobs: [String: Job] = [:]
        var order: [String] = []
        /// The requests behind idempotency keys.
        var keys: [ExactText: (fingerprint: String, job: Job)] = [:]
        var keyOrder: [String] = []
        var revision = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let turns: [String: Turns]
    private let logger: Logger
    private let metrics: ServiceMetrics
    private let waitTimeout: Duration
    private let maximumActiveJobs: Int

    /// The number of jobs kept in memory; the journal has every job that changed something.
    private static let retainedJobLimit = 200
    private static let retainedKeyLimit = 200

    init(_ configuration: ServiceConfiguration, metrics: ServiceMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
        waitTimeout = configuration.limits.waitTimeout
        maximumActiveJobs = configuration.limits.maximumRequests
        turns = Dictionary(configuration.databases.compactMap(\.turnKey).map { ($0, Turns()) }) { first, _ in first }
    }

    // MARK: Making and finding

    /// Accepts a job.
    ///
    /// - Parameters:
    ///   - key: the client's idempotency key; a second request with it gets the first one's job.
    ///   - fingerprint: identifies the request's content; the same key with another content is refused.
    /// - Throws: a refusal if the key was used for another request, the service is shutting down or too many jobs are queued.
    func submit(
        _ request: MigrateRequest, isForAll: Bool, databases: [ServedDatabase], key: String?, fingerprint: String
    ) throws(HTTPRefusal) -> Job {
        let job = Job(request, isForAll: isForAll, databases: databases)
        let earlier = try state.withLock { state throws(HTTPRefusal) -> Job? in
            if let key, let known = state.keys[key] {
                guard known.fingerprint == fingerprint else {
                    throw HTTPRefusal(
                        .unprocessableContent, "The Idempotency-Key was used for another request",
                        errorID: "idempotency_key_reused")
                }
                return known.job
            }
            guard !state.isClosed else {
                throw HTTPRefusal(.serviceUnavailable, "The service is shutting down", errorID: "shutting_down")
            }
            guard state.jobs.values.count(where: { !$0.status.isFinal }) < maximumActiveJobs else {
                throw HTTPRefusal(
                    .serviceUnavailable, "Too many jobs are queued", errorID: "too_many_jobs",
                    headers: [.retryAfter: "10"])
            }
            state.remember(job, limit: Self.retainedJobLimit)
            state.revision += 1
            if let key { state.remember((fingerprint, job), as: key, limit: Self.retainedKeyLimit) }
            return nil
        }
        if let earlier { return earlier }
        metrics.jobBegan()
        job.add("queued", [:])
        job.start { [self] in await run($0) }
        return job
    }

    func job(_ id: String) -> Job? { state.withLock { $0.jobs[id] } }

    /// The jobs in memory, newest first.
    var all: [Job] { state.withLock { state in state.order.reversed().compactMap { state.jobs[$0] } } }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    var hasWork: Bool { all.contains { !$0.status.isFinal } }

    /// Changes when a job arrives and when one ends: earlier observations of the databases may then be outdated.
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
            let duration = ContinuousClock.now - started
            state.withLock { $0.revision += 1 }
            metrics.jobEnded(status, duration: duration)
            logger.info(
                "job ends",
                metadata: ["job": "\(job.id)", "status": "\(status.rawValue)", "seconds": "\(duration / .seconds(1))"])
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
            log("database not migrated", error, job, id)
        }
        for error in result.report?.tables.flatMap(\.steps).compactMap(\.error) ?? [] where error.code != .interrupted {
            log("table not migrated", error, job, id)
        }
        return result
    }

    /// Logs what the answer omits; the server's own message may quote rows and is logged at debug level only.
    private func log(_ what: Logger.Message, _ error: any Error, _ job: Job, _ id: String) {
        let known = error as? MigrationError
        let subject: Logger.Metadata = ["job": "\(job.id)", "database": "\(id)"]
        let reason: Logger.Metadata = [
            "code": "\(known?.code.rawValue ?? (error as? Problem)?.code ?? "internal")",
            "reason": "\(known?.message ?? (error as? Problem)?.message ?? "")",
        ]
        logger.warning(what, metadata: subject.merging(reason) { old, _ in old })
        if let detail = known?.detail, !detail.isEmpty {
            logger.debug("server message", metadata: subject.merging(["detail": "\(detail)"]) { old, _ in old })
        }
    }

    private func work(on database: Database, id: String, for job: Job) async throws -> MigrationReport {
        var options = MigrationOptions()
        options.waitTimeout = waitTimeout
        options.runID = job.id
        options.makesProof = job.request.makesProof
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

    /// Waits for the shutdown of the service, then stops all jobs at their next safe point and waits for them.
    func run() async throws {
        try? await gracefulShutdown()
        await close()
    }

    /// Refuses new jobs, stops active ones and waits for them.
    func close() async {
        let jobs = state.withLock { state in
            state.isClosed = true
            return state.jobs.values.filter { !$0.status.isFinal }
        }
        for job in jobs { job.stop(.interrupted) }
        for job in jobs { await job.finished() }
    }

    func cancelStatements() {
        for job in all { job.cancelStatement() }
    }
}

/// The direction of a request in one database. Without a direction in the request the tables decide: all pending tables
/// must agree.
func direction(of request: MigrateRequest, _ manager: MigrationManager) async throws -> MigrationDirection {
    if let direction = request.direction { return direction }
    guard request.targetText != nil else { return .up }
    let pending = try await manager.pendingTables(at: request.target)
    guard !pending.up.isEmpty, !pending.down.isEmpty else { return pending.down.isEmpty ? .up : .down }
    func list(_ types: [TableType]) -> String { types.map(\.name).joined(separator: ", ") }
    throw Problem(
        code: "mixed_directions",
        message: "\(request.target) is above the version of \(list(pending.up)) and below the version of "
            + "\(list(pending.down)); pass direction=up or direction=down. Nothing was changed.")
}

extension ServedDatabase {
    /// The identity of a database for this service, regardless of its id; nil for a remote one.
    fileprivate var turnKey: String? { database.map { "\($0.url) \($0.schema ?? "") \($0.tables.versions)" } }
}

extension JobCenter.State {
    fileprivate mutating func remember(_ job: Job, limit: Int) {
        jobs[job.id] = job
        order.append(job.id)
        while order.count > limit, let index = order.firstIndex(where: { jobs[$0]?.status.isFinal ?? true }) {
            jobs[order.remove(at: index)] = nil
        }
    }

    fileprivate mutating func remember(_ value: (fingerprint: String, job: Job), as key: String, limit: Int) {
        keys[key] = value
        keyOrder.append(key)
        if keyOrder.count > limit { keys[keyOrder.removeFirst()] = nil }
    }
}
