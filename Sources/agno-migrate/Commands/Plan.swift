import AgnoMigrate
import ArgumentParser
import Foundation

struct Plan: Command {
    static let configuration = CommandConfiguration(
        abstract: "Shows the work of up or down, and writes nothing.",
        discussion: """
            Equal digests mean equal plans. --verbose includes the statements; the JSON document always does.

              agno-migrate plan --db sqlite:///agno.db
              agno-migrate plan --db sqlite:///agno.db --down --target 2.0.0
              agno-migrate plan --db sqlite:///agno.db --output plan.json
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Flag(name: .customLong("down"), help: "Plan a migration down; requires --target.")
    var isDown = false

    @Option(
        help: ArgumentHelp("Schema version to reach, or release of Agno (default: the newest).", valueName: "version"),
        completion: .versions)
    var target: String?

    @OptionGroup var tables: TableOptions

    @Flag(help: "Re-check every step regardless of version stamps.")
    var force = false

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Also write the JSON document to this file.", valueName: "file"), completion: .file())
    var outputFile: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func validate() throws {
        if isDown, target == nil { throw ValidationError("--down requires --target") }
    }

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        var invocation = invocation
        let target = try invocation.target(target)
        let types = try tables.types()
        return try invocation.perform(
            on: invocation.databases(databases), .read, document: { try write($0) },
            operation: { manager throws(MigrationError) in
                try manager.plan(isDown ? .down : .up, tables: types, target: target, force: force)
            })
    }

    private func write(_ document: JSONDocument) throws {
        guard let outputFile else { return }
        do {
            try Data(document.value.pretty()).write(to: URL(fileURLWithPath: outputFile), options: .atomic)
        } catch {
            throw MigrationError(
                .output, "cannot write '\(printable(outputFile))'",
                remedy: "choose a file in a writable directory")
        }
    }
}
