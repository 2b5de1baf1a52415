import AgnoSchema
import Foundation
import Testing

@Suite("Table types and names")
struct TableNameTests {
    @Test("The types are Agno's, in its processing order, with its default names")
    func types() {
        let expected = [
            "memories agno_memories", "sessions agno_sessions", "metrics agno_metrics", "evals agno_eval_runs",
            "knowledge agno_knowledge", "approvals agno_approvals", "components agno_components",
            "schedules agno_schedules", "products agno_company_products", "sources agno_company_sources",
            "projects agno_company_projects", "tasks agno_company_tasks", "schedule_runs agno_schedule_runs",
            "learnings agno_learnings", "culture agno_culture",
        ]
        #expect(TableType.managed.map { "\($0.name) \($0.defaultTableName)" } == expected)
        #expect(TableType.runs.defaultTableName == "agno_runs")
        #expect(Set(TableType.allCases).subtracting(TableType.managed) == [.runs])
        #expect(TableType.allCases.filter { !$0.isStamped } == [.culture])
    }

    @Test(
        "Code names and the documentation's singular names are the same type, in any case",
        arguments: [
            ("memories", TableType.memories), ("memory", .memories), ("session", .sessions), ("SESSIONS", .sessions),
            ("metrics", .metrics), ("metric", .metrics), ("eval", .evals), ("Evals", .evals), ("knowledge", .knowledge),
            ("culture", .culture), ("approval", .approvals), ("components", .components), ("schedule", .schedules),
            ("schedule_runs", .scheduleRuns), ("schedule_run", .scheduleRuns), ("learning", .learnings),
            ("products", .products), ("source", .sources), ("project", .projects), ("tasks", .tasks),
        ])
    func aliases(_ name: String, _ type: TableType) {
        #expect(TableType(name: name) == type)
    }

    @Test(
        "Other names are no type",
        arguments: [
            "", "runs", "run", "memorys", "scheduleRuns", "schedule runs", "agno_memories", "versions", "traces",
        ])
    func unknown(_ name: String) {
        #expect(TableType(name: name) == nil)
    }

    @Test("Every type is found by its own name", arguments: TableType.managed)
    func ownName(_ type: TableType) {
        #expect(TableType(name: type.name) == type)
    }

    @Test("The runs table follows a renamed sessions table, unless it has a name of its own")
    func runsRule() {
        #expect(TableNames()[.runs] == "agno_runs")
        #expect(TableNames([.sessions: "agno_sessions"])[.runs] == "agno_runs")
        #expect(TableNames([.sessions: "my_sessions"])[.runs] == "my_sessions_runs")
        #expect(TableNames([.sessions: "My Sess\"ions"])[.runs] == "My Sess\"ions_runs")
        #expect(TableNames([.sessions: "my_sessions", .runs: "my_runs"])[.runs] == "my_runs")
        #expect(TableNames([.sessions: "my_sessions", .runs: "agno_runs"])[.runs] == "agno_runs")
        #expect(TableNames([.runs: "elsewhere"])[.sessions] == "agno_sessions")
    }

    @Test("Names that were not given are the defaults, also for the stamps")
    func defaults() {
        var names = TableNames([.memories: "m"], versions: "v")
        #expect(names[.memories] == "m")
        #expect(names[.evals] == "agno_eval_runs")
        #expect(names.versions == "v")
        #expect(TableNames().versions == "agno_schema_versions")
        names[.evals] = "e"
        #expect(names[.evals] == "e")
        #expect(names[.memories] == "m")
    }

    @Test("Names come through JSON unchanged")
    func json() throws {
        let names = TableNames([.sessions: "ses sions", .scheduleRuns: "sr"], versions: "v")
        #expect(try JSONDecoder().decode(TableNames.self, from: JSONEncoder().encode(names)) == names)
    }

    @Test("Index and key names are made as a fresh table's are")
    func indexNames() {
        let composite = Index(on: ["session_id", "run_index"], declaredName: "runs_session_id_run_index")
        #expect(composite.name(onTable: "t", traits: Adapter.sqlite.traits) == "idx_t_session_id_run_index")
        #expect(composite.name(onTable: "t", traits: Adapter.mysql.traits) == "t_runs_session_id_run_index")
        let unique = Index(on: ["name"], isUnique: true, where: .isNull("user_id"), declaredName: "uq_unowned_name")
        #expect(unique.name(onTable: "t", traits: Adapter.sqlite.traits) == "t_uq_unowned_name")
        #expect(UniqueKey.sessionID.name(onTable: "t") == "t_uq_session_id")
        #expect(UniqueKey.sessionIDAndType.name(onTable: "t") == "uq_session_type")
    }
}
