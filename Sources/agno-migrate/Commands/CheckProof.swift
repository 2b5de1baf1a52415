import AgnoMigrate
import ArgumentParser
import LosslessJSON
import ReportJSON

struct CheckProof: Command {
    static let configuration = CommandConfiguration(
        commandName: "check-proof",
        abstract: "Checks a proof: its balance, its signature, and every digest against a database.",
        discussion: """
            Reads Agno's tables and compares each digest with the state that the proof says was there after the work. A \
            database that was written since differs. Exits with 4 if anything does.

              agno-migrate check-proof up.proof.json --db sqlite:///agno.db
              agno-migrate check-proof up.proof.json --db sqlite:///agno.db --proof-key public.pem
            """)

    @Argument(help: ArgumentHelp("The file that --proof has written.", valueName: "file"), completion: .file())
    var file: String

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(
        name: .customLong("proof-key"),
        help: ArgumentHelp("Require a signature by the Ed25519 key of a PEM file.", valueName: "file"),
        completion: .file())
    var keyPath: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        let proof = try Proof(document: try FileText.read(file, for: "the proof", upTo: 256 << 20))
        var databases = databases
        // The tables are where the proof has found them, unless somebody says otherwise.
        if databases.schema == nil { databases.schema = proof.database.schema }
        let entries = try invocation.databases(databases)
        guard entries.count == 1 else {
            throw MigrationError(
                .usage, "check-proof reads one database (got \(entries.count))", remedy: "name one with --db")
        }
        let key = try keyPath.map { try ProofKey(optionAt: $0) }
        let signature = try SignatureFinding(of: proof, by: key)
        return try invocation.perform(on: entries, .read) { manager throws(MigrationError) in
            ProofFinding(check: try manager.check(proof), signature: signature, command: proof.command)
        }
    }
}

/// What a signature is worth.
enum SignatureFinding {
    case none, valid, known
    case bad(String)

    init(of proof: Proof, by key: ProofKey?) throws {
        switch try proof.hasValidSignature() {
        case nil: self = key == nil ? .none : .bad("the proof is not signed")
        case false: self = .bad("the signature is not that of the document")
        default:
            guard let key, let signature = proof.signature else {
                self = .valid
                return
            }
            self = key.isKey(of: signature) ? .known : .bad("the proof is signed with another key")
        }
    }

    var text: String {
        switch self {
        case .none: "not signed"
        case .valid: "signed; --proof-key compares the key with one of yours"
        case .known: "signed with the given key"
        case .bad(let reason): reason
        }
    }

    var code: String {
        switch self {
        case .none: "none"
        case .valid: "valid"
        case .known: "known_key"
        case .bad: "bad"
        }
    }

    var isBad: Bool { if case .bad = self { true } else { false } }
}

/// The result of checking a proof.
struct ProofFinding: CommandResult {
    var check: ProofCheck
    var signature: SignatureFinding
    var command: String

    private var isConfirmed: Bool { check.isConfirmed && !signature.isBad }

    var members: JSONObject {
        var members = check.members
        members.add(["command": command, "signature": signature.code])
        return members
    }
    var serverKind: DatabaseKind? { check.dialect }
    var heading: String { Heading.server(check.dialect, check.serverVersion, check.schema) }
    var verdict: ExitVerdict { isConfirmed ? .fine : .found(.drift) }

    func lines(_ style: Style, isVerbose: Bool) -> [String] {
        var lines = check.reasons.map { "no proof: \(printable($0))" }
        lines += check.differences.map { "differs: \(printable($0))" }
        lines.append("proof of \(printable(command)), \(signature.text)")
        let extent = "\(check.rows) rows of \(check.tables) tables"
        lines.append(
            isConfirmed ? "\(style.green("confirmed")): \(extent)" : "\(style.yellow("not confirmed")): \(extent) read")
        return lines
    }
}
