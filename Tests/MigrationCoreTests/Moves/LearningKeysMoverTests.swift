import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

@testable import MigrationCore

@Suite("Moving learned entities to ids that contain their user")
struct LearningKeysMoverTests {
    private let database: TestDatabase

    init() throws {
        database = try TestDatabase()
        try database.connect { connection in
            let context = SchemaContext(traits: connection.dialect.traits, names: TableNames())
            let shape = try #require(TableDefinition.shape(of: .learnings, at: .latest, in: context))
            for statement in connection.dialect.create(shape, named: "agno_learnings") {
                try connection.execute(statement)
            }
            try Self.journal.prepare(connection, in: context)
        }
    }

    private static let journal = Journal(run: "r", command: "up", toolVersion: "0", clock: .fixed(0))
    private static let old = "entity_user_person_ada"
    /// The first 16 hexadecimal digits of SHA-256 of "u".
    private static let new = "entity_user_0bfe935e70c321c7_person_ada"

    private func insert(
        _ id: String, user: String? = "u", type: String? = "person", entity: String? = "ada",
        namespace: String = "user",
        kind: String = "entity_memory", content: String = "{}", metadata: String? = nil
    ) throws {
        _ = try database.connect {
            try $0.execute(
                """
                INSERT INTO agno_learnings (learning_id, learning_type, namespace, user_id, workflow_id, entity_id,
                    entity_type, content, metadata, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, 'w', ?5, ?6, ?7, ?8, 11, 22)
                """,
                [
                    .text(id), .text(kind), .text(namespace), SQLValue(user), SQLValue(entity), SQLValue(type),
                    .text(content), SQLValue(metadata),
                ])
        }
    }

    private func move<Result>(_ body: (LearningRekeying) throws -> Result) throws -> Result {
        try database.connect { connection in
            let snapshots = try connection.dialect.snapshots(of: [.learnings: "agno_learnings"], using: connection)
            let mover = LearningRekeying(
                connection: connection, learnings: try #require(snapshots[.learnings]), journal: Self.journal,
                version: SchemaVersion(3, 0, 0), now: 99)
            return try connection.transaction { try body(mover) }
        }
    }

    private func rows(_ columns: String = "learning_id") throws -> [String] {
        try database.texts("SELECT \(columns) FROM agno_learnings ORDER BY learning_id")
    }

    private func listed() throws -> [String] {
        try database.texts(
            "SELECT row_key, code FROM agno_migration_journal WHERE event = 'quarantine' ORDER BY row_key, code")
    }

    @Test("A row keeps everything but its id")
    func rename() throws {
        try insert(Self.old, content: #"{"name": "Ada",  "n": 1.0}"#, metadata: "[]")
        let before = try rows(
            "learning_type, namespace, user_id, workflow_id, entity_id, content, metadata, created_at, updated_at")
        #expect(try move { try LearningRekeying.pending(in: $0.learnings, on: $0.connection) } == 1)
        let counts = try move { try $0.rekey() }
        #expect(counts.rekeyed == 1 && counts.written == 1)
        #expect(try rows() == [Self.new])
        #expect(
            try rows(
                "learning_type, namespace, user_id, workflow_id, entity_id, content, metadata, created_at, updated_at")
                == before)
        #expect(try move { try LearningRekeying.pending(in: $0.learnings, on: $0.connection) } == 0)
        #expect(try move { try $0.rekey() }.written == 0)
    }

    @Test("The user's id is hashed as UTF-8")
    func unicodeUser() throws {
        try insert(Self.old, user: "ü")
        _ = try move { try $0.rekey() }
        #expect(try rows() == ["entity_user_607474ca475a9724_person_ada"])
    }

