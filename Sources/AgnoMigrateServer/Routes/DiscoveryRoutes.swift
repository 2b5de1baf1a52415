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

    /// `GET /`
    func home() -> Answer {
        .json(["name": JSONValue(name), "health": "/health", "info": "/info", "docs": "/docs"])
    }

    /// `GET /health`
    func health() -> Answer { .json(["status": "ok", "instantiated_at": JSONValue(startedAt)]) }

    /// `GET /info`
    func info() -> Answer {
        .json([
            "os_id": JSONValue(identity.id), "name": JSONValue(optional: identity.name),
            "os_version": JSONValue(identity.version), "agno_version": JSONValue(Self.agnoVersion), "agent_count": 0,
            "team_count": 0, "workflow_count": 0,
            "mcp": ["enabled": false, "path": .null, "oauth": .null, "tool_run_endpoint": false],
            "auth_mode": JSONValue(authenticationMode), "user_isolation": false,
        ])
    }

    /// `GET /config`: the databases; everything else as for an AgentOS without agents.
    func config() -> Answer {
        var members: JSONObject = ["os_id": JSONValue(identity.id)]
        if let text = identity.description { members.add("description", JSONValue(text)) }
        members.add("available_models", [])
        members.add("databases", JSONValue(strings: registry.ids))
        members.add("session", domain(.sessions))
        members.add("metrics", domain(.metrics))
        members.add("memory", domain(.memories))
        members.add("learning", domain(.learnings))
        members.add("filesystem", ["namespaces": []])
        members.add("knowledge", ["dbs": [], "knowledge_instances": []])
        members.add("evals", domain(.evals))
        members.add("traces", domain(nil))
        members.add("queue", ["durable": false, "queue_per_session": false])
        for key: JSONString in ["agents", "teams", "workflows", "interfaces"] { members.add(key, []) }
        members.add("company", .null)
        return .json(.object(members))
    }

    private var name: String { identity.name ?? "AgentOS" }

    /// One element per id, with the configured name of a type's table, which may not exist.
    private func domain(_ type: TableType?) -> JSONValue {
        let entries = registry.ids.map { id -> JSONValue in
            var entry: JSONObject = ["db_id": JSONValue(id), "domain_config": ["display_name": JSONValue(id)]]
            if let type {
                let names = registry.databases.filter { $0.id == id }.map { $0.tables[type] }.unique
                entry.add("tables", JSONValue(strings: names))
            }
            return .object(entry)
        }
        return ["dbs": .array(entries)]
    }
}
