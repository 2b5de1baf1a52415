package import AgnoSchema

/// PostgreSQL from 12 on.
package struct PostgreSQLDialect: Dialect {
    /// The schema that holds Agno's tables; every table is named with it, so the search path never matters.
    package let schema: String
    /// The server's version; empty if no server was asked.
    package let serverVersion: String
    /// The encoding in which the database keeps texts, as the server names it.
    package let encoding: String

    /// The schema that Agno's adapter uses by default.
    package static let defaultSchema = "ai"

    package init(schema: String = defaultSchema, serverVersion: String = "", encoding: String = "UTF8") {
        self.schema = schema
        self.serverVersion = serverVersion
        self.encoding = encoding
    }

    package var kind: DatabaseKind { .postgresql }
    package var schemaName: String? { schema }
    package var hasTransactionalDDL: Bool { true }
    package var beginSnapshot: [String] { ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"] }
    package var usesSavepoints: Bool { true }
    package var lockingReadSuffix: String { "" }
    package var numberedColumnsClause: String { "OVERRIDING SYSTEM VALUE " }
    package var rowsPerInsert: Int { 32 }
    /// About a minute: each attempt waits a tenth of a second.
    package var lockAttempts: Int { 90 }
    /// Enough to keep two of the server's processors busy, and not all of a small server's.
    package var movingConnections: Int { 2 }

    package static let traits = DatabaseTraits(
        features: [
            .extendedTables, .compositeOwnerIndexes, .optionalNames, .freeTextRetyping, .boundConfigurations, .jobs,
        ],
        spelling: { type in
            switch type {
            case .identifier, .text, .freeText: "VARCHAR"
            case .prose, .document, .unlimited: "TEXT"
            case .json: "JSON"
            case .parsedJSON: "JSONB"
            case .bigInteger: "BIGINT"
            case .integer: "INTEGER"
            case .boolean: "BOOLEAN"
            case .date: "DATE"
            }
        },
        equality: { actual, declared in family(of: actual) == family(of: declared) })

    /// VARCHAR without a length and TEXT hold the same values and are stored alike.
    private static func family(of type: String) -> String {
        let upper = type.uppercased()
        return upper == "TEXT" ? "VARCHAR" : upper
    }

    /// Whether values of a type are compared with and stored as those of a declared one, without a conversion.
    static func compares(_ found: String, with declared: String) -> Bool {
        switch declared {
        case "VARCHAR": found == "TEXT" || found.hasPrefix("VARCHAR")
        case "BIGINT": ["BIGINT", "INTEGER", "SMALLINT"].contains(found)
        default: found == declared
        }
    }

    package func quote(_ identifier: String) -> String {
        "\"" + identifier.escaping("\"", as: "\"\"") + "\""
    }

    package func table(_ name: String) -> String { "\(quote(schema)).\(quote(name))" }

    package func placeholder(_ position: Int) -> String { "$\(position)" }

    package func literal(_ text: String) -> String {
        let quoted = "'" + text.escaping("'", as: "''").escaping("\\", as: "\\\\") + "'"
        return text.unicodeScalars.contains("\\") ? "E" + quoted : quoted
    }

    /// A session's id is unique in every version, and indexed.
    package func scanKey(of snapshot: TableSnapshot) -> String { quote("session_id") }

    package func storedBytes(ofTable name: String) -> SQLStatement {
        SQLStatement(
            "SELECT pg_total_relation_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                + "WHERE n.nspname = $1 AND c.relname = $2", [.text(schema), .text(name)])
    }

    package func storedBytes(ofTables names: [String]) -> SQLStatement? {
        SQLStatement(
            "SELECT c.relname::text, pg_total_relation_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                + "WHERE n.nspname = $1 AND c.relname = ANY ($2::text[])", [.text(schema), .text(Self.array(names))])
    }

    /// The server enforces foreign keys and keeps views valid.
    package func foreignKeyCheck(ofTable name: String) -> SQLStatement? { nil }
    package func viewCheck(_ view: String) -> SQLStatement? { nil }

    package func storedForm(ofJSON placeholder: String) -> String? { "CAST(\(placeholder) AS jsonb)" }

    /// json keeps the text and its escapes; jsonb keeps what they stand for (datatype-json.html).
    package func storageRules(for type: ColumnType) -> StorageRules {
        let isParsed = type == .parsedJSON
        let json = JSONRules(takesNUL: !isParsed, takesHalfPairs: !isParsed)
        return StorageRules(takesNUL: false, json: type.isJSON ? json : nil)
    }

    /// A lock lasts until the table is dropped.
    package func park(_ snapshot: TableSnapshot) -> SQLStatement? { nil }
    package func unpark(_ parked: ParkedTable, of type: TableType, as name: String) -> [SQLStatement] { [] }

    /// A vacuum gives way only to somebody who has waited for a second: the weaker lock, for which no reader and no writer
    /// queues, has it cancelled. Behind the stronger one everybody queues.
    package func lock(table name: String, against access: TableAccess) -> [SQLStatement] {
        let mode =
            switch access {
            case .everything: "ACCESS EXCLUSIVE"
            case .writing: "SHARE ROW EXCLUSIVE"
            }
        return [
            SQLStatement("SET LOCAL lock_timeout = '5s'"),
            SQLStatement("LOCK TABLE \(table(name)) IN SHARE UPDATE EXCLUSIVE MODE"),
            SQLStatement("SET LOCAL lock_timeout = '100ms'"),
            SQLStatement("LOCK TABLE \(table(name)) IN \(mode) MODE"),
        ]
    }

    package func blockers(ofTable name: String) -> SQLStatement? {
        SQLStatement(
            """
            SELECT \(Self.session("a")) \
            FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_class c ON c.oid = l.relation \
            JOIN pg_namespace n ON n.oid = c.relnamespace \
            WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid() AND n.nspname = $1 \
            AND c.relname = $2 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
            GROUP BY a.pid, a.usename, a.application_name, a.xact_start ORDER BY a.xact_start LIMIT 3
            """, [.text(schema), .text(name)])
    }

    /// A session of `pg_stat_activity` as text: process, user, application and the age of its transaction.
    static func session(_ a: String) -> String {
        """
        'process ' || \(a).pid || ' of user ' || COALESCE(\(a).usename, '?') \
        || COALESCE(' (' || NULLIF(\(a).application_name, '') || ')', '') \
        || ', in a transaction since ' || COALESCE(to_char(\(a).xact_start AT TIME ZONE 'UTC', \
        'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '?') || ' (' \
        || COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - \(a).xact_start)::bigint, 0) || ' s)'
        """
    }

    /// Only a table's owner and the members of that role can change its structure. No statement makes a role a superuser.
    package func missingPrivileges(changing tables: [String], writing others: [String]) -> SQLStatement? {
        SQLStatement(
            """
            WITH relation AS (SELECT c.relname::text AS name, c.oid, c.relowner FROM pg_class c \
            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname::text = $1 AND c.relkind IN ('r', 'p')) \
            SELECT DISTINCT 1, CASE WHEN (SELECT rolsuper FROM pg_roles o WHERE o.oid = relowner) \
            THEN format('ALTER TABLE %I.%I OWNER TO %I', $1, name, current_user) \
            ELSE format('GRANT %I TO %I', pg_get_userbyid(relowner), current_user) END FROM relation WHERE name = ANY ($2::text[]) AND NOT pg_has_role(relowner, 'USAGE') \
            UNION SELECT 2, format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', $1, current_user) FROM pg_namespace \
            WHERE nspname::text = $1 \
            AND NOT (has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE')) \
            UNION SELECT 3, format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I.%I TO %I', $1, name, current_user) \
            FROM relation WHERE name = ANY ($3::text[]) AND NOT (has_table_privilege(oid, 'SELECT') \
            AND has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE') \
            AND has_table_privilege(oid, 'DELETE')) ORDER BY 1, 2
            """, [.text(schema), .text(Self.array(tables)), .text(Self.array(others))])
    }

    /// An array of strings as the server parses it.
    static func array(_ strings: [String]) -> String {
        let quoted = strings.map { "\"" + $0.escaping("\\", as: "\\\\").escaping("\"", as: "\\\"") + "\"" }
        return "{" + quoted.joined(separator: ",") + "}"
    }
}

// Names.
extension PostgreSQLDialect {
    /// How many bytes of an identifier the server keeps.
    package static let identifierLimit = 63

    private static var names: FittedName { FittedName(limit: identifierLimit, size: { $0.utf8.count }) }

    /// A generated name as the server keeps it.
    package static func fitted(_ name: String, table: String) -> String { names.fitted(name, table: table) }

    /// A name that fits and is free in the schema.
    static func free(_ wanted: String, onTable table: String, among taken: inout Set<String>) -> String {
        names.free(wanted, onTable: table, among: &taken)
    }
}
