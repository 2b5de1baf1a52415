import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import MySQLAccess
import ServerContract
import Testing

/// Kinds of field inputs: what hangs on a table of Agno's (scripts 04, 13, 17, 22, 33 and their siblings).
@Suite("What hangs on a table is known before the first statement", .timeLimit(.minutes(30)))
struct FieldDependentsTests {
    private func sample(
        on server: TestServer, _ version: SchemaVersion, _ statements: String...
    ) throws -> TestDatabase {
        let database = try TestDatabase(on: server)
        _ = try database.manager().makeSample(version: version, sessions: 3)
        for statement in statements { try database.execute(statement) }
        return database
    }

    private func refusal(_ body: () throws -> MigrationReport) throws -> MigrationError? {
        do {
            return try body().tables.flatMap(\.steps).compactMap(\.error).first
        } catch let error as MigrationError {
            return error
        }
    }

    @Test(
        "Down is refused before it moves the runs table, naming the child of this or another database",
        arguments: TestServer.all)
    func childOfRuns(server: TestServer) throws {
        let database = try sample(on: server, .latest)
        let other = try TestDatabase(on: server)
        for place in ["feedback", "`\(other.name)`.feedback"] {
            try database.execute(
                "CREATE TABLE \(place) (id INT PRIMARY KEY, run_id VARCHAR(128), "
                    + "FOREIGN KEY (run_id) REFERENCES `\(database.name)`.agno_runs (run_id) ON DELETE CASCADE)")
            let before = try database.contents()
            let error = try refusal { try database.manager().down(target: .baseline, allowDataLoss: true) }
            #expect(error?.code == .dependentObjects)
            #expect(error?.message.contains(place == "feedback" ? "feedback." : "\(other.name).feedback") == true)
            #expect(error?.remedy.contains("DROP FOREIGN KEY") == true)
            #expect(try database.contents().differences(from: before) == [])
            #expect(try database.manager().verify().isVerified)
            try database.execute("DROP TABLE \(place)")
        }
    }

    @Test("A row of metrics is not put aside while rows of another database refer to it", arguments: TestServer.all)
    func childOfMetrics(server: TestServer) throws {
        let database = try sample(on: server, SchemaVersion(2, 5, 6))
        let other = try TestDatabase(on: server)
        try database.execute(
            "CREATE TABLE `\(other.name)`.note (id INT AUTO_INCREMENT PRIMARY KEY, metric VARCHAR(128), "
                + "FOREIGN KEY (metric) REFERENCES `\(database.name)`.agno_metrics (id) ON DELETE CASCADE)",
            "INSERT INTO `\(other.name)`.note (metric) SELECT id FROM agno_metrics")
        let count = try database.value("SELECT COUNT(*) FROM agno_metrics")
        let report = try database.manager().up()
        #expect(report[.metrics]?.outcome == .refused)
        #expect(report[.metrics]?.steps.last?.error?.message.contains("\(other.name).note") == true)
        #expect(report[.sessions]?.outcome == .migrated)
        #expect(try database.value("SELECT COUNT(*) FROM `\(other.name)`.note") == count)
        try database.execute("DROP TABLE `\(other.name)`.note")
    }

    @Test(
        "Views, triggers, checks, generated columns and indexes that need a dropped column refuse it by name",
        arguments: TestServer.all)
    func dropsOfColumns(server: TestServer) throws {
        let objects = [
            "the_view": "CREATE VIEW the_view AS SELECT id, user_id FROM agno_knowledge",
            "the_trigger": "CREATE TRIGGER the_trigger BEFORE INSERT ON agno_knowledge FOR EACH ROW "
                + "SET NEW.user_id = COALESCE(NEW.user_id, 'nobody')",
            "the_check": "ALTER TABLE agno_knowledge ADD CONSTRAINT the_check CHECK (user_id <> 'it''s')",
            "the_column": "ALTER TABLE agno_knowledge ADD COLUMN the_column VARCHAR(9) AS (LEFT(user_id, 9)) VIRTUAL",
            "the_index": "CREATE INDEX the_index ON agno_knowledge (user_id, status)",
            "the_text": "CREATE FULLTEXT INDEX the_text ON agno_knowledge (user_id)",
            "the_beginning": "CREATE UNIQUE INDEX the_beginning ON agno_knowledge (user_id(5), id)",
        ]
        for (name, statement) in objects {
            let database = try sample(on: server, .latest, statement)
            let before = try database.contents()
            let error = try refusal {
                try database.manager().down(tables: [.knowledge], target: .baseline, allowDataLoss: true)
            }
            #expect(error?.code == .dependentObjects)
            #expect(error?.message.contains(name) == true, "\(error?.message ?? "none")")
            #expect(try database.contents().differences(from: before) == [], "\(name)")
            // The statements that the remedy names do what they say.
            let plan = try database.manager().plan(.down, tables: [.knowledge], target: .baseline)
            let dependent = try #require(plan.dependents.first { $0.name == name })
            for drop in dependent.drop { try database.execute(drop) }
            #expect(try database.manager().plan(.down, tables: [.knowledge], target: .baseline).dependents == [])
            for create in dependent.create { try database.execute(create) }
            #expect(try database.contents().differences(from: before) == [], "\(name)")
        }
    }

