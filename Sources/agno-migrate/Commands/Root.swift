import ArgumentParser

/// The program without a command: its help.
struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agno-migrate",
        abstract: "Brings Agno databases to another schema version and back; nothing is lost, nothing is claimed.",
        discussion: """
            Begin with a look, then a plan, then do it:

              agno-migrate status --db sqlite:///agno.db
              agno-migrate plan   --db sqlite:///agno.db
              agno-migrate up     --db sqlite:///agno.db
              agno-migrate verify --db sqlite:///agno.db

            To try it on nothing of value: agno-migrate sample --db sqlite:///try.db --version 2.0.0

            Databases come from --db, else from AGNO_DB_URL or DATABASE_URL, else from agno-migrate.toml. --version \
            shows the program's version. Results are on standard output, everything else on standard error.

            EXIT CODES
            \(ExitStatus.explanation)
            """,
        subcommands: [
            Up.self, Down.self, Status.self, Plan.self, Verify.self, Cleanup.self, ImportV1.self, History.self,
            Versions.self, Sample.self, Serve.self,
        ])

    @OptionGroup(title: "Everywhere") var global: GlobalOptions
}

/// A command that does something.
protocol Command: ParsableCommand {
    /// The options of every command.
    var global: GlobalOptions { get }
    /// Does it.
    ///
    /// - Throws: what kept it from beginning; what happens to a database after that is reported.
    func execute(_ run: Run) throws -> ExitStatus
}
