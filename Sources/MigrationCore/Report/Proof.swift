public import AgnoSchema

/// What a command has found before and after its work, as digests that somebody else can compute again.
///
/// `docs/proof.md` defines every digest. No content of a row is in a proof; keys are, of rows that were quarantined.
public struct Proof: Sendable, Codable, Hashable {
    /// The form of the document: 1.
    public var format = 1
    /// This program's version.
    public var toolVersion: String
    /// The command: `up`, `down`, `cleanup`, `copy` or `import-v1`.
    public var command: String
    /// The run's id in the journal; nil if nothing was to be done.
    public var run: String?
    /// When the work began, in epoch seconds.
    public var startedAt: Int64
    /// When the work ended, in epoch seconds.
    public var finishedAt: Int64
    /// The version that was asked for.
    public var target: SchemaVersion?
    /// The digest of the plan.
    public var planDigest: String?
    /// The database that was written.
    public var database: ProofPlace
    /// The database that was read, if that is another one.
    public var source: ProofPlace?
    /// What was there before: of a copy, what the source has.
    public var before: ProofState
    /// What is there afterwards.
    public var after: ProofState
    /// The tables of 1.x that an import has read.
    public var imported: [ImportedTable] = []
    /// Items that a step has put elsewhere, written anew or taken back, by kind, table and column.
    public var elsewhere: [ProofMovement] = []
    /// The steps that were made.
    public var steps: [ProofStep] = []
    /// What could not be placed and stays where it was; the first 100 per table.
    public var quarantined: [ProofQuarantine] = []
    /// Why the document proves nothing; empty if it is a proof.
    public var reasons: [String] = []
    /// Whether everything that was there is there, or listed.
    public var proved = false
    /// The signature over the document without it; nil without a key.
    public var signature: ProofSignature?

    enum CodingKeys: String, CodingKey {
        case format, command, run, target, database, source, before, after, imported, elsewhere, steps, quarantined
        case reasons, proved, signature
        case toolVersion = "tool_version"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case planDigest = "plan_digest"
    }

    package init(
        toolVersion: String, command: String, startedAt: Int64, finishedAt: Int64, database: ProofPlace,
        before: ProofState, after: ProofState
    ) {
        self.toolVersion = toolVersion
        self.command = command
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.database = database
        self.before = before
        self.after = after
    }
}

/// A server and the schema used on it.
public struct ProofPlace: Sendable, Codable, Hashable {
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version.
    public var serverVersion: String
    /// The schema that holds the tables; nil if the server has no schemas.
    public var schema: String?

    package init(_ place: ReportPlace) {
        (dialect, serverVersion, schema) = (place.dialect, place.serverVersion, place.schema)
    }

    enum CodingKeys: String, CodingKey {
        case dialect, schema
        case serverVersion = "server_version"
    }
}

/// The digests of Agno's tables at one moment.
public struct ProofState: Sendable, Codable, Hashable {
    /// Agno's tables in processing order.
    public var tables: [ProofTable] = []
    /// What is parked, by table.
    public var parked: [ProofParked] = []

    package init() {}

    func table(_ type: String) -> ProofTable? { tables.first { $0.type == type } }
    func parked(_ type: String) -> ProofParked? { parked.first { $0.table == type } }
}

/// The digests of one table.
public struct ProofTable: Sendable, Codable, Hashable {
    /// Agno's name for the type.
    public var type: String
    /// The table's real name.
    public var name: String
    /// The columns that tell a row from all others.
    public var key: [String]
    /// The number of rows.
    public var rows: Int64
    /// Its columns, but for the run lists of sessions.
    public var columns: [ProofColumn]
    /// Of sessions, their run lists; nil without the column.
    public var lists: ProofLists?
    /// Of the runs table, the run of each row.
    public var runs: SetDigest?
    /// Of the runs table, the number of rows with columns that their run does not repeat.
    public var unlike: Int64?

    func column(_ name: String) -> ProofColumn? { columns.first { ExactText($0.name) == ExactText(name) } }
}

/// The digest of a column's values.
public struct ProofColumn: Sendable, Codable, Hashable {
    /// How values of a column are read.
    public enum Kind: String, Sendable, Codable, Hashable {
        case json, boolean, plain
        /// JSON that 2.x encodes twice on some servers.
        case encodedJSON = "encoded_json"
    }

