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
              agno-migrate versions --releases
            """)

    @Argument(
        help: ArgumentHelp("Show only this version, or that of a release of Agno.", valueName: "version"),
        completion: .versions)
    var only: String?

    @Flag(name: .customLong("releases"), help: "Show the releases of Agno and their schema versions instead.")
    var listsReleases = false

    @OptionGroup(title: "Global options") var global: GlobalOptions
    @OptionGroup(title: "Global options") var version: VersionOption

    func validate() throws {
        if listsReleases, only != nil { throw ValidationError("--releases takes no version") }
    }

    func execute(_ invocation: Invocation) throws -> ExitStatus {
        var invocation = invocation
        let style = invocation.console.output
        if listsReleases {
            show(("releases", ReleaseRange.all.map(\.json)), [ReleaseRange.lines(style)], invocation)
            return .success
        }
        let wanted = try only.map { [try invocation.target($0)] } ?? SchemaVersion.known
        let descriptions = wanted.map { VersionDescription(of: $0) }
        show(("versions", descriptions.map(\.json)), descriptions.map { $0.lines(style) }, invocation)
        return .success
    }

    private func show(
        _ content: (key: JSONString, value: [JSONValue]), _ sections: [[String]], _ invocation: Invocation
    ) {
        guard invocation.isJSON else { return sections.forEach(invocation.console.section) }
        var document = JSONDocument(command: invocation.command, isSuccess: true, notes: invocation.notes)
        document.content = content
        invocation.console.result(document.value.pretty())
    }
}
