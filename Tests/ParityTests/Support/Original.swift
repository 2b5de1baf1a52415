import Foundation

/// The original's own MigrationManager, of one release.
struct Original {
    let release: Release

    /// What the original did: the stamps that it left, and what it raised.
    struct Outcome: Sendable {
        let stamps: [String: String]
        let raised: String?
    }

    static let newest = Original(release: .v3_1_10)

    func up(
        _ file: String, target: String? = nil, table: String? = nil, force: Bool = false, schema: String? = nil,
        tableNames: [String] = []
    ) async throws -> Outcome {
        try await run(
            file, "up", target: target, table: table, force: force, schema: schema, tableNames: tableNames)
    }

    func down(_ file: String, target: String, table: String? = nil) async throws -> Outcome {
        try await run(file, "down", target: target, table: table)
    }

    func cleanup(_ file: String, force: Bool = false) async throws -> Outcome {
        try await run(file, "cleanup", force: force)
    }

    /// What a program of the release does that was started before the migration: it stores run `early`.
    func writeRun(_ location: String) async throws -> Outcome { try await run(location, "write-run") }

    /// Deletes run `session-000-r0`, and raises if the release still reads it.
    func deleteRun(_ location: String) async throws -> Outcome { try await run(location, "delete-run") }

    /// Makes the table of sandbox bindings if it is missing, and raises if it is not as the release needs it.
    func bindSandbox(_ location: String) async throws -> Outcome { try await run(location, "sandbox") }

    private func run(
        _ file: String, _ command: String, target: String? = nil, table: String? = nil, force: Bool = false,
        schema: String? = nil, tableNames: [String] = []
    ) async throws -> Outcome {
        var arguments =
            ["--db", file] + (schema.map { ["--schema", $0] } ?? []) + tableNames.flatMap { ["--table-name", $0] } + [
                command
            ]
        if let target { arguments += ["--target", target] }
        if let table { arguments += ["--table", table] }
        if force { arguments.append("--force") }
        let finished = try await release.script("upstream.py", arguments)
        let printed = Data(finished.output.utf8)
        guard finished.code < 2, let stamps = try? JSONDecoder().decode([String: String].self, from: printed) else {
            throw SetUpFailure(description: "upstream.py \(arguments.dropFirst(2)): \(finished.errors)")
        }
        guard finished.code == 1 else { return Outcome(stamps: stamps, raised: nil) }
        let message = finished.errors.split(separator: "\n").last { $0.hasPrefix("upstream: ") }
        return Outcome(stamps: stamps, raised: message.map { String($0.dropFirst(10)) } ?? "")
    }

    /// Everything that the release's classes read from a database, in a JSON document.
    func read(
        _ file: String, into scratch: Scratch, schema: String? = nil, tableNames: [String] = []
    ) async throws -> String {
        let copy = Engine(of: file).server == nil ? file : try scratch.copy(file)
        let arguments =
            ["--db", copy] + (schema.map { ["--schema", $0] } ?? []) + tableNames.flatMap { ["--table-name", $0] }
        let finished = try await release.script("read_back.py", arguments)
        guard finished.code == 0 else { throw SetUpFailure(description: "read_back.py: \(finished.errors)") }
        let path = scratch.path("read-\(UUID().uuidString).json")
        try Data(finished.output.utf8).write(to: URL(filePath: path))
        return path
    }
}
