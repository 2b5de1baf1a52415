import Foundation
import Testing

/// A release of the Python package, in a virtual environment of its own.
enum Release: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// Of this line only the storage classes are asked.
    case v1_8_4 = "1.8.4"
    case v2_0_0 = "2.0.0"
    case v2_0_11 = "2.0.11"
    case v2_1_10 = "2.1.10"
    case v2_2_13 = "2.2.13"
    case v2_3_26 = "2.3.26"
    case v2_4_8 = "2.4.8"
    case v2_5_0 = "2.5.0"
    case v2_5_6 = "2.5.6"
    case v2_5_17 = "2.5.17"
    case v2_9_0 = "2.9.0"
    case v3_0_11 = "3.0.11"
    case v3_1_10 = "3.1.10"

    /// The releases whose files the project promises to take to 3.0.0.
    static let promised: [Release] = [.v2_0_11, .v2_2_13, .v2_3_26, .v2_5_17]

    /// Releases between them, of which the way there and back is asked.
    static let between: [Release] = [.v2_0_0, .v2_1_10, .v2_4_8, .v2_5_6, .v2_9_0]

    /// The newest version of the tables that the release makes.
    var schemaVersion: String {
        switch self {
        case .v1_8_4: "1"
        case .v2_0_0, .v2_0_11, .v2_1_10, .v2_2_13: "2.0.0"
        case .v2_3_26, .v2_4_8: "2.3.0"
        case .v2_5_0: "2.5.0"
        // It stamps 2.5.0 (defect 51).
        case .v2_5_6, .v2_5_17, .v2_9_0: "2.5.6"
        case .v3_0_11, .v3_1_10: "3.0.0"
        }
    }

    /// The release whose environment it shares but for agno itself; nil: it has one of its own.
    fileprivate var base: Release? {
        switch self {
        case .v2_0_0, .v2_1_10: .v2_2_13
        case .v2_4_8, .v2_5_6, .v2_9_0: .v2_5_17
        case .v3_0_11: .v3_1_10
        case .v1_8_4, .v2_0_11, .v2_2_13, .v2_3_26, .v2_5_0, .v2_5_17, .v3_1_10: nil
        }
    }

    var testDescription: String { rawValue }

    /// The interpreter that can import the release.
    func python() async throws -> String { try await Environments.shared.python(of: self) }

    /// Makes the tables of the release in an empty database, and rows in all of them.
    func populate(_ location: String, _ options: [String] = []) async throws {
        let made = try await script("populate.py", ["--db", location, "--release", rawValue] + options)
        guard made.code == 0 else { throw SetUpFailure(description: "populate.py: \(made.errors)") }
    }

    /// Runs one of the scripts of Tests/Parity with the release's interpreter.
    func script(_ name: String, _ arguments: [String]) async throws -> Finished {
        try await Program.run(
            try await python(), [Repository.root.appending(path: "Tests/Parity/\(name)").path] + arguments)
    }
}

enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let allowedDifferences = root.appending(path: "Tests/Parity/allowed-differences.json").path
}

/// Makes each environment once per process; the script keeps them from one process to the next.
private actor Environments {
    static let shared = Environments()
    private var pythons: [Release: Task<String, any Error>] = [:]

    func python(of release: Release) async throws -> String {
        let task =
            pythons[release]
            ?? Task {
                let script = Repository.root.appending(path: "scripts/agno-venv").path
                let made = try await Program.run(
                    "/usr/bin/env", ["bash", script, release.rawValue] + [release.base?.rawValue].compactMap(\.self))
                guard made.code == 0 else {
                    throw SetUpFailure(
                        description: """
                            scripts/agno-venv \(release.rawValue) could not install that release of agno; it needs \
                            python3 with venv and pip, and a package index: \(made.errors)
                            """)
                }
                return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
            }
        pythons[release] = task
        return try await task.value
    }
}
