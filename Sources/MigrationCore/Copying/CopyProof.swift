import AgnoSchema
import DatabaseAccess
import SQLDialects

// The proof of a copy: both databases, with the same columns.
extension DatabaseCopier {
    /// Adds the proof to the report of a copy that came to its end.
    func makeProof(_ plan: CopyPlan, _ source: CopySource, _ target: CopyTarget, _ report: inout CopyReport) {
        guard self.source.options.makesProof, !report.interrupted else { return }
        self.source.options.onEvent(.note("reading both databases for the proof"))
        report.attach(Result { [report] in try proof(plan, source.connection, target.connection, report) })
    }

    private func proof(
        _ plan: CopyPlan, _ source: any DatabaseConnection, _ target: any DatabaseConnection, _ report: CopyReport
    ) throws -> Proof? {
        let from = self.source.proofReader(source)
        let (before, after, columns) = try states(plan, from, self.source.proofReader(target))
        for doubt in try from.doubts(about: before) { self.source.options.proof?.deny(doubt) }
        self.source.beginProof(before)
        guard var proof = self.source.proof(of: Self.command, in: report.target, after: after) else { return nil }
        proof.source = ProofPlace(report.source)
        proof.target = report.version
        proof.quarantined = report.tables.flatMap { table in
            table.refusedRows.map {
                ProofQuarantine(table: table.name, key: $0.key, position: nil, reason: $0.reason)
            }
        }
        proof.reasons += report.tables.compactMap { table in
            table.outcome == .notCopied && table.rows > 0 ? "\(table.name) was not copied: \(table.rows) rows" : nil
        }
        proof.elsewhere += columns
        if let lists = try backup(source) {
            proof.elsewhere.append(
                ProofMovement(
                    kind: "left_out", table: TableType.sessions.name, column: "runs", gone: lists.keptElements,
                    made: SetDigest()))
        }
        if report.parked > 0 { proof.reasons.append("\(report.parked) parked values and rows stay in the source") }
        if report.sourceWasWritten { proof.reasons.append("another program wrote to the source during the copy") }
        proof.conclude()
        return proof
    }

    /// What both databases have of the tables, and the columns that stay in the source.
    private func states(
        _ plan: CopyPlan, _ source: ProofReader, _ target: ProofReader
    ) throws -> (before: ProofState, after: ProofState, leftOut: [ProofMovement]) {
        var (before, after) = (ProofState(), ProofState())
        var leftOut: [ProofMovement] = []
        for task in plan.tasks {
            var subject = task.proofSubject
            subject.columns += task.proofColumnsLeftOut
            subject.name = task.source.name
            let table = try source.read(subject)
            before.tables.append(table)
            for column in task.proofColumnsLeftOut {
                guard let values = table.column(column.name)?.values, values.count > 0 else { continue }
                leftOut.append(
                    ProofMovement(
                        kind: "left_out", table: task.typeName, column: column.name, gone: values, made: SetDigest()))
            }
            after.tables.append(try target.read(task.proofSubject))
        }
        return (before, after, leftOut)
    }

    /// The run lists that stay in the source, where the runs are rows; nil if every element has its row.
    private func backup(_ connection: any DatabaseConnection) throws -> ProofLists? {
        let state = try DatabaseState.look(connection, names: source.names, store: source.store)
        guard let sessions = state.snapshots[.sessions], let runs = state.snapshots[.runs],
            sessions.shape.column("runs") != nil
        else { return nil }
        let lists = try ListDigests(RunsCoverage(connection: connection, sessions: sessions, runs: runs))
            .read(source.options.interruption)
        return lists.keptElements.count == 0 ? nil : lists
    }
}

extension CopyTask {
    /// What a proof reads of the table in both databases.
    var proofSubject: ProofSubject {
        ProofSubject(
            type: typeName, name: name, key: key,
            columns: columns.map { ($0.name, ProofSubject.kind($0.type, of: typeName)) })
    }

    /// The columns of the source that are not copied, but for the old run lists, whose runs are rows.
    fileprivate var proofColumnsLeftOut: [(name: String, kind: ProofColumn.Kind)] {
        leftOut.filter { !(type == .sessions && $0 == "runs") }.map { name in
            (name, ProofSubject.kind(nil, of: typeName, storedAs: source.shape.column(name)?.type ?? ""))
        }
    }
}
