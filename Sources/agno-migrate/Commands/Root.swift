import ArgumentParser

/// The program without a command: it shows the help.
struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agno-migrate",
        abstract: "Migrates Agno databases between schema versions, in both directions, without losing data.",
        discussion: """
            Check the status, review the plan, migrate, verify:

              agno-migrate status --db sqlite:///agno.db
              agno-migrate plan   --db sqlite:///agno.db
              agno-migrate up     --db sqlite:///agno.db
              agno-migrate verify --db sqlite:///agno.db

            To try it on a sample database: agno-migrate sample --db sqlite:///try.db --version 2.0.0

            Databases come from --db, otherwise from AGNO_DB_URL or DATABASE_URL, otherwise from agno-migrate.toml. \
            --version prints the program's version. Results go to standard output, everything else to standard error.

            EXIT CODES
            \(ExitStatus.explanation)
            """,
        subcommands: [
            Up.self, Down.self, Status.self, Plan.self, Verify.self, Check.self, Cleanup.self, Parked.self,
            ImportV1.self,
            Copy.self, CheckProof.self,
            History.self, Versions.self, Sample.self, Serve.self, AgnoNames.self,
        ])

    @OptionGroup(title: "Global options") var global: GlobalOptions
}

/// A command of the program.
protocol Command: ParsableCommand {
    var global: GlobalOptions { get }
    /// Runs the command. Throws errors that precede any work on a database; later ones are part of the result.
    func execute(_ invocation: Invocation) throws -> ExitStatus
}
