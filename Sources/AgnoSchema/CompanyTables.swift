// The company tables, which releases with the schema version 3.0.0 introduced.
extension TableDefinition {
    static let products = TableDefinition(
        .products,
        columns: [
            .required("id", .identifier), .required("name", .identifier).when(.optionalNames, isNullable: true),
            .optional("purpose", .document), .optional("user_id", .identifier), .optional("metadata", .parsedJSON),
            .required("created_at", .bigInteger), .optional("updated_at", .bigInteger),
            .optional("deleted_at", .bigInteger),
        ],
        primaryKey: ["id"], indexes: [index("created_at"), index("name"), index("user_id")])

    static let sources = TableDefinition(
        .sources,
        columns: [
            .required("id", .identifier), .required("product_id", .identifier), .required("reference", .document),
            .required("type", .identifier), .optional("credential_ref", .identifier), .optional("user_id", .identifier),
            .optional("config", .parsedJSON), .required("created_at", .bigInteger),
            .optional("updated_at", .bigInteger), .optional("deleted_at", .bigInteger),
        ],
        primaryKey: ["id"], indexes: [index("created_at"), index("product_id"), index("user_id")])

    static let projects = TableDefinition(
        .projects,
        columns: [
            .required("id", .identifier), .required("name", .identifier).when(.optionalNames, isNullable: true),
            .optional("outcome", .document), .optional("user_id", .identifier), .optional("transitions", .parsedJSON),
            .required("created_at", .bigInteger), .optional("updated_at", .bigInteger),
            .optional("deleted_at", .bigInteger), .required("product_id", .identifier),
            .required("status", .identifier),
            .optional("target_date", .bigInteger),
        ],
        primaryKey: ["id"],
        indexes: [index("created_at"), index("name"), index("product_id"), index("status"), index("user_id")])

    static let tasks = TableDefinition(
        .tasks,
        columns: [
            .required("id", .identifier), .required("product_id", .identifier), .optional("project_id", .identifier),
            .required("title", .identifier).when(.optionalNames, isNullable: true), .optional("brief", .document),
            .required("status", .identifier), .optional("user_id", .identifier),
            .optional("executor_type", .identifier),
            .optional("executor_id", .identifier), .optional("accepted_by", .identifier),
            .optional("accepted_at", .bigInteger), .optional("session_id", .identifier),
            .optional("job_id", .identifier), .optional("evidence", .parsedJSON), .optional("result", .parsedJSON),
            .optional("origin", .identifier), .optional("routine_id", .identifier),
            .optional("dedupe_key", .identifier),
            .optional("transitions", .parsedJSON), .optional("metadata", .parsedJSON),
            .required("created_at", .bigInteger), .optional("updated_at", .bigInteger),
            .optional("deleted_at", .bigInteger),
        ],
        primaryKey: ["id"],
        uniqueKeys: [UniqueKey(["product_id", "dedupe_key"], named: "uq_company_task_evidence")],
        indexes: [
            index("created_at"), index("job_id"), index("product_id"), index("project_id"), index("session_id"),
            index("status"), index("title"), index("user_id"),
        ])
}
