import AgnoSchema
package import DatabaseAccess
import SQLDialects

// What an operation does for its proof: a look before the first statement, a look after the last one.
extension MigrationEngine {
    /// The same engine, whose operations record what their proof says.
    func recording() -> MigrationEngine {
        var options = options
        options.proof = ProofRecorder(at: options.clock.now)
        return MigrationEngine(driver: driver, names: names, options: options, history: history, movers: movers)
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
            recorder.begin(before, plan: digest)
        }
        recorder.note(run: run)
    }

    /// Adds the proof to the report. A connection that is lost must not hide what the report says.
    func finishProof(_ report: inout MigrationReport, _ connection: any DatabaseConnection) throws {
        guard let recorder = options.proof else { return }
        do {
            if recorder.hasBegun { options.onEvent(.note("reading the tables once more for the proof")) }
            var proof = recorder.proof(
                of: report.direction.rawValue, toolVersion: options.toolVersion, at: options.clock.now,
                in: ReportPlace(connection.dialect), after: try lookForProof(proofState))
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
            report.proof = proof
        } catch {
            report.warnings.append("no proof could be made: \(MigrationError(reporting: error).message)")
        }
    }
}

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
