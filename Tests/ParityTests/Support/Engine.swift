import Testing

/// What parity is asked on: a kind of database, and one of the original's classes for it.
///
/// A database is a text everywhere: the path of a SQLite file, or a SQLAlchemy URL whose scheme says the engine.
enum Engine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite
    case postgresql
    case postgresqlAsync = "postgresql-async"

    /// One for each kind of database, for what does not depend on the original's class.
    static let kinds: [Engine] = [.sqlite, .postgresql]
    static let servers = allCases.filter { $0.server != nil }

    /// The engine of a database.
    init(of location: String) {
        let scheme = location.firstRange(of: "://").map { String(location[..<$0.lowerBound]) }
        self = Self.allCases.first { $0.scheme == scheme } ?? .sqlite
    }

    /// The engine that stands for this one's kind.
    var kind: Engine {
        switch self {
        case .sqlite: .sqlite
        case .postgresql, .postgresqlAsync: .postgresql
        }
    }

    /// Names the driver, and so the original's class, in URLs; nil for files.
    var scheme: String? {
        switch self {
        case .sqlite: nil
        case .postgresql: "postgresql+psycopg"
        case .postgresqlAsync: "postgresql+psycopg_async"
        }
    }

    /// Where its databases are; nil for files.
    var server: (any Server)? {
        switch self {
        case .sqlite: nil
        case .postgresql, .postgresqlAsync: PostgreSQLServer()
        }
    }

    var testDescription: String { rawValue }
}
