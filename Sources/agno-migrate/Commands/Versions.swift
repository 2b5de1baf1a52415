import AgnoMigrate
import ArgumentParser
import LosslessJSON
import ReportJSON

/// `versions`
struct Versions: Command {
    static let configuration = CommandConfiguration(
        abstract: "Shows what each schema version changes, per table and server.",
        discussion: """
            Needs no database.

              agno-migrate versions
              agno-migrate versions 2.5.0
            """)

    @Argument(help: ArgumentHelp("Only this version.", valueName: "version"), completion: .versions)
    var only: String?

    @OptionGroup(title: "Everywhere") var global: GlobalOptions
    @OptionGroup(title: "Everywhere") var version: VersionOption

    func execute(_ run: Run) throws -> ExitStatus {
        let wanted = try only.map { [try Names.version($0)] } ?? SchemaVersion.known
        let descriptions = wanted.map { VersionDescription(of: $0) }
        if run.isJSON {
            var document = JSONDocument(command: run.command, isSuccess: true)
            document.content = ("versions", descriptions.map(\.json))
            run.console.result(document.value.pretty())
        } else {
            for description in descriptions { run.console.section(description.lines(run.console.output)) }
        }
        return .success
    }
}
