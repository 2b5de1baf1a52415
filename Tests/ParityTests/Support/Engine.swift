import Foundation
import Testing

/// What parity is asked on: a kind of database, and one of the original's classes for it.
///
/// A database is a text everywhere: the path of a SQLite file, or a SQLAlchemy URL whose scheme says the engine.
enum Engine: String, Sendable, CustomTestStringConvertible {
    case sqlite
    case postgresql
    case postgresqlAsync = "postgresql-async"
    case mariadb
    case mariadbAsync = "mariadb-async"
    case mysql
    case mysqlAsync = "mysql-async"

    /// Those that can be had here: MySQL only where `scripts/servers` could start one.
    static let allCases = every.filter { $0.server?.isOptional != true || $0.server?.isRunning == true }
    /// One for each kind of database, for what does not depend on the original's class.
    static let kinds = allCases.filter { $0 == $0.kind }
    static let servers = allCases.filter { $0.server != nil }
    static let mysqlFamily = allCases.filter(\.isMySQLFamily)
    /// Those whose server holds the steps of one table in one transaction, and whose columns jsonb can refuse.
    static let postgresqls: [Engine] = [.postgresql, .postgresqlAsync]

    private static let every: [Engine] = [
        .sqlite, .postgresql, .postgresqlAsync, .mariadb, .mariadbAsync, .mysql, .mysqlAsync,
    ]

    /// The engine of a database.
    init(of location: String) {
        let scheme = location.firstRange(of: "://").map { String(location[..<$0.lowerBound]) }
        self = Self.every.first { $0.scheme == scheme } ?? .sqlite
    }

    /// The engine that stands for this one's kind.
    var kind: Engine {
        switch self {
        case .sqlite: .sqlite
        case .postgresql, .postgresqlAsync: .postgresql
        case .mariadb, .mariadbAsync: .mariadb
        case .mysql, .mysqlAsync: .mysql
        }
    }

    /// No release has schedules, components, approvals and learned entities there.
    var isMySQLFamily: Bool { kind == .mariadb || kind == .mysql }

    /// Whether the original's class is one that leaves step 2.3.0 out, both ways: defect 4.
    var skipsMemories: Bool { self == .mariadbAsync || self == .mysqlAsync }

    /// Whether JSON columns hold values, and not texts: the spelling of numbers and the order of keys go.
    var hasBinaryJSON: Bool { kind == .postgresql || kind == .mysql }

    /// Names the driver, and so the original's class, in URLs; nil for files.
    ///
    /// Programs that use MariaDB write `mysql+…` as well; the scripts put that in its place.
    var scheme: String? {
        switch self {
        case .sqlite: nil
        case .postgresql: "postgresql+psycopg"
        case .postgresqlAsync: "postgresql+psycopg_async"
        case .mariadb: "mariadb+pymysql"
        case .mariadbAsync: "mariadb+asyncmy"
        case .mysql: "mysql+pymysql"
        case .mysqlAsync: "mysql+asyncmy"
        }
    }

    /// Where its databases are; nil for files.
    var server: (any Server)? {
        switch kind {
        case .postgresql: PostgreSQLServer()
        case .mariadb: MySQLServer.mariadb
        case .mysql: MySQLServer.mysql
        default: nil
        }
    }

    var testDescription: String { rawValue }
}