    @Test("What hangs on the backup column alone refuses cleanup by name", arguments: TestServer.all)
    func backupColumn(server: TestServer) throws {
        let database = try sample(
            on: server, SchemaVersion(2, 5, 6),
            "ALTER TABLE agno_sessions ADD CONSTRAINT the_check CHECK (JSON_LENGTH(runs) < 100)")
        #expect(try database.manager().up().isSuccess)
        if server == .mariadb { try database.execute("CREATE FULLTEXT INDEX the_text ON agno_sessions (runs)") }
        if server == .mysql {
            try database.execute(
                "CREATE INDEX the_text ON agno_sessions ((CAST(runs -> '$[*].run_id' AS CHAR(64) ARRAY)))")
        }
        for report in [try database.manager().cleanup(dryRun: true), try database.manager().cleanup()] {
            #expect(report.outcome == .refused && report.error?.code == .dependentObjects)
            for name in ["the_check", "the_text"] { #expect(report.error?.message.contains(name) == true, "\(name)") }
        }
        try database.execute(
            "ALTER TABLE agno_sessions DROP CONSTRAINT the_check", "DROP INDEX the_text ON agno_sessions")
        #expect(try database.manager().cleanup().outcome == .dropped)
    }

    @Test("An index over an expression refuses it, too", .enabled(if: TestServer.all.contains(.mysql)))
    func expressionIndex() throws {
        let database = try sample(
            on: .mysql, .latest, "CREATE INDEX the_index ON agno_knowledge ((LOWER(user_id)))")
        let error = try refusal {
            try database.manager().down(tables: [.knowledge], target: .baseline, allowDataLoss: true)
        }
        #expect(error?.message.contains("the_index") == true)
    }

    @Test("A view of this, and on MySQL of another, database on the runs table refuses down", arguments: TestServer.all)
    func viewElsewhere(server: TestServer) throws {
        let database = try sample(on: server, .latest)
        // MariaDB would open every table of the server to tell.
        let other = server == .mysql ? try TestDatabase(on: server) : database
        try database.execute("CREATE VIEW `\(other.name)`.v AS SELECT run_id FROM `\(database.name)`.agno_runs")
        let error = try refusal { try database.manager().down(target: .baseline, allowDataLoss: true) }
        #expect(error?.message.contains(server == .mysql ? "\(other.name).v" : "view v") == true)
        #expect(try database.manager().verify().isVerified)
    }

    @Test("A view with the name of the runs table refuses up", arguments: TestServer.all)
    func takenName(server: TestServer) throws {
        let database = try sample(on: server, SchemaVersion(2, 5, 6), "CREATE VIEW agno_runs AS SELECT 1 AS one")
        let report = try database.manager().up(tables: [.sessions])
        #expect(report[.sessions]?.outcome == .refused)
        #expect(report[.sessions]?.steps.last?.error?.message.contains("agno_runs") == true)
    }

    @Test("Filling created_at fires no trigger and moves no time stamp", arguments: TestServer.all)
    func fills(server: TestServer) throws {
        let database = try sample(
            on: server, .baseline, "UPDATE agno_memories SET updated_at = NULL WHERE memory_id = 'memory-1'",
            "ALTER TABLE agno_memories ADD COLUMN seen TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP")
        let before = try database.rows("SELECT memory_id, updated_at, seen FROM agno_memories ORDER BY memory_id")
        try database.execute(
            "CREATE TRIGGER touch BEFORE UPDATE ON agno_memories FOR EACH ROW SET NEW.updated_at = 9")
        #expect(try database.manager().up(tables: [.memories]).isSuccess)
        #expect(try database.manager().verify().tables.first { $0.type == .memories }?.mismatches == [])
        #expect(
            try database.rows("SELECT memory_id, updated_at, seen FROM agno_memories ORDER BY memory_id") == before)
        let wrong = "SELECT COUNT(*) FROM agno_memories WHERE created_at <> updated_at OR created_at IS NULL"
        #expect(try database.value(wrong) == .integer(0))
        #expect(try database.rows("SHOW TRIGGERS LIKE 'agno_memories'").count == 1)
    }

    @Test(
        "A column that was added and not filled is filled by an update, which refuses the table for a trigger",
        arguments: TestServer.all)
    func halfFilled(server: TestServer) throws {
        let database = try sample(
            on: server, .baseline, "ALTER TABLE agno_memories ADD COLUMN created_at BIGINT",
            "ALTER TABLE agno_memories ADD COLUMN seen TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP",
            "CREATE TRIGGER touch BEFORE UPDATE ON agno_memories FOR EACH ROW SET NEW.updated_at = 9")
        let report = try database.manager().up(tables: [.memories])
        #expect(report[.memories]?.outcome == .refused)
        #expect(report[.memories]?.steps.last?.error?.message.contains("touch") == true)
        try database.execute("DROP TRIGGER touch")
        #expect(try database.manager().up(tables: [.memories]).isSuccess)
        #expect(try database.value("SELECT COUNT(*) FROM agno_memories WHERE seen IS NOT NULL") == .integer(0))
    }

