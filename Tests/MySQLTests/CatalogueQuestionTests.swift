import AgnoMigrate
import AgnoSchema
import DurabilitySupport
import ServerContract
import Testing

/// How often an operation asks a server of the MySQL family about itself.
@Suite("Questions to the catalogue of the MySQL family") struct CatalogueQuestionTests {
    @Test("status asks at most 8 times", arguments: TestServer.all) func status(server: TestServer) throws {
        let asked = try questions(on: server, from: .baseline) { _ = try $0.status() }
        #expect(asked.count <= 8, "\(asked.count): \(asked)")
    }

    @Test("up with nothing pending asks at most 8 times", arguments: TestServer.all)
    func idle(server: TestServer) throws {
        let asked = try questions(on: server, from: .latest) { manager throws in #expect(try manager.up().isSuccess) }
        #expect(asked.count <= 8, "\(asked.count): \(asked)")
    }

    @Test("up from 2.0.0 to 3.0.0 asks at most 40 times", arguments: TestServer.all)
    func up(server: TestServer) throws {
        let asked = try questions(on: server, from: .baseline) { manager throws in #expect(try manager.up().isSuccess) }
        #expect(asked.count <= 40, "\(asked.count): \(asked)")
    }

    private func questions(
        on server: TestServer, from version: SchemaVersion, in operation: (MigrationManager) throws -> Void
    ) throws -> [String] {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: version)
        let questions = CatalogueQuestions()
        // What the driver asks on each connection to find out which server it is.
        let opening =
            ["SELECT VERSION(), @@version_comment", "SHOW SESSION VARIABLES"]
            + (server == .mysql ? ["SELECT @@memsql_version"] : [])
        let driver = QuestionedDriver(try server.driver(database.name), noting: questions, opening: opening)
        try operation(database.manager(driver: driver))
        return questions.all
    }
}
