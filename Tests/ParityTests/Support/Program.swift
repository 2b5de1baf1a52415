import Foundation

/// A program that ran to its end.
struct Finished: Sendable {
    let code: Int32
    let output: String
    let errors: String
}

/// What a test could not set up, with what to do about it.
struct SetUpFailure: Error, CustomStringConvertible {
    let description: String
}

enum Program {
    /// Runs a program; no more at once than there are processors, however many tests wait.
    static func run(_ path: String, _ arguments: [String]) async throws -> Finished {
        await gate.enter()
        do {
            let finished = try await start(path, arguments)
            await gate.leave()
            return finished
        } catch {
            await gate.leave()
            throw error
        }
    }

    private static let gate = Gate(places: ProcessInfo.processInfo.activeProcessorCount)

    private static func start(_ path: String, _ arguments: [String]) async throws -> Finished {
        let scratch = try Scratch()
        // Files, not pipes: a full pipe would stop the program for ever.
        let output = try scratch.emptyFile("output")
        let errors = try scratch.emptyFile("errors")
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Finished(
            code: process.terminationStatus, output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }
}

/// Lets a limited number of tasks through at once.
private actor Gate {
    private var places: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) { self.places = max(1, places) }

    func enter() async {
        if places > 0 {
            places -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }
}
