import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import PostgreSQLAccess
import SQLDialects
import ServerContract
import Testing

@Suite("Field: the session is the program's, whatever server, database, role and URL are set to")
struct FieldSessionTests {
    /// An operator and a function of the names that the program uses.
    private static let traps = [
        "CREATE FUNCTION public.version() RETURNS text LANGUAGE sql AS $$ SELECT 'CockroachDB' $$",
        """
        CREATE FUNCTION public.no(name, name) RETURNS boolean LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the operator of public was taken'; END $$
        """,
        "CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = name, FUNCTION = public.no)",
        "CREATE FUNCTION public.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT 'no' $$",
    ]

    @Test("Up, verify and down come to the same result under the most hostile settings as under the server's own")
    func hostileSettings() throws {
        let (plain, hostile) = (try TestDatabase(), try TestDatabase())
        for database in [plain, hostile] { try UglyDatabase.make(in: database) }
        for trap in Self.traps { try hostile.execute(trap) }
        let taken = HostileSettings.postgreSQL.filter {
            (try? hostile.execute("ALTER DATABASE \"\(hostile.name)\" SET \($0)")) != nil
        }
        #expect(taken.count >= 48, "\(taken)")
        let url =
            try hostile.url()
            + "?options=-c%20row_security%3Don%20-c%20search_path%3Dpublic%20-c%20statement_timeout%3D2000"
        func both(_ arguments: [String]) throws {
            let expected = try Program.start(arguments + ["--db", plain.url()]).wait()
            let found = try Program.start(arguments + ["--db", url]).wait()
            #expect(found.status == expected.status, "\(arguments): \(found.output) \(found.errors)")
            let contents = try [plain, hostile].map { database in
                try database.connected { try DatabaseContents(postgreSQL: $0, byMeaning: true, hasClock: true) }
            }
            #expect(contents[1].differences(from: contents[0]) == [], "\(arguments)")
        }
        for arguments in [
            ["plan"], ["up"], ["verify"], ["down", "--target", "2.0.0", "--yes", "--allow-data-loss"], ["up"],
        ] { try both(arguments) }
    }

    @Test("A setting that the role may not leave, in which no foreign key is checked, is refused and named")
    func replicationRole() throws {
        let (database, role, url) = try ownedSample(at: .baseline)
        defer { database.drop(role: role) }
        try database.execute("ALTER ROLE \(role) SET session_replication_role = replica")
        let result = try Program.run("up", "--db", url)
        #expect(result.status == 10, "\(result.errors)")
        #expect(result.errors.contains("session_replication_role"), "\(result.errors)")
    }

    @Test("A database that is set read-only is told apart from a file, with exit code 10, and can be read")
    func readOnly() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline)
        try database.execute("ALTER DATABASE \"\(database.name)\" SET default_transaction_read_only = on")
        let result = try database.run("up")
        #expect(result.status == 10, "\(result.errors)")
        #expect(result.errors.contains("default_transaction_read_only") && result.errors.contains("primary"))
        #expect(!result.errors.contains("file"), "\(result.errors)")
        for command in ["status", "plan", "verify"] { #expect(try database.run(command).status == 0, "\(command)") }
    }
}

extension TestDatabase {
    func drop(role: String) { try? execute("DROP OWNED BY \(role) CASCADE", "DROP ROLE \(role)") }
}

/// A sample whose tables belong to a role that may log in and is no superuser.
func ownedSample(
    at version: SchemaVersion, sessions: Int = 3
) throws -> (database: TestDatabase, role: String, url: String) {
    let database = try TestDatabase()
    _ = try database.manager().makeSample(version: version, sessions: sessions)
    let role = "role_\(database.name)"
    try database.execute("CREATE ROLE \(role) LOGIN", "GRANT USAGE, CREATE ON SCHEMA ai TO \(role)")
    let tables = try database.rows("SELECT tablename::text FROM pg_tables WHERE schemaname = 'ai'")
    for table in tables.compactMap({ $0.first?.string }) {
        try database.execute("ALTER TABLE ai.\(table) OWNER TO \(role)")
    }
    return (database, role, try "postgresql://\(role)@\(TestServer.place())/\(database.name)")
}
