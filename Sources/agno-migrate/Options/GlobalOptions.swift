import ArgumentParser

struct GlobalOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("Read databases from this TOML file instead of ./agno-migrate.toml.", valueName: "file"),
        completion: .file(extensions: ["toml"]))
    var configurationFile: String?

    @Flag(name: .customLong("json"), help: "Write exactly one JSON document to standard output.")
    var isJSON = false

    @Flag(name: .customLong("verbose"), help: "Log SQL and timings, never values, to standard error.")
    var isVerbose = false

    @Flag(name: .customLong("quiet"), help: "Print only results, warnings and errors.")
    var isQuiet = false

    @Flag(name: .customLong("no-color"), help: "Disable colours, as NO_COLOR=1 does.")
    var noColor = false
}

/// `--version`, for help and completions; `Arguments` handles it before the command line is parsed. It is separate from
/// the other global options because `sample --version V` has another meaning.
struct VersionOption: ParsableArguments {
    @Flag(name: .customLong("version"), help: "Print the program's version.")
    var isWanted = false
}
