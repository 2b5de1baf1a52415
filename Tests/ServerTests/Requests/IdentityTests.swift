import AgnoMigrate
import AgnoMigrateServer
import Testing

@Suite("The id of a database that was given none")
struct IdentityTests {
    @Test(
        "Is the one that Agno derives",
        arguments: [
            ("data.db", DatabaseKind.sqlite, nil, "acd018f4-a5e1-55c0-8327-96212f57cdc4"),
            ("sqlite:///data.db", .sqlite, nil, "b4e2227f-4f27-5957-bd7a-0a9ce16a23cc"),
            ("sqlite:///agno.db", .sqlite, nil, "21138089-9477-5cb5-98c0-fdc32ef6f1e0"),
            ("postgresql+psycopg://ai:ai@localhost:5532/ai", .postgresql, nil, "89ae40d3-0894-58af-ac70-4dfd94a01951"),
            (
                "postgresql+psycopg://ai:ai@localhost:5532/ai", .postgresql, "other",
                "d770340e-7811-51f2-b045-1bc6b0b35f7a"
            ),
        ] as [(String, DatabaseKind, String?, String)])
    func derived(url: String, kind: DatabaseKind, schema: String?, id: String) {
        #expect(ServedDatabase.derivedID(url: url, kind: kind, schema: schema) == id)
    }
}
