import AgnoMigrate
import ArgumentParser

/// The names that the commands of Agno's own command line are going to have.
struct AgnoNames: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Runs status and migrations under the names of Agno's own command line.",
        subcommands: [AgnoStatus.self, AgnoMigration.self])
}

struct AgnoNamesOptions: ParsableArguments {
    @OptionGroup(title: "Databases") var databases: DatabaseOptions

    @Option(
        name: .customLong("url"),
        help: ArgumentHelp("The same as --db: the URL of a database, not of an AgentOS.", valueName: "url"))
    var urls: [String] = []

    @Option(
        name: .customLong("db-id"),
        help: ArgumentHelp("Only the database with this id (default: all).", valueName: "id"))
    var id: String?

    /// The databases with the id.
    ///
    /// - Throws: a usage error for the address of an AgentOS and for an unknown id.
    func entries(_ invocation: Invocation) throws -> [DatabaseEntry] {
        guard !urls.contains(where: { $0.hasPrefix("http://") || $0.hasPrefix("https://") }) else {
            throw MigrationError(
                .usage, "--url is the URL of a database, not of an AgentOS",
                remedy: "name the database, or ask the service: POST /databases/all/migrate")
        }
        var options = databases
        options.urls += urls
        let entries = try invocation.databases(options)
        guard let id else { return entries }
        let found = entries.filter { ExactText($0.id) == ExactText(id) }
        guard !found.isEmpty else {
            throw MigrationError(
                .usage, "no database has the id '\(printable(id))'",
                remedy: "known ids: \(printable(entries.map(\.id).joined(separator: ", ")))")
        }
        return found
    }
}

struct AgnoStatus: Command {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows what status shows.",
        discussion: """
              agno-migrate db status --url sqlite:///agno.db
            """)

    @OptionGroup var options: AgnoNamesOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        try invocation.perform(on: options.entries(invocation), .read) { manager throws(MigrationError) in
            StatusAnswer(status: try manager.status(), reportsPending: false)
        }
    }
}

struct AgnoMigration: Command {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Migrates as up or down does, by the side on which the target is.",
        discussion: """
            What an older schema has no place for is parked, as by down.

              agno-migrate db migrate --url sqlite:///agno.db --dry-run
              agno-migrate db migrate --url sqlite:///agno.db --target-version 2.5.6 --yes
            """)

    @OptionGroup var options: AgnoNamesOptions

    @Option(
        name: .customLong("target-version"),
        help: ArgumentHelp(
            "Schema version to reach, or release of Agno (default: the newest).", valueName: "version"),
        completion: .versions)
    var target: String?

    @Flag(name: .customLong("dry-run"), help: "Show the plan and write nothing.")
    var isDryRun = false

    @Flag(name: .customLong("yes"), help: "Skip the confirmation of a migration down.")
    var isConfirmed = false

    @OptionGroup var wait: WaitOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        var invocation = invocation
        let target = try invocation.target(target)
        let entries = try options.entries(invocation)
        if isDryRun {
            return try invocation.perform(on: entries, .read, isDryRun: true) { manager throws(MigrationError) in
                try manager.plan(manager.direction(to: target), target: target)
            }
        }
        if !isConfirmed {
            // A database below the target has nothing to do on a way down, so nothing is asked about it.
            try invocation.confirm(entries) { manager throws(MigrationError) in
                try manager.plan(.down, target: target)
            }
        }
        return try invocation.perform(on: entries, .write, waitTimeout: wait.timeout) {
            manager throws(MigrationError) in
            switch try manager.direction(to: target) {
            case .up: try manager.up(target: target)
            case .down: try manager.down(target: target)
            }
        }
    }
}

extension MigrationManager {
    /// The direction that leads to a version.
    ///
    /// - Throws: a usage error if tables are on both sides of it.
    fileprivate func direction(to target: SchemaVersion) throws(MigrationError) -> MigrationDirection {
        let pending = try pendingTables(at: target)
        guard !pending.up.isEmpty, !pending.down.isEmpty else { return pending.down.isEmpty ? .up : .down }
        throw MigrationError(
            .usage,
            "\(target) is above the version of \(pending.up.map(\.name).joined(separator: ", ")) and below the version of "
                + pending.down.map(\.name).joined(separator: ", "),
            remedy: "run up or down with --target \(target). Nothing was changed")
    }
}