    /// The column's name.
    public var name: String
    /// How its values are read.
    public var kind: Kind
    /// The values that are not NULL.
    public var values: SetDigest
    /// Of a column that a version fills, those among them that are not what it fills in.
    public var others: SetDigest?
}

/// The digests of the sessions' run lists. Every element is moved, deleted or kept.
public struct ProofLists: Sendable, Codable, Hashable {
    /// The lists, each with its elements in order.
    public var lists = SetDigest()
    /// Their elements.
    public var elements = SetDigest()
    /// Elements that have a row in the runs table.
    public var moved = SetDigest()
    /// Elements whose row the application has deleted since it was moved.
    public var deleted = SetDigest()
    /// Elements that are nowhere else, by reason.
    public var kept: [ProofKept] = []

    var keptElements: SetDigest { kept.reduce(SetDigest()) { $0 + $1.elements } }
}

/// Elements of run lists that are nowhere else.
public struct ProofKept: Sendable, Codable, Hashable {
    /// The stable code of the reason, such as `duplicate_run_id`; `not_moved` before the move.
    public var reason: String
    /// The elements.
    public var elements: SetDigest
}

/// The digests of what is parked for one table.
public struct ProofParked: Sendable, Codable, Hashable {
    /// Agno's name for the table's type.
    public var table: String
    /// The number of whole rows.
    public var rows: Int64
    /// The parked values by column, those of whole rows among them.
    public var columns: [ProofColumn]
    /// Of the runs table, the runs of whole rows.
    public var runs: SetDigest

    func column(_ name: String) -> SetDigest {
        columns.first { ExactText($0.name) == ExactText(name) }?.values ?? SetDigest()
    }
}

/// Items that a step has put elsewhere, or written in another form.
public struct ProofMovement: Sendable, Codable, Hashable {
    /// What happened: `archived`, `put_back`, `merged`, `quarantined`, `refused`.
    public var kind: String
    /// Agno's name for the table's type.
    public var table: String
    /// The column; nil for the number of rows.
    public var column: String?
    /// What is no longer in the table.
    public var gone: SetDigest
    /// What is in the table instead.
    public var made: SetDigest
}

/// A step of one table.
public struct ProofStep: Sendable, Codable, Hashable {
    /// The table's real name.
    public var table: String
    /// The version.
    public var version: SchemaVersion
    /// The step's outcome, as the report names it.
    public var outcome: String
    /// The number of rows that it wrote or moved.
    public var rows: Int64
}

/// A row or element that was not placed.
public struct ProofQuarantine: Sendable, Codable, Hashable {
    /// The table's real name.
    public var table: String
    /// The row's key.
    public var key: String
    /// The position of an element in its list; nil for a whole row.
    public var position: Int?
    /// The stable code of the reason.
    public var reason: String

    package init(table: String, key: String, position: Int?, reason: String) {
        (self.table, self.key, self.position, self.reason) = (table, key, position, reason)
    }
}

/// What became of the rows of one table of 1.x: read = written + already there + quarantined.
public struct ImportedTable: Sendable, Codable, Hashable {
    /// The table's name.
    public var name: String
    /// The number of rows read.
    public var read: Int64
    /// Rows written to the target.
    public var written: Int64
    /// Rows that the target has already.
    public var alreadyThere: Int64
    /// Rows in the quarantine table.
    public var quarantined: Int64
    /// The table's columns, each value with its row's key.
    public var columns: [ProofColumn]

    enum CodingKeys: String, CodingKey {
        case name, read, written, quarantined, columns
        case alreadyThere = "already_there"
    }

    package init(
        name: String, read: Int64, written: Int64, alreadyThere: Int64, quarantined: Int64, columns: [ProofColumn]
    ) {
        self.name = name
        self.read = read
        self.written = written
        self.alreadyThere = alreadyThere
        self.quarantined = quarantined
        self.columns = columns
    }
}

/// An Ed25519 signature over the document's canonical JSON without the signature.
public struct ProofSignature: Sendable, Codable, Hashable {
    /// `Ed25519`.
    public var algorithm: String
    /// The public key, 32 bytes in Base64.
    public var publicKey: String
    /// The signature, 64 bytes in Base64.
    public var value: String

    package init(algorithm: String, publicKey: String, value: String) {
        self.algorithm = algorithm
        self.publicKey = publicKey
        self.value = value
    }

    enum CodingKeys: String, CodingKey {
        case algorithm, value
        case publicKey = "public_key"
    }
}
