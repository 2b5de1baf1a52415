import AgnoMigrate

/// A service that migrates its database to the newest schema before it starts.
///
///     swift run --package-path Examples/Embedding Embedding agno.db
@main
struct Embedding {
    static func main() async throws {
        guard let path = CommandLine.arguments.dropFirst().first else {
            print("usage: Embedding FILE")
            return
        }
        let options = MigrationOptions(waitTimeout: .seconds(30)) { event in
            if case .stepFinished(_, let name, let step) = event, step.outcome == .applied {
                print("\(name) \(step.version): \(step.changes.joined(separator: ", "))")
            }
        }
        let manager = MigrationManager(try Database(url: path), options: options)

        let status = try await manager.status()
        guard status.hasPendingWork else {
            print("nothing to do")
            return
        }
        let report = try await manager.up()
        for table in report.tables where table.outcome == .failed || table.outcome == .refused {
            print("\(table.name): \(table.steps.last?.error?.description ?? "failed")")
        }
        print(report.isSuccess ? "migrated to \(report.target)" : "some tables need attention")
    }
}
