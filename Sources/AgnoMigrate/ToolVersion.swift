/// The version of this package, as the journal and `--version` show it.
public let agnoMigrateVersion = "0.1.0"
