import AgnoMigrate
import HTTPTypes
import LosslessJSON
import ReportJSON

/// The original's discovery routes, answered for an AgentOS without agents.
struct DiscoveryRoutes: Sendable {
    let identity: ServiceConfiguration.Identity
    let registry: DatabaseRegistry
    let authenticationMode: String
    let startedAt = Instant.now

    /// The release of Agno that these routes match.
    private static let agnoVersion = "3.1.10"

    func home() -> Answer {
        .json(JSONObject(["name": name, "health": "/health", "info": "/info", "docs": "/docs"]))
    }

    func health() -> Answer { .json(JSONObject(["status": "ok", "instantiated_at": startedAt])) }

    func info() -> Answer {
        let protocols: JSONValue = ["enabled": false, "path": .null, "oauth": .null, "tool_run_endpoint": false]
        return .json(
            JSONObject([
                "os_id": identity.id, "name": identity.name, "os_version": identity.version,
                "agno_version": Self.agnoVersion, "agent_count": 0, "team_count": 0, "workflow_count": 0,
                "mcp": protocols, "auth_mode": authenticationMode, "user_isolation": false,
            ]))
    }

    /// `GET /config`: the databases; everything else as for an AgentOS without agents.
    func config() -> Answer {
        var members = JSONObject(["os_id": identity.id])
        if let text = identity.description { members.add(["description": text]) }
        members += [
            "available_models": [], "databases": registry.ids.json, "session": domain(.sessions),
            "metrics": domain(.metrics), "memory": domain(.memories), "learning": domain(.learnings),
            "filesystem": ["namespaces": []], "knowledge": ["dbs": [], "knowledge_instances": []],
            "evals": domain(.evals), "traces": domain(nil), "queue": ["durable": false, "queue_per_session": false],
            "agents": [], "teams": [], "workflows": [], "interfaces": [], "company": .null,
        ]
        return .json(members)
    }

    private var name: String { identity.name ?? "AgentOS" }

    /// One element per id, with the configured name of a type's table, which may not exist.
    private func domain(_ type: TableType?) -> JSONValue {
        let entries = registry.ids.map { id in
            var entry = JSONObject(["db_id": id, "domain_config": JSONObject(["display_name": id])])
            let tables = registry.named(id).map(\.tables)
            if let type { entry.add(["tables": tables.map { $0[type] }.unique]) }
            return entry
        }
        return ["dbs": entries.json]
    }
}
