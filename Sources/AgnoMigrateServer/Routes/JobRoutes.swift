import AgnoMigrate
import HTTPTypes
import HummingbirdCore
import LosslessJSON
import NIOCore
import ReportJSON

/// The routes of jobs: list, details, events, cancellation.
struct JobRoutes: Sendable {
    let jobs: JobCenter
    let history: JobHistory
    /// Signs proofs; nil leaves them unsigned.
    let proofKey: ProofKey?

    /// The interval of keep-alive comments in a stream without events.
    private static let heartbeatInterval = Duration.seconds(15)

    func list() -> Answer { .json(JSONObject(["jobs": jobs.all.map(\.summary)])) }

    func one(_ id: String) async throws -> Answer {
        if let job = jobs.job(id) { return .json(job.json) }
        guard let job = await history.job(id) else { throw Self.unknown(id) }
        return .json(job)
    }

    /// The proofs of a job that was asked for them, by database.
    func proof(_ id: String) async throws -> Answer {
        let job = try await remembered(
            id,
            else: HTTPRefusal(
                .conflict, "The job ran before the service restarted; proofs are kept in memory only",
                errorID: "job_without_proof"))
        guard job.request.makesProof else {
            throw HTTPRefusal(
                .notFound, "The job made no proof; ask for one with proof=true", errorID: "job_without_proof")
        }
        guard job.status.isFinal else {
            throw HTTPRefusal(.conflict, "The job has not finished", errorID: "job_is_running")
        }
        let proofs = try job.results.map { result in
            var proof = result.report?.proof
            if let proofKey { try proof?.sign(with: proofKey) }
            return JSONObject(["id": result.id, "proof": try proof?.document()])
        }
        return .json(JSONObject(["id": job.id, "databases": proofs]))
    }

    func cancel(_ id: String) async throws -> Answer {
        let job = try await remembered(id, else: Self.finished)
        guard !job.status.isFinal else { throw Self.finished }
        job.stop(.cancelled)
        return .json(job.json, status: .accepted)
    }

    func events(_ id: String, _ exchange: Exchange) async throws -> Answer {
        let job = try await remembered(
            id,
            else: HTTPRefusal(
                .conflict, "The job ran before the service restarted; GET /jobs/{job_id} returns its journal",
                errorID: "job_without_events"))
        let last = exchange.request.headerFields[.lastEventID].flatMap { Int($0) } ?? 0
        return .stream(type: "text/event-stream") { writer in
            // Events and heartbeats share one stream, since the writer belongs to one task.
            let (chunks, continuation) = AsyncStream.makeStream(of: String.self)
            let events = job.events(after: last)
            let reader = Task {
                for await event in events { continuation.yield(event.text) }
                continuation.finish()
            }
            let pulse = Task {
                while (try? await Task.sleep(for: Self.heartbeatInterval)) != nil { continuation.yield(": alive\n\n") }
            }
            defer {
                reader.cancel()
                pulse.cancel()
            }
            for await chunk in chunks { try await writer.write(ByteBuffer(string: chunk)) }
            try await writer.finish(nil)
        }
    }

    /// A job of this process.
    ///
    /// - Throws: the refusal for one that only the journals know.
    private func remembered(_ id: String, else refusal: HTTPRefusal) async throws -> Job {
        if let job = jobs.job(id) { return job }
        throw await history.job(id) == nil ? Self.unknown(id) : refusal
    }

    private static func unknown(_ id: String) -> HTTPRefusal { HTTPRefusal(.notFound, "No job found with id '\(id)'") }
    private static let finished = HTTPRefusal(.conflict, "The job has already finished", errorID: "job_is_over")
}