    @Test("A row whose new id is taken is merged into it, in as many layers of JSON as it had, and then removed")
    func merge() throws {
        try insert(Self.old, content: #"{"facts": ["old"], "a": 1}"#, metadata: #"{"m": 1}"#)
        try insert(Self.new, content: #""{\"facts\": [\"new\"], \"a\": 2}""#, metadata: "{}")
        let counts = try move { try $0.rekey() }
        #expect(counts.merged == 1 && counts.rekeyed == 0)
        #expect(
            try rows("learning_id, content, metadata, created_at, updated_at") == [
                Self.new + #"|"{\"facts\": [\"old\", \"new\"], \"a\": 2}"|{"m": 1}|11|99"#
            ])
    }

    @Test("The target's metadata stays where it has some")
    func metadata() throws {
        try insert(Self.old, metadata: #"{"m": 1}"#)
        try insert(Self.new, metadata: #"{"m": 2}"#)
        _ = try move { try $0.rekey() }
        #expect(try rows("metadata") == [#"{"m": 2}"#])
    }

    @Test("What cannot be merged without loss stays, both rows of it, and is listed")
    func conflicts() throws {
        try insert(Self.old, content: #"{"facts": ["old"]}"#)
        try insert(Self.new, content: "not json")
        #expect(try move { try $0.rekey() }.written == 0)
        #expect(try rows() == [Self.new, Self.old])
        #expect(try listed() == ["\(Self.new)|malformed", "\(Self.old)|conflict"])
    }

    @Test("A row of doubtful owner is set apart under an id that no other row has")
    func contaminated() throws {
        try insert(Self.old, content: #"{"user_id": "v"}"#)
        #expect(try move { try $0.rekey() }.quarantined == 1)
        #expect(
            try rows("learning_id, namespace, user_id, created_at") == [
                "entity_quarantined_user_person_ada|quarantined_user|u|11"
            ])
        try insert(Self.old, content: #"{"user_id": "w"}"#)
        #expect(try move { try $0.rekey() }.quarantined == 1)
        #expect(
            try rows() == ["entity_quarantined_user_person_ada", "entity_quarantined_user_person_ada_0bfe935e70c321c7"])
    }

    @Test("A row that cannot even be set apart stays, is listed, and is not counted as set apart")
    func contaminatedTwice() throws {
        try insert("entity_quarantined_user_person_ada", namespace: "quarantined_user")
        try insert("entity_quarantined_user_person_ada_0bfe935e70c321c7", namespace: "quarantined_user")
        try insert(Self.old, content: #"{"user_id": "v"}"#)
        let counts = try move { try $0.rekey() }
        #expect(counts.quarantined == 0)
        #expect(try rows().contains(Self.old))
        #expect(try listed() == ["\(Self.old)|contaminated"])
    }

    @Test("What is only reported is not touched")
    func reported() throws {
        try insert(Self.old, user: nil)
        try insert(Self.new, content: #"{"user_id": "v"}"#)
        try insert("no type", type: nil)
        try insert("no object", content: "[]")
        try insert("keyed by hand")
        let before = try rows("*")
        #expect(try move { try $0.rekey() }.written == 0)
        #expect(try rows("*") == before)
        #expect(
            try listed() == [
                "\(Self.new)|contaminated_keyed", "\(Self.old)|unowned", "no object|malformed", "no type|malformed",
            ])
    }

    @Test("Other namespaces and kinds of learning are nobody's business here")
    func others() throws {
        try insert(Self.old, namespace: "global")
        try insert("x", kind: "user_profile", content: "rubbish")
        #expect(try move { try $0.rekey() }.written == 0)
        #expect(try rows() == [Self.old, "x"])
        #expect(try listed() == [])
    }

    @Test("A trigger that undoes the merge stops the move; no row is lost")
    func hostileTrigger() throws {
        try insert(Self.old, content: #"{"facts": ["old"]}"#)
        try insert(Self.new, content: #"{"facts": ["new"]}"#)
        try database.run(
            "CREATE TRIGGER undo AFTER UPDATE OF content ON agno_learnings BEGIN UPDATE agno_learnings SET content = old.content WHERE learning_id = old.learning_id; END"
        )
        let before = try rows("*")
        let error = #expect(throws: MigrationError.self) { try move { try $0.rekey() } }
        #expect(error?.code == .notVerified)
        #expect(error?.rows == [Self.new])
        #expect(try rows("*") == before)
    }

    @Test("More rows than one page are all moved")
    func pages() throws {
        try database.connect { connection in
            try connection.transaction {
                for number in 0..<1203 {
                    try connection.execute(
                        """
                        INSERT INTO agno_learnings (learning_id, learning_type, namespace, user_id, entity_id, entity_type,
                            content, created_at) VALUES ('entity_user_person_' || ?1, 'entity_memory', 'user', 'u', ?1, 'person', '{}', 1)
                        """, [.text("e\(number)")])
                }
            }
        }
        #expect(try move { try $0.rekey() }.rekeyed == 1203)
        #expect(
            try database.texts("SELECT COUNT(*) FROM agno_learnings WHERE learning_id LIKE 'entity_user_0bfe%'") == [
                "1203"
            ])
    }

    @Test("On the way back a row gets its old id where it is the only one of its entity")
    func unkey() throws {
        try insert(Self.new)
        #expect(try move { try $0.unkey() }.rekeyed == 1)
        #expect(try rows() == [Self.old])
        #expect(try move { try $0.rekey() }.rekeyed == 1)
        #expect(try rows() == [Self.new])
    }

    @Test("On the way back entities of several users keep their ids, and are listed")
    func unkeyShared() throws {
        try insert(Self.new)
        try insert("entity_user_4c94485e0c21ae6c_person_ada", user: "v")
        let before = try rows("*")
        #expect(try move { try $0.unkey() }.rekeyed == 0)
        #expect(try rows("*") == before)
        #expect(
            try listed() == [
                "\(Self.new)|entity_of_several_users",
                "entity_user_4c94485e0c21ae6c_person_ada|entity_of_several_users",
            ])
    }

    @Test("On the way back a row whose old id is taken keeps the new one")
    func unkeyTaken() throws {
        try insert(Self.new)
        try insert(Self.old, user: nil)
        #expect(try move { try $0.unkey() }.rekeyed == 0)
        #expect(try rows() == [Self.new, Self.old])
    }
}