    @Test(
        "Writing lists back moves no time stamp, and is refused where it would fire a trigger",
        arguments: TestServer.all)
    func writeBack(server: TestServer) throws {
        let database = try sample(
            on: server, SchemaVersion(2, 5, 6),
            "ALTER TABLE agno_sessions ADD COLUMN seen TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP")
        let manager = try database.manager()
        #expect(try manager.up().isSuccess)
        try database.execute(
            "UPDATE agno_sessions SET runs = NULL, seen = NULL",
            "CREATE TRIGGER touch BEFORE UPDATE ON agno_sessions FOR EACH ROW SET NEW.updated_at = 9")
        let error = try refusal { try manager.down(target: SchemaVersion(2, 5, 6), allowDataLoss: true) }
        #expect(error?.message.contains("touch") == true)
        #expect(try database.value("SELECT COUNT(*) FROM agno_sessions WHERE updated_at = 9") == .integer(0))
        try database.execute("DROP TRIGGER touch")
        #expect(try manager.down(target: SchemaVersion(2, 5, 6), allowDataLoss: true).isSuccess)
        #expect(try database.value("SELECT COUNT(*) FROM agno_sessions WHERE runs IS NOT NULL") != .integer(0))
        #expect(try database.value("SELECT COUNT(*) FROM agno_sessions WHERE seen IS NOT NULL") == .integer(0))
    }

    @Test(
        "Engines without transactions, partitions and histories refuse what they cannot do, by name",
        arguments: TestServer.all)
    func storage(server: TestServer) throws {
        var changes: [(TableType, String, String)] = [
            (.sessions, "ENGINE=MyISAM", "engine MyISAM"), (.metrics, "ENGINE=MyISAM", "engine MyISAM"),
            (.sessions, "PARTITION BY KEY (session_id) PARTITIONS 2", "partitions of agno_sessions"),
        ]
        if server == .mariadb { changes.append((.evals, "ADD SYSTEM VERSIONING", "system versioning")) }
        for (type, change, name) in changes {
            let database = try sample(on: server, SchemaVersion(2, 5, 6))
            let table = TableNames()[type]
            try database.execute("ALTER TABLE \(table) \(change)")
            let report = try database.manager().up()
            #expect(report[type]?.outcome == .refused, "\(change)")
            #expect(report[type]?.to == SchemaVersion(2, 5, 6))
            let error = try #require(report[type]?.steps.last?.error)
            #expect(error.message.contains(name))
            #expect(error.remedy.contains("ALTER TABLE"))
            #expect(report.tables.filter { $0.outcome == .refused }.count == 1)
        }
    }

    @Test(
        "A primary key that the server generated makes room for the session's id",
        .enabled(if: TestServer.all.contains(.mysql)))
    func generatedKey() throws {
        let database = try sample(
            on: .mysql, .baseline,
            "ALTER TABLE agno_sessions ADD COLUMN my_row_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE FIRST, "
                + "ADD PRIMARY KEY (my_row_id)")
        #expect(try database.manager().up().isSuccess)
        #expect(try database.manager().verify().isVerified)
    }

    @Test("Runs take the type and collation of the session's id, and nothing else of it", arguments: TestServer.all)
    func referringColumn(server: TestServer) throws {
        let database = try sample(
            on: server, SchemaVersion(2, 5, 6),
            "ALTER TABLE agno_sessions MODIFY session_id VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL")
        let long = String(repeating: "x", count: 120)
        try database.insertSession(long, runs: #"[{"run_id": "世", "user_id": "世", "agent_id": "世"}]"#)
        #expect(try database.manager().up(tables: [.sessions]).isSuccess)
        #expect(try database.manager().verify().tables.flatMap(\.mismatches) == [])
        #expect(try database.value("SELECT session_id FROM agno_runs WHERE run_id = '世'") == .text(long))
    }

    @Test(
        "An account that has rights on the sessions table alone has them on the runs table", arguments: TestServer.all)
    func grants(server: TestServer) throws {
        let database = try sample(on: server, SchemaVersion(2, 5, 6))
        let user = "app_\(UInt32.random(in: 0...UInt32.max))"
        try TestUser.make(
            user, on: server,
            rights: ["SELECT, INSERT, UPDATE, DELETE ON `\(database.name)`.agno_sessions"])
        defer { TestUser.drop(user, on: server) }
        #expect(try database.manager().up(tables: [.sessions]).isSuccess)
        let driver = try TestServer.driver(url: database.url(of: user), schema: database.name)
        try driver.withConnection(for: .write) { (connection: any DatabaseConnection) throws in
            #expect(try connection.value("SELECT COUNT(*) FROM `\(database.name)`.agno_runs") != .integer(0))
            #expect(try connection.execute("DELETE FROM `\(database.name)`.agno_runs LIMIT 1") == 1)
        }
    }
}
