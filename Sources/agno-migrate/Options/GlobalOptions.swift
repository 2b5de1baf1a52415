import ArgumentParser

/// The options of every command.
struct GlobalOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("Read databases from this TOML file instead of ./agno-migrate.toml.", valueName: "file"),
        completion: .file(extensions: ["toml"]))
    var configurationFile: String?

    @Flag(name: .customLong("json"), help: "Write exactly one JSON document to standard output.")
    var isJSON = false

    @Flag(name: .customLong("verbose"), help: "Log SQL and timings to standard error; never values.")
    var isVerbose = false

    @Flag(name: .customLong("quiet"), help: "No progress and no notes, only results, warnings and errors.")
    var isQuiet = false

    @Flag(name: .customLong("no-color"), help: "No colours, as with NO_COLOR=1.")
    var noColor = false
}

/// `--version`, for the help and for completions; `Arguments` answers it before anything is parsed.
///
/// It is apart from the other global options because `sample --version V` means something else.
struct VersionOption: ParsableArguments {
    @Flag(name: .customLong("version"), help: "Show the program's version.")
    var isWanted = false
}
