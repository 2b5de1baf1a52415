import AgnoMigrate
import ArgumentParser
import Foundation

/// `plan`
struct Plan: Command {
    static let configuration = CommandConfiguration(
        abstract: "Shows what up, or down, would do, and writes nothing.",
        discussion: """
            Equal digests mean equal plans. --verbose shows the statements too; the JSON document always holds them.

              agno-migrate plan --db sqlite:///agno.db
              agno-migrate plan --db sqlite:///agno.db --down --target 2.0.0
              agno-migrate plan --db sqlite:///agno.db --output plan.json
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Flag(name: .customLong("down"), help: "Plan the way down; needs --target.")
    var isDown = false

    @Option(
        help: ArgumentHelp("Plan up to this version (default: the newest), or down to it.", valueName: "version"),
        completion: .versions)
    var target: String?

    @OptionGroup var tables: TableOptions

    @Flag(help: "Look at every step again, whatever the stamps say.")
    var force = false

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Write the JSON document to this file as well.", valueName: "file"), completion: .file())
    var outputFile: String?

    @OptionGroup(title: "Everywhere") var global: GlobalOptions
    @OptionGroup(title: "Everywhere") var version: VersionOption

    func validate() throws {
        if isDown, target == nil { throw ValidationError("--down needs --target: the version to go down to") }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        let target = try target.map { try Names.version($0) } ?? .latest
        let types = try tables.types()
        return try run.perform(
            on: run.databases(databases), .read, document: { try write($0) },
            operation: { try $0.plan(isDown ? .down : .up, tables: types, target: target, force: force) })
    }

    private func write(_ document: JSONDocument) throws {
        guard let outputFile else { return }
        do {
            try Data(document.value.pretty()).write(to: URL(fileURLWithPath: outputFile), options: .atomic)
        } catch {
            throw MigrationError(
                .output, "cannot write '\(printable(outputFile))'",
                remedy: "name a file in a directory that can be written")
        }
    }
}
