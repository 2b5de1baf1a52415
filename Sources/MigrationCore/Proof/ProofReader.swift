import AgnoSchema
import Crypto
import DatabaseAccess
import SQLDialects

/// Computes the digests of tables, one row in memory at a time.
struct ProofReader {
    let connection: any DatabaseConnection
    let names: TableNames
    let interruption: Interruption

    private var dialect: any Dialect { connection.dialect }

    /// Agno's tables and what is parked, as they are now.
    func state(_ database: DatabaseState) throws -> ProofState {
        let subjects = TableType.allCases.compactMap { type in
            database.snapshots[type].map { ProofSubject(type, $0, dialect.traits) }
        }
        return try state(of: subjects, database)
    }

    func state(of subjects: [ProofSubject], _ database: DatabaseState) throws -> ProofState {
        var state = ProofState()
        for subject in subjects {
            var table = try read(subject)
            if subject.hasLists, let sessions = database.snapshots[.sessions] {
                table.lists = try ListDigests(
                    RunsCoverage(connection: connection, sessions: sessions, runs: database.snapshots[.runs])
                ).read(interruption)
            }
            state.tables.append(table)
        }
        state.parked = try ParkedDigests(connection: connection, names: names).read()
        return state
    }

    /// Tables whose rows cannot be told apart by their key: a value may move from one to another unseen.
    func doubts(about state: ProofState) throws -> [String] {
        try state.tables.compactMap { table in
            guard table.key.count == 1, table.type != TableType.runs.name, let key = table.key.first else { return nil }
            let column = dialect.quote(key)
            let count =
                try connection.value(
                    "SELECT COUNT(*) - COUNT(DISTINCT \(column)) FROM \(dialect.table(table.name))")?.int ?? 0
            return count == 0 ? nil : "\(count) rows of \(table.name) cannot be told apart by \(key)"
        }
    }

    /// The rows of a table and its columns.
    func read(_ subject: ProofSubject) throws -> ProofTable {
        var rows = RowDigests(subject)
        var count: Int64 = 0
        let columns = dialect.list(subject.columns.map(\.name))
        let isReadable = !subject.columns.isEmpty
        try connection.forEachRow(
            SQLStatement("SELECT \(isReadable ? columns : "1") FROM \(dialect.table(subject.name))")
        ) { row in
            if count & 1023 == 0 { try interruption.checkpoint() }
            count += 1
            rows.insert(row)
            return true
        }
        return rows.table(rows: count)
    }
}

/// Adds up the values of a table's rows by column.
struct RowDigests {
    private let subject: ProofSubject
    private let prefixes: [[UInt8]]
    private let keyPositions: [Int]
    private let learnings: LearningIdentity?
    private var hasher = ItemHasher()
    private var digests: [SetDigest]
    private var runs = SetDigest()
    private var runPositions: (session: Int, id: Int, data: Int)?
    private var unlike: Int64 = 0
    private let runReader = RunListReader()
    /// The columns that repeat what a run says: their position here, and in a run's row.
    private let repeated: [(position: Int, made: Int)]
    /// By the position of a column: what a version fills in, and where it takes it from.
    private let fills: [Int: ProofSubject.Fill]
    private var others: [Int: SetDigest]

    init(_ subject: ProofSubject) {
        self.subject = subject
        fills = subject.fills
        others = fills.mapValues { _ in SetDigest() }
        let names = subject.columns.map(\.name)
        prefixes = names.map { ItemHasher.prefix(table: subject.type, column: $0) }
        digests = names.map { _ in SetDigest() }
        keyPositions = subject.key.compactMap { key in names.firstIndex { ExactText($0) == ExactText(key) } }
        learnings = subject.tableType == .learnings ? LearningIdentity(columns: names) : nil
        repeated = (RunRow.memberColumns + ["run_type", "created_at"]).compactMap { name in
            guard let position = names.firstIndex(of: name), let made = RunRow.columns.firstIndex(of: name) else {
                return nil
            }
            return (position, made)
        }
        guard subject.hasRuns, let session = names.firstIndex(of: "session_id"),
            let id = names.firstIndex(of: "run_id"), let data = names.firstIndex(of: "run_data")
        else { return }
        runPositions = (session, id, data)
    }

    /// Adds a row of the subject's columns.
    mutating func insert(_ row: SQLRow) {
        var row = row
        learnings?.unify(&row)
        let key = ItemHasher.fields(keyPositions.lazy.map { row[$0] })
        for position in row.indices where position < digests.count {
            if hasher.read(row[position], as: subject.columns[position].kind) {
                let item = hasher.cell(prefixes[position], key: key)
                digests[position].insert(item)
                if let fill = fills[position], !fill.isMade(row[position], in: row) { others[position]?.insert(item) }
            }
            if let places = runPositions, position == places.data {
                runs.insert(
                    hasher.run(session: ItemHasher.plain(row[places.session]), id: ItemHasher.plain(row[places.id])))
                if !isRepeated(row) { unlike += 1 }
            }
        }
    }

    /// Whether the columns of a run's row are those that the way up would make of the run.
    private func isRepeated(_ row: SQLRow) -> Bool {
        guard let places = runPositions else { return true }
        var made: RunRow?
        let list = [UInt8(ascii: "[")] + ItemHasher.plain(row[places.data]) + [UInt8(ascii: "]")]
        try? runReader.walk(
            list, of: RunRow.Session(id: row[places.session]), now: 0, row: { made = $0 }, unplaced: { _, _ in })
        guard let made else { return false }
        let values = made.values
        return repeated.allSatisfy { position, made in
            // A run that has no time has that of its session.
            values[made] == .integer(0) || ItemHasher.plain(values[made]) == ItemHasher.plain(row[position])
        }
    }

    var columns: [ProofColumn] {
        subject.columns.indices.map { position in
            let column = subject.columns[position]
            return ProofColumn(
                name: column.name, kind: column.kind, values: digests[position], others: others[position])
        }.sorted { ExactText($0.name) < ExactText($1.name) }
    }

    func table(rows: Int64) -> ProofTable {
        ProofTable(
            type: subject.type, name: subject.name, key: subject.key, rows: rows, columns: columns,
            runs: runPositions == nil ? nil : runs, unlike: runPositions == nil ? nil : unlike)
    }
}

/// Gives a learned entity of a user the one id that is the same before and after it has got its new one.
private struct LearningIdentity {
    private let places: [Int]

    init?(columns: [String]) {
        let wanted = ["learning_id", "learning_type", "namespace", "user_id", "entity_type", "entity_id"]
        places = wanted.compactMap { columns.firstIndex(of: $0) }
        guard places.count == wanted.count else { return nil }
    }

    func unify(_ row: inout SQLRow) {
        let texts = places.map { row[$0].isNull ? "" : row[$0].keyText }
        guard texts[1] == "entity_memory", texts[2] == "user", texts[3...].allSatisfy({ !$0.isEmpty }) else { return }
        let entity = LearningKeys.Row(
            id: texts[0], user: texts[3], entityType: texts[4], entityID: texts[5], content: nil)
        let keyed = entity.keyedID(userHash: LearningRekeying.hash(texts[3]))
        if ExactText(texts[0]) == ExactText(entity.legacyID) { row[places[0]] = .text(keyed) }
    }
}
