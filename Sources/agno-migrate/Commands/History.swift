import AgnoMigrate
import ArgumentParser

struct History: Command {
    static let configuration = CommandConfiguration(
        abstract: "Shows the migrations recorded in a database's journal.",
        discussion: """
              agno-migrate history --db sqlite:///agno.db
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions
    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        try invocation.perform(on: invocation.databases(databases), .read) { manager throws(MigrationError) in
            HistoryAnswer(entries: try manager.history())
        }
    }
}
