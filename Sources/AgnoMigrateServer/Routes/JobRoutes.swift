import HTTPTypes
import HummingbirdCore
import LosslessJSON
import NIOCore

/// Jobs: looking at them, watching them, stopping them.
struct JobRoutes: Sendable {
    let jobs: JobCenter
    let history: JobHistory

    /// How often a stream without events says that it is alive, in seconds.
    private static let heartbeat = Duration.seconds(15)

    /// `GET /jobs`
    func list() -> Answer { .json(["jobs": .array(jobs.all.map { .object($0.summary) })]) }

    /// `GET /jobs/{job_id}`
    func one(_ id: String) async throws -> Answer {
        if let job = jobs.job(id) { return .json(job.json) }
        guard let job = await history.job(id) else { throw Self.unknown(id) }
        return .json(job)
    }

    /// `DELETE /jobs/{job_id}`
    func cancel(_ id: String) async throws -> Answer {
        guard let job = jobs.job(id) else {
            guard await history.job(id) != nil else { throw Self.unknown(id) }
            throw Self.over
        }
        guard !job.status.isFinal else { throw Self.over }
        job.stop(.cancelled)
        return .json(job.json, status: .accepted)
    }

    /// `GET /jobs/{job_id}/events`
    func events(_ id: String, _ exchange: Exchange) async throws -> Answer {
        guard let job = jobs.job(id) else {
            guard await history.job(id) != nil else { throw Self.unknown(id) }
            throw Refusal(
                .conflict, "The job is of a former life of the service; GET /jobs/{job_id} has its journal",
                errorID: "job_without_events")
        }
        let last = exchange.request.headerFields[.lastEventID].flatMap { Int($0) } ?? 0
        return .stream(type: "text/event-stream") { writer in
            // One stream of both: the writer belongs to one task.
            let (texts, continuation) = AsyncStream.makeStream(of: String.self)
            let events = job.events(after: last)
            let reader = Task {
                for await event in events { continuation.yield(event.text) }
                continuation.finish()
            }
            let pulse = Task {
                while (try? await Task.sleep(for: Self.heartbeat)) != nil { continuation.yield(": alive\n\n") }
            }
            defer {
                reader.cancel()
                pulse.cancel()
            }
            for await text in texts { try await writer.write(ByteBuffer(string: text)) }
            try await writer.finish(nil)
        }
    }

    private static func unknown(_ id: String) -> Refusal { Refusal(.notFound, "No job found with id '\(id)'") }
    private static let over = Refusal(.conflict, "The job is over", errorID: "job_is_over")
}
