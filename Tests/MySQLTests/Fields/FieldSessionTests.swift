import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import MySQLAccess
import ServerContract
import Testing

/// Kinds of field inputs: defaults of the server, of a user's connections and of the URL that change what a statement means.
@Suite("The session is the program's own", .timeLimit(.minutes(30))) struct FieldSessionTests {
    @Test("The most hostile defaults change nothing of up, verify and down", arguments: TestServer.all)
    func hostile(server: TestServer) throws {
        let alone = try ThrowAwayServer(server)
        let databases = ["calm", "hostile"]
        for name in databases {
            try alone.makeSample(name)
            try alone.connected(to: name) { connection in
                try TestDatabase.insert(
                    [
                        ("session_id", .text(#"ü\' "x""#)), ("session_type", .text("agent")),
                        ("runs", .text(#"[{"run_id": "ü\\\"", "agent_id": "é"}, {"run_id": "r2", "c": "ß \\n"}]"#)),
                        ("created_at", .integer(77)),
                    ], into: "agno_sessions", connection)
            }
        }
        try alone.connected { connection in
            try connection.execute("CREATE USER app@'%' IDENTIFIED BY 'Pw-0f0neTest'")
            for name in databases { try connection.execute("GRANT ALL ON \(name).* TO app@'%'") }
        }
        let url = alone.url("calm").replacing("root@", with: "app:Pw-0f0neTest@")
        func migrate(_ name: String, _ body: (MigrationManager) throws -> Void) throws {
            try body(MigrationManager(Database(url: url, schema: name)))
        }
        func compare(_ moment: String) throws {
            let (calm, hostile) = (try alone.contents(of: "calm"), try alone.contents(of: "hostile"))
            #expect(hostile.differences(from: calm) == [], "\(moment)")
        }
        func up(_ manager: MigrationManager) throws {
            #expect(try manager.up().isSuccess)
            #expect(try manager.verify().isVerified)
            #expect(try manager.cleanup(dryRun: true).outcome == .wouldDrop)
            #expect(try manager.plan(.up).missingPrivileges == [])
        }
        func down(_ manager: MigrationManager) throws {
            #expect(try manager.down(target: .baseline, allowDataLoss: true).isSuccess)
            #expect(try manager.verify().tables.flatMap(\.mismatches) == [])
        }
        let makeHostile = {
            // As the server's defaults, where it takes them as such, and at the beginning of each session.
            let settings = try TestServer.driver(url: url, schema: "hostile").withConnection(for: .write) {
                connection in
                HostileSettings.mySQL.filter { (try? connection.execute(HostileSettings.statement([$0]))) != nil }
            }
            try alone.connected { connection in
                let taken = settings.filter { (try? connection.execute("SET GLOBAL \($0.name) = \($0.value)")) != nil }
                #expect(taken.count >= 40, "\(taken.map(\.name))")
                let text = HostileSettings.initConnect(HostileSettings.statement(settings), for: "app")
                try connection.execute("SET GLOBAL init_connect = ?1", [.text(text)])
            }
        }
        try migrate("calm", up)
        try makeHostile()
        try migrate("hostile", up)
        try compare("up")
        try migrate("calm", down)
        try migrate("hostile", down)
        try compare("down")
    }
}
