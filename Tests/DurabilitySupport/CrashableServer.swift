/// A server of a test's own that may be killed.
package protocol CrashableServer {
    /// Kills the server where it is, as the end of the power supply would.
    func crash() throws
    /// Starts it and waits until it answers, which after a crash is when it has recovered.
    func start() throws
}

extension CrashableServer {
    /// Kills the server while a program works on it, starts it again, and returns how the program ended; one that was
    /// through before is tried once more.
    ///
    /// - Parameters:
    ///   - start: makes a new copy of the database, and starts the program on it.
    ///   - wait: returns when the moment has come, or the program has ended.
    package func crash(
        _ moment: String, start: () throws -> ChildProcess, wait: (ChildProcess) throws -> Void
    ) throws -> ChildProcess.Outcome {
        for _ in 1...5 {
            let program = try start()
            try wait(program)
            try crash()
            let outcome = try program.wait()
            try self.start()
            if outcome.status != 0 { return outcome }
        }
        throw FaultRunner.Failure(description: "too late \(moment), five times")
    }
}
