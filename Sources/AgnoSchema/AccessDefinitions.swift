// The tables of authorisation and of the OAuth protocol, read from the table builders of the Python release 3.1.10.
extension TableDefinition {
    static let authorisationTables: [(String, TableDefinition)] = [
        (
            "authz_audit",
            TableDefinition(
                nil,
                columns: [
                    .required("event_id", .identifier), .required("created_at", .bigInteger),
                    .optional("actor", .identifier), .required("action", .identifier), .optional("target", .identifier),
                    .optional("before", .document), .optional("after", .document),
                ],
                primaryKey: ["event_id"], indexes: [index("created_at")])
        ),
        (
            "authz_decisions",
            TableDefinition(
                nil,
                columns: [
                    .required("event_id", .identifier), .required("created_at", .bigInteger),
                    .optional("actor", .identifier), .required("action", .identifier), .optional("target", .document),
                    .optional("token_ref", .identifier), .optional("required", .document),
                    .optional("scopes", .document),
                ],
                primaryKey: ["event_id"], indexes: [index("created_at")])
        ),
        (
            "authz_grouping",
            TableDefinition(
                nil, columns: [.required("subject", .identifier), .required("role", .identifier)],
                primaryKey: ["subject", "role"], indexes: [index("role")])
        ),
        (
            "authz_policy",
            TableDefinition(
                nil,
                columns: [
                    .required("role", .identifier), .required("resource", .identifier),
                    .required("action", .identifier), .required("effect", .identifier),
                ],
                primaryKey: ["role", "resource", "action"])
        ),
        (
            "authz_roles",
            TableDefinition(
                nil,
                columns: [
                    .required("slug", .identifier), .optional("name", .identifier), .optional("description", .document),
                    .required("is_default", .boolean), .required("created_at", .bigInteger),
                    .required("updated_at", .bigInteger),
                ],
                primaryKey: ["slug"])
        ),
        (
            "authz_users",
            TableDefinition(
                nil,
                columns: [
                    .required("id", .identifier), .optional("email", .identifier), .optional("name", .identifier),
                    .required("disabled", .boolean), .required("created_at", .bigInteger),
                    .required("updated_at", .bigInteger), .optional("user_metadata", .document),
                ],
                primaryKey: ["id"], indexes: [index("created_at"), index("updated_at")])
        ),
    ]

    static let protocolTables: [(String, TableDefinition)] = [
        (
            "mcp_oauth_clients",
            TableDefinition(
                nil,
                columns: [
                    .required("client_id", .identifier), .required("client_metadata", .document),
                    .required("created_at", .bigInteger), .optional("consumed_at", .bigInteger),
                ],
                primaryKey: ["client_id"], indexes: [index("created_at")])
        ),
        (
            "mcp_oauth_codes",
            TableDefinition(
                nil,
                columns: [
                    .required("code_hash", .identifier), .required("payload", .document),
                    .required("expires_at", .bigInteger),
                ],
                primaryKey: ["code_hash"], indexes: [index("expires_at")])
        ),
        (
            "mcp_oauth_keys",
            TableDefinition(
                nil,
                columns: [
                    .required("kid", .identifier), .required("secret", .document), .required("created_at", .bigInteger),
                ],
                primaryKey: ["kid"], indexes: [index("created_at")])
        ),
        (
            "mcp_oauth_refresh_tokens",
            TableDefinition(
                nil,
                columns: [
                    .required("token_hash", .identifier), .required("client_id", .identifier),
                    .required("scopes", .document), .required("expires_at", .bigInteger),
                    .required("family_id", .identifier),
                ],
                primaryKey: ["token_hash"], indexes: [index("expires_at"), index("family_id")])
        ),
        (
            "mcp_oauth_transactions",
            TableDefinition(
                nil,
                columns: [
                    .required("txn_id", .identifier), .required("client_id", .identifier),
                    .required("params", .document), .required("expires_at", .bigInteger),
                ],
                primaryKey: ["txn_id"], indexes: [index("expires_at")])
        ),
    ]
}
