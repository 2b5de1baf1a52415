package import AgnoSchema
package import DatabaseAccess
package import DurabilitySupport
package import SQLDialects

/// A server, as ``ServerContract`` meets it: what differs from one server to the next, and nothing else.
package protocol ServerUnderTest: Sendable {
    associatedtype TestDatabase: DatabaseUnderTest
    associatedtype Copies: DatabaseCopies

    /// The product's name, for the names of test cases. No default.
    var name: String { get }

    /// Creates an empty database that is dropped with the last reference to it. No default.
    ///
    /// - Parameter end: the end of its name, which may hold any character.
    func database(named end: String) throws -> TestDatabase

    /// Creates the closest neighbours of a database: another one of the same server, and another schema of the same
    /// database where the server has schemas. No default.
    func neighbours(of database: TestDatabase) throws -> [TestDatabase]

    /// How the dialect shortens names of indexes. Defaults to nil: the server has no limit.
    var nameLimit: NameLimit? { get }

    /// What an application does that keeps a table locked. Defaults to a transaction that has read the memories.
    var blocker: Blocker { get }

    /// Parts of the message about the session that holds the migration lock. Defaults to none.
    var holderWords: [String] { get }

    /// Parts of the message about the session that keeps a table locked. Defaults to none.
    var blockerWords: [String] { get }

    /// The statement with which a 2.x program writes a whole session. No default.
    func write(session: String, runs: String, at time: Int64) -> SQLStatement

    /// A statement that adds a run to the list of a session of version 2.5.6. No default.
    func append(run: String, toSession session: String) -> SQLStatement

    /// How many sessions keep an `up` busy long enough for the traffic beside it. Defaults to 5000.
    var trafficSessions: Int { get }

    /// Fills an empty database with version 2.0.0, as a careful owner and a careless program leave it; nothing of it is
    /// open afterwards. No default.
    func makeUgly(_ database: TestDatabase) throws

    /// The copies that a kill matrix makes of a database. No default.
    func copies(of database: TestDatabase) throws -> Copies

    /// Where the kill matrix kills. No default.
    var killStrides: KillStrides { get }
}

extension ServerUnderTest {
    package var nameLimit: NameLimit? { nil }
    package var blocker: Blocker { Blocker() }
    package var holderWords: [String] { [] }
    package var blockerWords: [String] { [] }
    package var trafficSessions: Int { 5000 }

    /// Creates an empty database with an ordinary name.
    package func database() throws -> TestDatabase { try database(named: "") }
}

/// How long a name may be, and how a dialect shortens one.
package struct NameLimit: Sendable {
    let limit: Int
    let length: @Sendable (String) -> Int
    let fitted: @Sendable (_ name: String, _ table: String) -> String
    /// Names of tables: a short one, and some that leave no room for what is appended to them.
    let tables: [String]

    package init(
        _ limit: Int, length: @escaping @Sendable (String) -> Int, tables: [String],
        fitted: @escaping @Sendable (_ name: String, _ table: String) -> String
    ) {
        (self.limit, self.length, self.fitted, self.tables) = (limit, length, fitted, tables)
    }
}

/// An application that keeps one table locked.
package struct Blocker: Sendable {
    let type: TableType
    /// The version from which the table is migrated.
    let version: SchemaVersion
    /// Locks the table, within a transaction.
    let lock: @Sendable (any DatabaseConnection) throws -> Void

    package init(
        of type: TableType = .memories, from version: SchemaVersion = .baseline,
        lock: @escaping @Sendable (any DatabaseConnection) throws -> Void = {
            _ = try $0.value("SELECT COUNT(*) FROM \($0.dialect.table(TableNames()[.memories]))")
        }
    ) {
        (self.type, self.version, self.lock) = (type, version, lock)
    }
}

/// At which statements a kill matrix kills: at each n-th one.
package struct KillStrides: Sendable {
    let before: Int
    let inside: Int?
    let otherWay: Int?
    /// How many times each command is killed among parked values.
    let parked: Int
    /// Whether the first statement is drawn anew for each run of the tests; failures report theirs.
    let isRandom: Bool

    /// - Parameters:
    ///   - inside: nil where a kill so seldom hits a transaction that it would prove nothing.
    ///   - otherWay: nil where the way back is not taken.
    package init(before: Int, inside: Int?, otherWay: Int?, parked: Int, isRandom: Bool = false) {
        (self.before, self.inside, self.otherWay) = (before, inside, otherWay)
        (self.parked, self.isRandom) = (parked, isRandom)
    }
}

/// A server whose process a test may kill.
package protocol KillableServer: ServerUnderTest {
    associatedtype Victim: ServerToKill

    /// Starts a server of the test's own that writes through to the disk. No default.
    func victim() throws -> Victim
}

/// A server of a test's own, with databases that are called by their names.
package protocol ServerToKill: CrashableServer {
    /// Creates a database of version 2.0.0 with a few sessions.
    func makeSample(_ database: String) throws

    /// Copies a database that nobody has open, in place of an older copy.
    func copy(_ original: String, as name: String) throws

    /// The program's options for a database.
    func options(_ database: String) -> [String]

    /// A table of a database, as statements on its connections name it.
    func table(_ name: String, of database: String) -> String

    /// Runs a body on a connection that may write.
    func connected<Result>(to database: String, _ body: (any DatabaseConnection) throws -> Result) throws -> Result

    /// Everything a database holds, but for the times of rows.
    func contents(of database: String) throws -> DatabaseContents

    /// A query whose value is true while another session runs a statement like the pattern.
    func isRunning(_ pattern: String) -> String

    /// When it is killed during an `up`, and during a `down`; the database is called `work`.
    var moments: (up: [CrashMoment], down: [CrashMoment]) { get }
}

/// When a server is killed.
package enum CrashMoment: Sendable {
    /// After so many steps of the command, which is not over then.
    case steps(Int)
    /// With so many sessions moved.
    case moved(Int)
    /// While the program runs a statement like the pattern.
    case running(String)
}
