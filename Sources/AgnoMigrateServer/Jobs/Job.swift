import AgnoMigrate
import LosslessJSON
import ReportJSON
import Synchronization

/// A requested migration, from the request to its end.
final class Job: Sendable {
    enum Status: String, Sendable {
        case queued, running, succeeded
        /// Some databases were migrated, others were not.
        case partial
        case failed
        /// Stopped because the service ended.
        case interrupted
        case cancelled
        /// The journal has the beginning of the run but not its end.
        case unfinished

        var isFinal: Bool { self != .queued && self != .running }
    }

    private struct State {
        var status = Status.queued
        var startedAt: String?
        var finishedAt: String?
        var results: [DatabaseResult] = []
        var events: [JobEvent] = []
        var nextNumber = 1
        var watchers: [Int: AsyncStream<JobEvent>.Continuation] = [:]
        var nextWatcher = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
        var lastProgress: ContinuousClock.Instant?
        var stop: Status?
        var task: Task<Void, Never>?
        var managers: [MigrationManager] = []
    }

    /// 32 hexadecimal digits; also the id of the run in the journal.
    let id: String
    let request: MigrateRequest
    let isForAll: Bool
    let databases: [ServedDatabase]
    /// The ids of the requested remote databases.
    let skipped: [String]
    let createdAt: String
    private let state = Mutex(State())

    /// The number of events kept for later watchers.
    private static let retainedEventLimit = 500
    private static let progressInterval = Duration.milliseconds(200)

    init(_ request: MigrateRequest, isForAll: Bool, databases: [ServedDatabase]) {
        id = Identifier.make(bytes: 16)
        self.request = request
        self.isForAll = isForAll
        self.databases = databases.filter { !$0.isRemote }
        skipped = databases.filter(\.isRemote).map(\.id)
        createdAt = Instant.now
    }

    // MARK: Observing

    var status: Status { state.withLock { $0.status } }
    var results: [DatabaseResult] { state.withLock { $0.results } }

    func finished() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.status.isFinal { state.waiters.append(continuation) }
                return state.status.isFinal
            }
            if isOver { continuation.resume() }
        }
    }

    /// Past events after a number, then future ones; the stream ends with the job.
    func events(after number: Int) -> AsyncStream<JobEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: JobEvent.self, bufferingPolicy: .bufferingNewest(2000))
        let watcher: Int? = state.withLock { state in
            for event in state.events where event.number > number { continuation.yield(event) }
            guard !state.status.isFinal else { return nil }
            defer { state.nextWatcher += 1 }
            state.watchers[state.nextWatcher] = continuation
            return state.nextWatcher
        }
        guard let watcher else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.watchers[watcher] = nil }
        }
        return stream
    }

    var json: JSONValue {
        var members = summary
        members.add(["databases": results])
        return members.json
    }

    var summary: JSONObject {
        let state = state.withLock { $0 }
        var members = JSONObject([
            "id": id, "status": state.status.rawValue, "target_version": request.targetText,
            "database_ids": databases.map(\.id).unique, "created_at": createdAt, "started_at": state.startedAt,
            "finished_at": state.finishedAt,
        ])
        if !skipped.isEmpty { members.add(["skipped": skipped]) }
        members += request.notes
        return members
    }

    // MARK: Working

    /// Starts the job in a task of its own; a client that disconnects does not stop it.
    func start(_ body: @escaping @Sendable (Job) async -> Void) {
        let task = Task.detached { await body(self) }
        let isStopped = state.withLock { state in
            state.task = task
            return state.stop != nil
        }
        if isStopped { task.cancel() }
    }

    /// Stops the job at the next safe point; committed work stays.
    func stop(_ reason: Status) {
        let task = state.withLock { state in
            if state.stop == nil { state.stop = reason }
            return state.task
        }
        task?.cancel()
    }

    /// Cancels the running statement; its transaction is rolled back.
    func cancelStatement() {
        for manager in state.withLock({ $0.managers }) { manager.cancelRunningStatement() }
    }

    func begin() {
        state.withLock { state in
            state.status = .running
            state.startedAt = Instant.now
        }
        add("started", [:])
    }

    func working<Result: Sendable>(
        with manager: MigrationManager, _ body: () async throws -> Result
    ) async rethrows -> Result {
        state.withLock { $0.managers = [manager] }
        defer { state.withLock { $0.managers = [] } }
        return try await body()
    }

    func add(_ result: DatabaseResult) {
        state.withLock { $0.results.append(result) }
        add("database_finished", ["database": result.json])
    }

    func add(_ event: MigrationEvent, in database: String) {
        let (name, data) = event.parts
        if case .progress(_, _, _, let progress) = event, progress.done < progress.total {
            let isDue = state.withLock { state in
                let now = ContinuousClock.now
                if let last = state.lastProgress, now - last < Self.progressInterval { return false }
                state.lastProgress = now
                return true
            }
            guard isDue else { return }
        }
        var members = JSONObject(["database_id": database])
        members += data
        add(name, members)
    }

    func add(_ name: String, _ data: JSONObject) {
        state.withLock { state in
            let event = JobEvent(number: state.nextNumber, name: name, data: data)
            state.nextNumber += 1
            state.events.append(event)
            if state.events.count > Self.retainedEventLimit {
                state.events.removeFirst(state.events.count - Self.retainedEventLimit)
            }
            for watcher in state.watchers.values { watcher.yield(event) }
        }
    }

    /// Ends the job and notifies all waiters and watchers.
    ///
    /// - Parameter record: called first, since the process may exit as soon as its last job has ended.
    func end(_ record: (Status) -> Void) {
        let status = state.withLock { state -> Status in
            let failures = state.results.filter { !$0.isSuccess }
            if failures.isEmpty, state.results.count == databases.count { return .succeeded }
            if let stop = state.stop, failures.contains(where: { $0.problem?.code == "interrupted" }) { return stop }
            return failures.count < state.results.count ? .partial : .failed
        }
        record(status)
        // Watchers receive the last event before waiters resume.
        add("finished", JSONObject(["status": status.rawValue]))
        let (waiters, watchers) = state.withLock { state in
            state.status = status
            state.finishedAt = Instant.now
            state.task = nil
            defer { (state.waiters, state.watchers) = ([], [:]) }
            return (state.waiters, Array(state.watchers.values))
        }
        for waiter in waiters { waiter.resume() }
        for watcher in watchers { watcher.finish() }
    }
}

extension DatabaseResult: JSONRepresentable {
    var json: JSONValue {
        var members = JSONObject(["id": id, "dialect": dialect?.rawValue, "ok": isSuccess])
        if let report {
            members.add(["direction": report.direction.rawValue, "target": report.target])
            members += report.members
        }
        if let problem { members.add(["error": problem]) }
        return members.json
    }
}

extension Problem: JSONRepresentable {
    var json: JSONValue {
        var members = JSONObject(["code": code, "message": message])
        if !rows.isEmpty { members.add(["row_keys": rows]) }
        return members.json
    }
}

extension [String] {
    /// The elements without repetitions, in order of first occurrence.
    var unique: [Element] {
        var seen: Set<ExactText> = []
        return filter { seen.insert(ExactText($0)).inserted }
    }
}
