import AgnoMigrate
import ArgumentParser

/// `history`
struct History: Command {
    static let configuration = CommandConfiguration(
        abstract: "Shows what this program did to a database, from its journal.",
        discussion: """
              agno-migrate history --db sqlite:///agno.db
            """)

    @OptionGroup(title: "Databases") var databases: DatabaseOptions
    @OptionGroup(title: "Everywhere") var global: GlobalOptions
    @OptionGroup(title: "Everywhere") var version: VersionOption

    func execute(_ run: Run) throws -> ExitStatus {
        try run.perform(on: run.databases(databases), .read) { HistoryAnswer(entries: try $0.history()) }
    }
}
