package import AgnoMigrate
package import AgnoSchema
package import DatabaseAccess
package import DurabilitySupport
import Logging
package import MigrationCore
package import SQLDialects

/// A database of one test; it is dropped with the last reference to it.
package protocol DatabaseUnderTest: AnyObject {
    func url() throws -> String

    /// The schema, or the database, that is given to the program beside the URL; nil where the URL says it all.
    var schema: String? { get }

    /// A driver of this database.
    ///
    /// - Parameters:
    ///   - versionsTable: the name of the versions table.
    ///   - patience: how long its statements wait for locks.
    func driver(versionsTable: String, patience: Patience) throws -> any DatabaseDriver

    /// Everything it holds, but for the program's own tables and the times of stamps.
    func contents() throws -> DatabaseContents
}

/// How long statements wait for locks.
package enum Patience: Sendable {
    /// About a second, so that tests do not wait.
    case little
    /// As long as a statement of an application.
    case application
}

extension DatabaseUnderTest {
    package func driver(patience: Patience = .little) throws -> any DatabaseDriver {
        try driver(versionsTable: TableNames().versions, patience: patience)
    }

    /// Runs a body on a connection that may write.
    package func connected<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        try driver().withConnection(for: .write, body)
    }

    package func execute(_ statements: String...) throws {
        try connected { connection in
            for statement in statements { try connection.execute(statement) }
        }
    }

    package func value(_ sql: String) throws -> SQLValue? { try connected { try $0.value(sql) } }

    package func rows(_ sql: String) throws -> [SQLRow] { try connected { try $0.rows(SQLStatement(sql)) } }

    package func has(_ table: String) throws -> Bool {
        try connected { try $0.dialect.columns(ofTable: table, using: $0) } != nil
    }

    /// A manager with a fixed clock and little patience.
    package func manager(
        tables: TableNames = TableNames(), lockAttempts: Int = 2, waitTimeout: Duration = .zero, onServer: Bool = true,
        driver: (any DatabaseDriver)? = nil, configure: (inout EngineOptions) -> Void = { _ in }
    ) throws -> MigrationManager {
        let database = try Database(url: url(), schema: schema, tables: tables)
        var options = EngineOptions(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, toolVersion: "test")
        options.clock = .fixed(1_750_000_000)
        options.lockAttempts = lockAttempts
        options.waitTimeout = waitTimeout
        options.usesServerSideMoves = onServer
        configure(&options)
        return MigrationManager(database, driver: try driver ?? self.driver(), options: options)
    }

    /// Every table of Agno's with all that the dialect reads of it, as sorted lines.
    package func facts(tables: TableNames = TableNames()) throws -> [String] {
        try connected { connection in
            let names = Dictionary(uniqueKeysWithValues: TableType.allCases.map { ($0, tables[$0]) })
            return try connection.dialect.snapshots(of: names, using: connection)
                .flatMap { $1.shape.facts(named: $1.name) }.sorted()
        }
    }

    // MARK: Child processes

    private var schemaOption: [String] { schema.map { ["--schema", $0] } ?? [] }

    /// Starts the program on this database.
    package func start(_ command: String, _ arguments: String...) throws -> ChildProcess {
        try Program.start([command, "--db", url()] + schemaOption + arguments)
    }

    /// Runs the program on this database, to its end.
    package func run(_ command: String, _ arguments: String...) throws -> ChildProcess.Outcome {
        try Program.start([command, "--db", url()] + schemaOption + arguments).wait()
    }

    /// Starts a ``FaultRunner`` on this database.
    package func startFaulty(_ command: String, _ arguments: String...) throws -> ChildProcess {
        try FaultRunner.start(command, url(), (schema.map { ["schema=\($0)"] } ?? []) + arguments)
    }
}

extension TableShape {
    /// What makes the table, one line each; names of keys and indexes included.
    package func facts(named table: String) -> [String] {
        var lines = columns.map {
            "\(table) column \($0.name) \($0.type) \($0.isNullable ? "NULL" : "NOT NULL") \($0.defaultValue ?? "-")"
        }
        lines.append("\(table) key \(primaryKey)")
        lines.append("\(table) shard \(shardKey.isEmpty ? primaryKey : shardKey)")
        lines += uniqueKeys.map { "\(table) unique \($0.name ?? "-") \($0.columns)" }
        lines += indexes.map {
            let predicate = $0.index.predicate.map { " \($0)" } ?? ""
            return "\(table) index \($0.name) \($0.index.columns) \($0.index.isUnique)\(predicate)"
        }
        lines += references.map { "\(table) refers \($0.columns) \($0.parent) \($0.parentColumns)" }
        return lines
    }
}

extension MigrationReport {
    package subscript(type: TableType) -> TableReport? { tables.first { $0.type == type } }

    /// The steps that failed or were refused, in words.
    package var problems: [String] {
        tables.flatMap { table in
            table.steps.compactMap { $0.error.map { "\(table.name): \($0.message) \($0.detail)" } }
        }
    }
}
