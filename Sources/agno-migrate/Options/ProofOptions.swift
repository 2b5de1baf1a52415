import AgnoMigrate
import ArgumentParser
import Foundation
import LosslessJSON
import ReportJSON

struct ProofOptions: ParsableArguments {
    @Option(
        name: .customLong("proof"),
        help: ArgumentHelp(
            "Write a proof of the work to a new file; agno-migrate check-proof checks it.", valueName: "file"),
        completion: .file())
    var path: String?

    @Option(
        name: .customLong("proof-key"),
        help: ArgumentHelp("Sign the proof with the Ed25519 key of a PEM file.", valueName: "file"),
        completion: .file())
    var keyPath: String?

    /// Prepares the file of a proof of the work on one database; nil if none is asked for. Nothing is written yet.
    ///
    /// - Throws: `usage` or `configuration` if the proof could not be written at the end.
    func file(databases: Int, isDryRun: Bool = false) throws -> ProofFile? {
        guard let path else {
            guard keyPath == nil else {
                throw ProofFile.usage("--proof-key without --proof", "name the file of the proof with --proof")
            }
            return nil
        }
        guard !isDryRun else {
            throw ProofFile.usage("--proof and --dry-run exclude each other", "leave one of them out")
        }
        guard databases == 1 else {
            throw ProofFile.usage("--proof takes one database (got \(databases))", "name one with --db")
        }
        let key = try keyPath.map { try ProofKey(optionAt: $0) }
        if let key, !key.isPrivate {
            throw ProofFile.usage("--proof-key is a public key", "name the file of the private key")
        }
        return try ProofFile(path: path, key: key)
    }
}

extension ProofKey {
    /// The key in the file that `--proof-key` names.
    init(optionAt path: String) throws {
        try self.init(pem: FileText.read(path, for: "--proof-key"), for: "--proof-key")
    }
}

/// The file of a proof, made before the work begins, so that what is in the way shows before anything is changed. One that
/// was not written goes away again.
final class ProofFile {
    let path: String
    private let key: ProofKey?
    private let file: FileHandle
    private var isWritten = false

    fileprivate init(path: String, key: ProofKey?) throws {
        (self.path, self.key) = (path, key)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else {
            throw Self.usage(
                "\(path) cannot be created: \(String(cString: strerror(errno)))", "name a file that can be written")
        }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var facts = stat()
        // A killed command leaves an empty file.
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_size == 0 else {
            isWritten = true
            throw Self.usage("\(path) exists already", "name a file that does not exist; none is overwritten")
        }
    }

    deinit { if !isWritten { unlink(path) } }

    /// Writes a signed proof.
    ///
    /// - Throws: `not_verified` if there is none or it proves nothing; the document says why.
    func write(_ proof: Proof?) throws(MigrationError) {
        guard var proof else {
            throw MigrationError(
                .notVerified, "no proof was made; \(path) was not written",
                remedy: "the warnings and the report say why. What the report says was done is done")
        }
        do {
            if let key { try proof.sign(with: key) }
            isWritten = true
            try file.write(contentsOf: Data(try proof.document().pretty()))
            try file.synchronize()
        } catch {
            throw MigrationError(
                .diskFull, "\(path) could not be written: \(error.localizedDescription)",
                remedy: "what the report says was done is done; the file is not complete")
        }
        guard !proof.proved else { return }
        throw MigrationError(
            .notVerified, "\(path) is no proof: \(proof.reasons.joined(separator: "; "))",
            remedy: "what the report says was done is done; the document lists the digests of both moments")
    }

    static func usage(_ message: String, _ remedy: String) -> MigrationError {
        MigrationError(.usage, message, remedy: "\(remedy). Nothing was changed")
    }
}

/// A report with the outcome of writing its proof.
struct ProvedResult<Report: CommandResult>: CommandResult {
    var report: Report
    /// Why there is no proof; nil if there is one.
    var failure: MigrationError?
    /// The file that was written; nil without a proof.
    var path: String?

    init(_ report: Report, _ proof: Proof?, in file: ProofFile?) {
        self.report = report
        guard let file else { return }
        do throws(MigrationError) {
            try file.write(proof)
            path = file.path
        } catch {
            failure = error
        }
    }

    var members: JSONObject {
        var members = report.members
        if let path { members.add(["proof": path]) }
        return members
    }
    var serverKind: DatabaseKind? { report.serverKind }
    var warnings: [String] { report.warnings }
    var problems: [MigrationError] { report.problems + [failure].compactMap(\.self) }
    var heading: String { report.heading }

    /// Work that is done and not proved is a finding; the work's own verdict comes first.
    var verdict: ExitVerdict {
        report.verdict == .fine ? failure.map { ExitVerdict(of: $0) } ?? .fine : report.verdict
    }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        report.lines(style, isVerbose: isVerbose) + [path].compactMap { $0.map { "proof written to \(printable($0))" } }
    }
}
