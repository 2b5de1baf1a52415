public import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Whether a database is what a proof says.
public struct ProofCheck: Sendable, Codable, Hashable {
    /// The server.
    public var dialect: DatabaseKind
    /// The server's version string.
    public var serverVersion: String
    /// The schema that holds the tables; nil on a server without schemas.
    public var schema: String?
    /// How many tables were read.
    public var tables: Int
    /// How many rows were read.
    public var rows: Int64
    /// Why the document itself is no proof; empty if it is one.
    public var reasons: [String]
    /// In what the database differs from the document; empty if it does not.
    public var differences: [String]

    /// Whether the document is a proof, and the database what it says.
    public var isConfirmed: Bool { reasons.isEmpty && differences.isEmpty }
}

extension MigrationEngine {
    /// Strikes the balance of a proof again and computes every digest of its last state anew; writes nothing.
    package func check(_ proof: Proof) throws(MigrationError) -> ProofCheck {
        guard proof.format == 1 else {
            throw MigrationError(
                .usage, "the proof has format \(proof.format), which this program does not know",
                remedy: "use a newer agno-migrate")
        }
        var names = self.names
        for table in proof.after.tables {
            if let type = TableType(rawValue: table.type) { names[type] = table.name }
        }
        let engine = MigrationEngine(
            driver: driver, names: names, options: options, history: history, movers: movers)
        return try reporting {
            try driver.withConnection(for: .read) { try engine.check(proof, $0) }
        }
    }

    private func check(_ proof: Proof, _ connection: any DatabaseConnection) throws -> ProofCheck {
        let dialect = connection.dialect
        var check = ProofCheck(
            dialect: dialect.kind, serverVersion: dialect.serverVersion, schema: dialect.schemaName, tables: 0, rows: 0,
            reasons: ProofBalance(proof).differences(), differences: [])
        check.reasons = (check.reasons + proof.reasons).uniqued()
        if !proof.proved, check.reasons.isEmpty { check.reasons = ["the document says that it proves nothing"] }
        var subjects: [ProofSubject] = []
        for table in proof.after.tables {
            guard let columns = try dialect.columns(ofTable: table.name, using: connection) else {
                check.differences.append("\(table.name) does not exist")
                continue
            }
            let known = Set(exact: columns)
            let missing = table.columns.map(\.name).filter { !known.contains($0) }
            guard missing.isEmpty else {
                check.differences.append("\(table.name) has no column \(missing.joined(separator: ", "))")
                continue
            }
            subjects.append(ProofSubject(table))
        }
        let database = try DatabaseState.look(connection, names: names, store: store)
        for index in subjects.indices where subjects[index].hasLists {
            guard database.snapshots[.sessions]?.shape.column("runs") == nil else { continue }
            check.differences.append("\(subjects[index].name) has no column runs")
            subjects[index].hasLists = false
        }
        let state = try proofReader(connection).state(of: subjects, database)
        check.tables = state.tables.count
        check.rows = state.tables.reduce(0) { $0 &+ $1.rows }
        check.differences += state.tables.flatMap { found in
            proof.after.table(found.type).map { Self.differences(of: found, from: $0) } ?? []
        }
        let known = Set(proof.after.tables.map(\.type))
        for (type, snapshot) in database.snapshots.sorted(by: { $0.key.name < $1.key.name })
        where !known.contains(type.name) {
            check.differences.append("\(snapshot.name) is there, of which the proof does not speak")
        }
        // A copy has none.
        if proof.command != DatabaseCopier.command, state.parked != proof.after.parked {
            check.differences.append("\(ParkedValues.table) does not hold what the proof says")
        }
        return check
    }

    private static func differences(of found: ProofTable, from proved: ProofTable) -> [String] {
        var differences: [String] = []
        if found.rows != proved.rows {
            differences.append("\(proved.name) has \(found.rows) rows, the proof says \(proved.rows)")
        }
        for column in proved.columns {
            guard let values = found.column(column.name)?.values, values != column.values else { continue }
            differences.append(
                "\(proved.name), column \(column.name): \(compared(values, column.values))")
        }
        if let lists = found.lists, let said = proved.lists, lists != said {
            differences.append(
                "\(proved.name), run lists: \(compared(lists.elements, said.elements, "elements"))")
        }
        if let runs = found.runs, let said = proved.runs, runs != said {
            differences.append("\(proved.name), runs: \(compared(runs, said, "runs"))")
        }
        return differences
    }

    private static func compared(_ found: SetDigest, _ said: SetDigest, _ what: String = "values") -> String {
        found.count == said.count
            ? "\(found.count) \(what), as many as the proof says, with other contents"
            : "\(found.count) \(what), the proof says \(said.count)"
    }
}
