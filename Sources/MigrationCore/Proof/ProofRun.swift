import AgnoSchema
package import DatabaseAccess
import SQLDialects

// What an operation does for its proof: a look before the first statement, a look after the last one.
extension MigrationEngine {
    /// Records the database as it is before the operation's first statement.
    package func beginProof(_ state: ProofState, plan digest: String? = nil) {
        options.proof?.begin(state, plan: digest)
    }

    /// The proof of an operation, or the document that says why it is none; nil if none is asked for.
    package func proof(of command: String, in place: ReportPlace, after state: ProofState) -> Proof? {
        options.proof?.proof(
            of: command, toolVersion: options.toolVersion, at: options.clock.now, in: place, after: state)
    }

    package func proofState(_ connection: any DatabaseConnection) throws -> ProofState {
        try proofReader(connection).state(DatabaseState.look(connection, names: names, store: store))
    }

    /// Looks at the tables over a connection of its own: a server may have planned its statements for columns of another type
    /// on the one that has changed them.
    func lookForProof<Result>(_ body: (any DatabaseConnection) throws -> Result) throws -> Result {
        try driver.withConnection(for: .read, body)
    }

    func proofReader(_ connection: any DatabaseConnection) -> ProofReader {
        ProofReader(connection: connection, names: names, interruption: options.interruption)
    }

    /// The digests of the columns of a table that is not Agno's of today, each value as it is.
    package func proofColumns(
        of table: String, key: String, columns: [String], on connection: any DatabaseConnection
    ) throws -> [ProofColumn] {
        let subject = ProofSubject(type: table, name: table, key: [key], columns: columns.map { ($0, .plain) })
        return try proofReader(connection).read(subject).columns
    }

    /// Records the database as it is before the run's first statement.
    func beginProof(
        _ request: MigrationRequest, run: String, _ state: DatabaseState, _ connection: any DatabaseConnection
    ) throws {
        guard let recorder = options.proof, !recorder.hasBegun else { return }
        options.onEvent(.note("reading the tables for the proof"))
        let digest = try plan(request, state, connection).digest
        try lookForProof { connection in
            let before = try proofReader(connection).state(state)
            for doubt in try proofReader(connection).doubts(about: before) { recorder.deny(doubt) }
            beginProof(before, plan: digest)
        }
        recorder.note(run: run)
    }

    /// Adds the proof to the report.
    func finishProof(_ report: inout MigrationReport, _ connection: any DatabaseConnection) {
        guard options.makesProof else { return }
        report.attach(Result { [report] in try migrationProof(report, connection) })
    }

    private func migrationProof(_ report: MigrationReport, _ connection: any DatabaseConnection) throws -> Proof? {
        if options.proof?.hasBegun == true { options.onEvent(.note("reading the tables once more for the proof")) }
        guard
            var proof = proof(
                of: report.direction.rawValue, in: ReportPlace(connection.dialect), after: try lookForProof(proofState))
        else { return nil }
        proof.target = report.target
        proof.steps = report.tables.flatMap { table in
            table.steps.map {
                ProofStep(table: table.name, version: $0.version, outcome: $0.outcome.rawValue, rows: $0.rows)
            }
        }
        proof.quarantined = report.tables.flatMap { table in
            table.quarantinedRows.map {
                ProofQuarantine(table: table.name, key: $0.key, position: $0.position, reason: $0.reason)
            }
        }
        proof.reasons += try lostArchive(of: proof, connection)
        if !report.isSuccess {
            proof.reasons.append("not every table has reached its version; the report says why")
        }
        proof.conclude()
        return proof
    }
}

/// A report that carries a proof.
package protocol ProvableReport {
    var proof: Proof? { get set }
    var warnings: [String] { get set }
}

extension ProvableReport {
    /// Adds a proof, or a warning why none could be made: a look that fails must not hide what was done.
    package mutating func attach(_ result: Result<Proof?, any Error>) {
        switch result {
        case .success(let proof): self.proof = proof
        case .failure(let error):
            warnings.append("no proof could be made: \(MigrationError(reporting: error).message)")
        }
    }
}

extension MigrationReport: ProvableReport {}
extension CopyReport: ProvableReport {}

extension MigrationEngine {
    /// Rows that are said to be in the journal have to be there.
    private func lostArchive(of proof: Proof, _ connection: any DatabaseConnection) throws -> [String] {
        try proof.elsewhere.filter { $0.column == nil && ["archived"].contains($0.kind) }.compactMap { movement in
            guard let type = TableType(rawValue: movement.table) else { return nil }
            let rows = try Journal.archivedRows(inTable: names[type], on: connection)
            return rows >= movement.gone.count
                ? nil : "\(movement.gone.count) rows of \(names[type]) were archived, but \(rows) are in the journal"
        }
    }
}

extension Proof {
    /// One document for two operations on one database, the second right after the first.
    public func followed(by next: Proof) -> Proof {
        var whole = self
        whole.after = next.after
        whole.finishedAt = next.finishedAt
        whole.elsewhere += next.elsewhere
        whole.steps += next.steps
        whole.quarantined += next.quarantined
        whole.reasons = reasons + next.reasons
        if after != next.before { whole.reasons.append("another program wrote between the two operations") }
        whole.conclude()
        return whole
    }
}
