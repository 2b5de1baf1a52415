import Foundation
import LosslessJSON
import Testing

@Suite("Databases come from flags, the environment or a file")
struct ConfigurationTests {
    private func ids(_ arguments: [String], in folder: Folder, environment: [String: String] = [:]) async throws
        -> [String]
    {
        let outcome = try await Program.run(["status", "--json"] + arguments, in: folder, environment: environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.document.at("databases").arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
    }

    @Test("A file with several databases, in order, with names, variables and secrets from files")
    func severalDatabases() async throws {
        let folder = try Folder()
        try await folder.sample("2.0.0", "one.db")
        try await folder.sample("2.3.0", "two.db")
        try await folder.sample(.latest, "three.db")
        try folder.execute("ALTER TABLE agno_eval_runs RENAME TO \"my evals\"", in: "one.db")
        try folder.write("sqlite:///two.db\n", to: "url.txt")
        try folder.write(
            """
            [os]
            id = "my-os"
            [cors]
            origins = ["https://example.org"]
            [auth.jwt]
            algorithm = "RS256"
            [[database]]
            id = "first"
            url = "sqlite:///one.db"
            [database.tables]
            evals = "my evals"
            versions = "agno_schema_versions"
            [[database]]
            id = "first"
            url_file = "url.txt"
            [[database]]
            id = "far"
            remote = true
            [[database]]
            url = "sqlite:///${FOLDER}/three.db"
            """, to: "agno-migrate.toml")
        let environment = ["FOLDER": folder.url.path]
        let outcome = try await Program.run("up", "--json", in: folder, environment: environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let databases = try outcome.document.at("databases")
        #expect(
            databases.arrayValue?.map { $0["id"]?.stringValue } == ["first", "first", "far", "three.db"])
        let evals = try databases.at("0.tables").first("type", "evals")
        #expect(try evals.at("name") == "my evals")
        #expect(try evals.at("outcome") == "migrated")
        #expect(try databases.at("2").keys == ["id", "dialect", "remote", "tables"])
        let words = try await Program.run("status", in: folder, environment: environment)
        #expect(words.text.contains("far  remote: skipped"))
        #expect(words.text.contains("first (sqlite:///one.db)"))
        #expect(words.errors.isEmpty)
    }

    @Test("Flag goes before environment before file")
    func precedence() async throws {
        let folder = try Folder()
        for name in ["flag", "agno", "url", "file"] { try await folder.sample(.latest, "\(name).db", sessions: 1) }
        try folder.write("[[database]]\nurl = \"file.db\"\n", to: "agno-migrate.toml")
        var environment = ["AGNO_DB_URL": "agno.db", "DATABASE_URL": "sqlite:///url.db"]
        #expect(try await ids(["--db", "flag.db"], in: folder, environment: environment) == ["flag.db"])
        #expect(try await ids([], in: folder, environment: environment) == ["agno.db"])
        environment["AGNO_DB_URL"] = ""
        #expect(try await ids([], in: folder, environment: environment) == ["url.db"])
        environment["DATABASE_URL"] = nil
        #expect(try await ids([], in: folder) == ["file.db"])
        #expect(try await ids(["--config", "agno-migrate.toml"], in: folder) == ["file.db"])
        let noted = try await Program.run(
            "status", "--config", "agno-migrate.toml", in: folder, environment: ["AGNO_DB_URL": "agno.db"])
        #expect(noted.errors.contains("AGNO_DB_URL is set and overrides the databases of agno-migrate.toml"))
    }

    @Test("A global option may precede the command")
    func leadingOptions() async throws {
        let folder = try Folder()
        try await folder.sample(.latest, "file.db")
        try folder.write("[[database]]\nurl = \"file.db\"\n", to: "other.toml")
        let outcome = try await Program.run("--json", "--config", "other.toml", "status", in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try outcome.document.at("databases.0.id") == "file.db")
    }

    @Test("Flags rename tables")
    func renamedTables() async throws {
        let folder = try Folder()
        try await folder.sample("2.5.6")
        try folder.execute(
            "ALTER TABLE agno_sessions RENAME TO s; ALTER TABLE agno_schema_versions RENAME TO v;"
                + "UPDATE v SET table_name = 's' WHERE table_name = 'agno_sessions'")
        let outcome = try await Program.run(
            "up", "--db", "agno.db", "--table-name", "session=s", "--table-name", "runs=r", "--versions-table", "v",
            "--table", "sessions", "--json", in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try outcome.document.at("databases.0.tables.0.name") == "s")
        #expect(try outcome.document.at("databases.0.tables.0.from") == "2.5.6")
        try folder.execute("SELECT run_id FROM r")
    }

    @Test(
        "What is wrong in a file is said with its place, and with a suggestion",
        arguments: [
            ("[[databse]]", "unknown key 'databse'; did you mean 'database'?"),
            ("[[database]]\nulr = 'x'", "unknown key 'database[1].ulr'; did you mean 'url'?"),
            ("[[database]]\nurl = 'x'\n[[database]]\nurl = 'x'\nshema = 'a'", "unknown key 'database[2].shema'"),
            ("[database]\nurl = 'x'", "must be an array of tables: [[database]]"),
            ("[[database]]\nurl = 3", "database[1].url must be a string"),
            ("[[database]]\nurl = ''", "database[1].url is empty"),
            ("[[database]]\nid = 'a'\nremote = 'yes'", "database[1].remote must be true or false"),
            ("[[database]]\nid = 'k'", "k: no URL given"),
            ("[[database]]\nurl = 'x'\ntables = 'sessions'", "database[1].tables must be a table"),
            ("[[database]]\nurl = 'x'\n[database.tables]\nsesions = 'a'", "did you mean 'sessions'?"),
            ("[[database]]\nurl = 'x'\ndialect = 'singelstore'", "did you mean 'singlestore'?"),
            ("[[database]]\nurl = 'x'\nurl_file = 'y'", "url and url_file are both given"),
            ("[[database]]\nurl_file = 'y'", "'y' does not exist"),
            ("[[database]]\nurl_file = '${TERM}/y'", "'${TERM}/y' does not exist"),
            ("[[database]]\nurl = 'x'\ndialect = 'a${TERM}b'", "unknown dialect 'a${TERM}b'"),
            ("[[database]]\nurl = '${NOWHERE_SET}'", "requires the environment variable NOWHERE_SET"),
            ("[[database]]\nurl = '${A'", "has a ${ without a closing }"),
            ("[[database]]\nurl = '${A B}'", "without a valid variable name"),
            ("[[database]]\nurl = 'x", "not valid TOML: line 2"), ("", "no database given"),
            ("[/s]", "not valid TOML: line 1"), ("[[database]]\n \u{a0}[", "not valid TOML: line 2"),
            ("[server]\ntrusted_hosts = ['a',\n # b\n }", "not valid TOML: line 4"),
        ])
    func mistakes(text: String, message: String) async throws {
        let folder = try Folder()
        try folder.write(text, to: "agno-migrate.toml")
        let outcome = try await Program.run("up", in: folder)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(try folder.files == ["agno-migrate.toml"])
    }

    @Test("A broken file in the working directory does not disturb a flag")
    func unusedFile() async throws {
        let folder = try Folder()
        try await folder.sample(.latest)
        try folder.write("[[", to: "agno-migrate.toml")
        #expect(try await Program.run("status", "--db", "agno.db", in: folder).status == 0)
        #expect(
            try await Program.run("status", "--db", "agno.db", "--config", "agno-migrate.toml", in: folder).status == 2)
    }
}
