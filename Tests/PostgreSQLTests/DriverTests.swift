import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import Foundation
import PostgreSQLAccess
import SQLDialects
import ServerContract
import Testing

@Suite("The PostgreSQL driver") struct DriverTests {
    private func condition(_ body: () throws -> Void) -> DatabaseError.Condition? {
        do {
            try body()
            return nil
        } catch { return (error as? DatabaseError)?.condition }
    }

    @Test(
        "returns a bound text as it was",
        arguments: ["", "it's \"quoted\" $1 \\", "Grüße 世界 👩‍🚀", "'; DROP TABLE x; --", "line\nfeed\ttab"])
    func text(_ text: String) throws {
        let database = try TestDatabase()
        #expect(try database.connected { try $0.value("SELECT $1::text", [.text(text)]) } == .text(text))
    }

    @Test("returns numbers, truth values and NULL as such")
    func values() throws {
        let database = try TestDatabase()
        let row = try database.rows(
            "SELECT 9223372036854775807::bigint, 1.5::float8, true, NULL, '{\"a\": 1.10}'::jsonb")
        #expect(row == [[.integer(.max), .real(1.5), .integer(1), .null, .text("{\"a\": 1.10}")]])
    }

    @Test("refuses a NUL character before the server sees it, and the transaction goes on")
    func nul() throws {
        let database = try TestDatabase()
        try database.connected { connection in
            try connection.transaction {
                #expect(condition { _ = try connection.value("SELECT $1::text", [.text("a\u{0}b")]) } == .notStorable)
                let next = try connection.value("SELECT 1")
                #expect(next == .integer(1))
            }
        }
    }

    @Test("uses a prepared statement again after the table changed below it")
    func preparedStatements() throws {
        let database = try TestDatabase()
        try database.connected { connection in
            try connection.execute("CREATE TABLE public.t (id bigint, data json)")
            for id in 1...4 {
                if id == 3 {
                    try connection.execute("ALTER TABLE public.t ALTER COLUMN data TYPE jsonb USING data::jsonb")
                }
                try connection.execute(
                    "INSERT INTO public.t VALUES ($1, $2)", [.integer(Int64(id)), .text("{\"b\":1}")])
            }
            #expect(try connection.value("SELECT COUNT(*) FROM public.t WHERE data = '{\"b\": 1}'") == .integer(4))
        }
    }

    /// The server keeps the plan of a prepared statement; one that was made for few rows would read all of many.
    @Test("looks keys up by the index also where the table was empty when the statement was prepared")
    func growingTable() throws {
        let database = try TestDatabase()
        // As many keys and columns as a batch of sessions has.
        let keys = (1...32).map { "k\($0)" }
        let columns = (1...20).map { "c\($0) text" }.joined(separator: ", ")
        let values = Array(repeating: "repeat('x', 50)", count: 20).joined(separator: ", ")
        let places = keys.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let lookup = SQLStatement(
            "SELECT id, c1, c2 FROM public.growing WHERE id IN (\(places))", keys.map(SQLValue.text))
        try database.connected { connection in
            try connection.transaction {
                try connection.execute("CREATE TABLE public.growing (id text PRIMARY KEY, \(columns))")
                for _ in 1...10 { _ = try connection.rows(lookup) }
                try connection.execute(
                    "INSERT INTO public.growing SELECT 'k' || n, \(values) FROM generate_series(1, 5000) AS n")
                for _ in 1...3 { #expect(try connection.rows(lookup).count == keys.count) }
                let read = try connection.value(
                    "SELECT seq_tup_read FROM pg_catalog.pg_stat_xact_user_tables WHERE relname = 'growing'")
                #expect(read == .integer(0))
            }
        }
    }

    @Test("stops reading rows when it is told to, and the connection stays usable")
    func earlyStop() throws {
        let database = try TestDatabase()
        try database.connected { connection in
            var seen = 0
            try connection.forEachRow(SQLStatement("SELECT generate_series(1, 1000)")) { _ in
                seen += 1
                return seen < 3
            }
            #expect(seen == 3)
            #expect(try connection.value("SELECT 7") == .integer(7))
        }
    }

    @Test("names what the server refused by condition")
    func conditions() throws {
        let database = try TestDatabase()
        try database.connected { connection in
            try connection.execute("CREATE TABLE public.t (id bigint PRIMARY KEY, data jsonb)")
            try connection.execute("INSERT INTO public.t VALUES (1)")
            #expect(condition { try connection.execute("INSERT INTO public.t VALUES (1)") } == .constraint)
            #expect(condition { _ = try connection.value(#"SELECT '"\u0000"'::jsonb"#) } == .notStorable)
            #expect(condition { _ = try connection.value("SELECT") } == nil)
            #expect(condition { _ = try connection.value("SELEKT") } == .other)
            #expect(
                condition { _ = try connection.value("SELECT pg_terminate_backend(pg_backend_pid())") }
                    == .connectionLost)
        }
    }

    @Test("takes the server's rollback of a failed transaction for the error that it is")
    func failedCommit() throws {
        let database = try TestDatabase()
        try database.connected { connection in
            #expect(condition { try connection.transaction { _ = try? connection.execute("SELEKT") } } == .other)
        }
    }

    @Test("cannot write on a connection for reading")
    func reading() throws {
        let database = try TestDatabase()
        try TestServer.driver(database: database.name).withConnection(for: .read) { connection in
            #expect(condition { try connection.execute("CREATE TABLE public.t (id bigint)") } == .readOnly)
        }
    }

    @Test("says its name to the server, and relies on no search path")
    func session() throws {
        let database = try TestDatabase()
        #expect(try database.value("SHOW application_name") == .text("agno-migrate"))
        #expect(try database.value("SHOW search_path") == .text("\"\""))
    }

    @Test("cancels the running statement from another thread")
    func cancelling() throws {
        let database = try TestDatabase()
        let driver = try TestServer.driver(database: database.name)
        let isOver = Flag()
        Thread.detachNewThread {
            while !isOver.isSet {
                driver.cancelRunningStatement()
                usleep(20_000)
            }
        }
        defer { isOver.set() }
        let result = condition {
            try driver.withConnection(for: .write) { _ = try $0.value("SELECT pg_sleep(600)") }
        }
        #expect(result == .interrupted)
    }

    @Test("gives up waiting for another session's lock")
    func lockTimeout() throws {
        let database = try TestDatabase()
        try database.execute("CREATE TABLE public.t (id bigint)")
        try database.connected { holder in
            try holder.transaction {
                try holder.execute("LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE")
                let result = condition { _ = try database.value("SELECT COUNT(*) FROM public.t") }
                #expect(result == .busy)
            }
        }
    }
}
