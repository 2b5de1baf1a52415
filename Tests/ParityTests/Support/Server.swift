/// A server that makes databases for tests.
protocol Server: Sendable {
    /// Whether tests that want it are left out where it is not there.
    var isOptional: Bool { get }

    var isRunning: Bool { get }

    /// What holds Agno's tables in a database of the tests.
    func schema(of location: String) -> String

    /// A SQLAlchemy URL.
    ///
    /// - Throws: ``SetUpFailure`` that says how to start the server, when there is none.
    func url(scheme: String, database: String) throws -> String

    /// Makes a database, empty or as a copy of one that nobody has open.
    func create(_ database: String, copyOf template: String?) throws

    func drop(_ database: String) throws

    /// The databases whose names begin so.
    func databases(prefix: String) throws -> [String]

    /// Makes an account whose connections begin with the most hostile settings (`HostileSettings`).
    func makeHostileAccount(_ account: HostileAccount) throws

    func dropHostileAccount(_ name: String) throws

    /// What else the URL of such a connection says.
    var hostileOptions: String { get }

    /// Runs statements in the schema.
    func execute(_ location: String, schema: String, _ statements: [String]) throws

    func rows(_ location: String, schema: String, _ query: String) throws -> [[Cell]]

    /// Facts that any write in the schema changes, also one that leaves a row as it was.
    func state(_ location: String, schema: String) throws -> [[Cell]]
}

extension Server {
    var hostileOptions: String { "" }
    var isOptional: Bool { false }
    var isRunning: Bool { true }

    func schema(of location: String) -> String { "ai" }

    /// The database's name in a URL of the server.
    static func database(of location: String) -> String {
        String(location.split(separator: "/").last ?? "")
    }
}
