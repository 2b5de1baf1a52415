import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import PostgreSQLAccess
import ServerContract
import Testing

/// How often an operation asks PostgreSQL about itself. The server reports each statement that reaches it as a notice,
/// so the drivers' own ones and those of every connection are among them.
@Suite("Questions to PostgreSQL's catalogue") struct CatalogueQuestionTests {
    @Test("status asks at most 8 times") func status() throws {
        let database = try sample(.baseline)
        let asked = try questions(of: database) { _ = try $0.status() }
        #expect(asked.count <= 8, "\(asked.count): \(asked)")
    }

    @Test("up with nothing pending asks at most 8 times") func idle() throws {
        let database = try sample(.latest)
        let asked = try questions(of: database) { manager throws in #expect(try manager.up().isSuccess) }
        #expect(asked.count <= 8, "\(asked.count): \(asked)")
    }

    @Test("up from 2.0.0 to 3.0.0 asks at most 40 times") func up() throws {
        let database = try sample(.baseline)
        let asked = try questions(of: database) { manager throws in #expect(try manager.up().isSuccess) }
        #expect(asked.count <= 40, "\(asked.count): \(asked)")
    }

    private func sample(_ version: SchemaVersion) throws -> TestDatabase {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: version)
        let name = "\"\(database.name)\""
        try database.execute(
            "ALTER DATABASE \(name) SET log_statement = 'all'", "ALTER DATABASE \(name) SET client_min_messages = 'log'"
        )
        return database
    }

    private func questions(
        of database: TestDatabase, in operation: (MigrationManager) throws -> Void
    ) throws -> [String] {
        let questions = CatalogueQuestions()
        let seen = Counter()
        let driver = PostgreSQLDriver(
            try PostgreSQLParameters(DatabaseURL(database.url())), schema: "ai", versionsTable: TableNames().versions
        ) { notice in
            // `LOG 00000: execute <unnamed>: SELECT …`, or `statement:` where no value is bound.
            guard let sql = notice.wholeMatch(of: /(?s)LOG 00000: (?:statement|execute [^:]+): (.*)/)?.1 else { return }
            _ = seen.next()
            questions.note(String(sql))
        }
        try operation(database.manager(driver: driver))
        #expect(seen.next() > 3, "the server does not report its statements")
        return questions.all
    }
}
