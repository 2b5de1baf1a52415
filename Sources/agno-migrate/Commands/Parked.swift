import AgnoMigrate
import ArgumentParser
import Foundation
import LosslessJSON
import ReportJSON

struct Parked: Command {
    static let configuration = CommandConfiguration(
        abstract: "Shows, exports or drops what earlier ways down have parked.",
        discussion: """
            down parks what the older schema has no place for in the table agno_migration_parked: values by table, key and \
            column, and whole rows. The next up puts back what has a place again; what has none stays.

              agno-migrate parked --db sqlite:///agno.db
              agno-migrate parked --db sqlite:///agno.db --export parked.jsonl
              agno-migrate parked --db sqlite:///agno.db --drop --yes
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(
        help: ArgumentHelp(
            "Write every parked value to a new file, one JSON object per line.", valueName: "file"))
    var export: String?

    @Flag(name: .customLong("drop"), help: "Remove everything that is parked. There is no way back.")
    var drops = false

    @Flag(name: .customLong("yes"), help: "Consent to --drop.")
    var isConfirmed = false

    @OptionGroup var wait: WaitOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        let entries = try invocation.databases(databases)
        if let export {
            guard !drops else { throw Self.usage("--export and --drop exclude each other", "export first, then drop") }
            guard entries.count == 1 else { throw Self.usage("--export takes one database", "name one with --db") }
            return try self.export(entries, to: export, invocation)
        }
        guard drops else {
            return try invocation.perform(on: entries, .read) { manager throws(MigrationError) in try manager.parked() }
        }
        guard isConfirmed else {
            throw MigrationError(
                .dataLoss, "--drop destroys what is parked, and no up puts it back then",
                remedy: "export it first, then pass --yes as well. Nothing was changed")
        }
        return try invocation.perform(on: entries, .write, waitTimeout: wait.timeout) {
            manager throws(MigrationError) in
            try manager.dropParked()
        }
    }

    private func export(_ entries: [DatabaseEntry], to path: String, _ invocation: Invocation) throws -> ExitStatus {
        let file = try Self.newFile(path)
        return try invocation.perform(on: entries, .read) { manager throws(MigrationError) in
            var exported = 0
            try manager.forEachParked { entry in
                try Self.writing(path) {
                    try file.write(contentsOf: Data(((entry.json.serializedText() ?? "null") + "\n").utf8))
                }
                exported += 1
            }
            try Self.writing(path) { try file.synchronize() }
            return ParkedExport(report: try manager.parked(), exported: exported)
        }
    }

    private static func writing(_ path: String, _ body: () throws -> Void) throws(MigrationError) {
        do { try body() } catch {
            throw MigrationError(
                .diskFull, "\(path) could not be written: \(error.localizedDescription)",
                remedy: "make room, or name another file, then run the same command again; the file is not complete")
        }
    }

    /// A file of that name that did not exist: nothing is overwritten.
    private static func newFile(_ path: String) throws -> FileHandle {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = errno == EEXIST ? "exists already" : "cannot be created: \(String(cString: strerror(errno)))"
            throw usage("\(path) \(reason)", "name a file that does not exist; none is overwritten")
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    private static func usage(_ message: String, _ remedy: String) -> MigrationError {
        MigrationError(.usage, message, remedy: remedy)
    }
}
