import AgnoMigrate
import ArgumentParser
import LosslessJSON
import ReportJSON

struct Versions: Command {
    static let configuration = CommandConfiguration(
        abstract: "Shows the changes of each schema version, per table and server.",
        discussion: """
            Requires no database.

              agno-migrate versions
              agno-migrate versions 2.5.0
            """)

    @Argument(help: ArgumentHelp("Show only this version.", valueName: "version"), completion: .versions)
    var only: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        let wanted = try only.map { [try ArgumentParsing.version($0)] } ?? SchemaVersion.known
        let descriptions = wanted.map { VersionDescription(of: $0) }
        if invocation.isJSON {
            var document = JSONDocument(command: invocation.command, isSuccess: true)
            document.content = ("versions", descriptions.map(\.json))
            invocation.console.result(document.value.pretty())
        } else {
            for description in descriptions { invocation.console.section(description.lines(invocation.console.output)) }
        }
        return .success
    }
}
