/// The version of this package, shown by the journal and `--version`.
public let agnoMigrateVersion = "0.1.0"
