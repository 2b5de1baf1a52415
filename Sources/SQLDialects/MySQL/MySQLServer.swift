package import AgnoSchema

/// The product and version of a server of the MySQL family; version numbers are compared nowhere else.
package struct MySQLServer: Hashable, Sendable {
    package let kind: DatabaseKind
    /// The version as reports show it.
    package let version: String
    /// Whether table names are stored in lower case and compared without case (`lower_case_table_names`).
    package let foldsTableNames: Bool
    /// Whether the binary log records statements, which then must not read what others write concurrently.
    package let logsStatements: Bool
    /// The largest message in bytes that the server takes, and the largest value that it makes (`max_allowed_packet`).
    package let packetLimit: Int64
    private let numbers: [Int]

    /// - Parameter text: the result of `VERSION()`, or of `@@memsql_version` on SingleStore.
    package init(
        kind: DatabaseKind, text: String, foldsTableNames: Bool, logsStatements: Bool = false,
        packetLimit: Int64 = 64 << 20
    ) {
        self.kind = kind
        self.packetLimit = packetLimit
        self.logsStatements = logsStatements
        self.foldsTableNames = foldsTableNames
        var core = text[...]
        // The prefix that MariaDB puts before its version for old clients.
        if kind == .mariadb, core.hasPrefix("5.5.5-") { core = core.dropFirst(6) }
        core = core.prefix { $0.isNumber || $0 == "." }
        version = String(core)
        numbers = core.split(separator: ".").compactMap { Int($0) }
    }

    /// A server whose product and version are not known yet.
    package static let unknown = MySQLServer(kind: .mysql, text: "", foldsTableNames: false)

    private func isAtLeast(_ wanted: Int...) -> Bool { !numbers.lexicographicallyPrecedes(wanted) }

    /// Whether the catalogue is read from tables. Elsewhere a question about every view opens every table of the server.
    package var hasDataDictionary: Bool { kind == .mysql && isAtLeast(8, 0) }

    /// The name for people: `MariaDB 10.11.6`.
    package var title: String { "\(Self.title(of: kind)) \(version)" }

    /// The product's name.
    package static func title(of kind: DatabaseKind) -> String {
        switch kind {
        case .mariadb: "MariaDB"
        case .singlestore: "SingleStore"
        case .mysql: "MySQL"
        case .postgresql: "PostgreSQL"
        case .sqlite: "SQLite"
        }
    }

    /// The oldest version that the dialect supports.
    package var oldestSupported: String {
        switch kind {
        case .mariadb: "10.3"
        case .singlestore: "7.5"
        default: "5.7"
        }
    }

    package var isSupported: Bool {
        switch kind {
        case .mariadb: isAtLeast(10, 3)
        case .singlestore: isAtLeast(7, 5)
        default: isAtLeast(5, 7)
        }
    }

    /// `ALTER TABLE … ALGORITHM=INSTANT` (MySQL 8.0.12; every supported MariaDB).
    var canAlterInstantly: Bool { kind == .mariadb || isAtLeast(8, 0, 12) }
    /// `JSON_TABLE` (MySQL 8.0.4, MariaDB 10.6).
    package var hasJSONTable: Bool { kind == .mariadb ? isAtLeast(10, 6) : kind == .mysql && isAtLeast(8, 0, 4) }
    /// Indexes over expressions (MySQL 8.0.13).
    var hasExpressionIndexes: Bool { kind == .mysql && isAtLeast(8, 0, 13) }
    /// `information_schema.CHECK_CONSTRAINTS` (MySQL 8.0.16; every supported MariaDB).
    var hasChecks: Bool { kind == .mariadb || kind == .mysql && isAtLeast(8, 0, 16) }
    /// Whether a column's definition holds its check, which a new definition has to repeat.
    var keepsChecksInColumns: Bool { kind == .mariadb }
    /// Whether the catalogue escapes expressions like the inside of a string.
    var escapesExpressions: Bool { kind == .mysql }
    /// `ROW_NUMBER() OVER …` (MySQL 8.0.2; every supported MariaDB).
    var hasWindowFunctions: Bool { kind == .mariadb || isAtLeast(8, 0, 2) }

    /// Whether a default is an expression over other columns, computed for existing rows (MySQL 8.0.13; every supported
    /// MariaDB).
    var hasExpressionDefaults: Bool { kind == .mariadb || kind == .mysql && isAtLeast(8, 0, 13) }
    /// `information_schema.APPLICABLE_ROLES` (MySQL 8.0.19; every supported MariaDB).
    var hasRoles: Bool { kind == .mariadb || isAtLeast(8, 0, 19) }
}
