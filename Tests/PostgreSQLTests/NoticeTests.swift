import DatabaseAccess
import PostgreSQLAccess
import ServerContract
import Synchronization
import Testing

@Suite("Notices of a PostgreSQL server") struct NoticeTests {
    @Test("are handed on, but for what a function says of its rows")
    func notices() throws {
        let database = try TestDatabase()
        let heard = Mutex<[String]>([])
        let driver = PostgreSQLDriver(
            try PostgreSQLParameters(DatabaseURL(database.url())), schema: "ai", versionsTable: "v"
        ) { notice in heard.withLock { $0.append(notice) } }
        try driver.withConnection(for: .write) { connection in
            try connection.execute("DROP TABLE IF EXISTS ai.nothing")
            try connection.execute("DO $$ BEGIN RAISE NOTICE 'a secret'; END $$")
        }
        #expect(
            heard.withLock { $0 } == [
                "NOTICE 00000: schema \"ai\" does not exist, skipping", "NOTICE 00000: raised by a function",
            ])
    }
}
