import AgnoSchema
import DatabaseAccess
import SQLDialects

// The proof of a copy: both databases, with the same columns.
extension DatabaseCopier {
    func makeProof(
        _ plan: CopyPlan, _ source: CopySource, _ target: CopyTarget, _ report: inout CopyReport
    ) throws {
        guard let recorder = self.source.options.proof, !report.interrupted else { return }
        do {
            let options = self.source.options
            options.onEvent(.note("reading both databases for the proof"))
            let proof = try read(plan, source.connection, target.connection, recorder, report)
            report.proof = proof
        } catch {
            report.warnings.append("no proof could be made: \(MigrationError(reporting: error).message)")
        }
    }

    private func read(
        _ plan: CopyPlan, _ source: any DatabaseConnection, _ target: any DatabaseConnection,
        _ recorder: ProofRecorder, _ report: CopyReport
    ) throws -> Proof {
        let engine = self.source
        let from = ProofReader(connection: source, names: engine.names, interruption: engine.options.interruption)
        let into = ProofReader(connection: target, names: engine.names, interruption: engine.options.interruption)
        var (before, after) = (ProofState(), ProofState())
        var leftOut: [ProofMovement] = []
        for task in plan.tasks {
            var subject = task.proofSubject
            subject.columns += task.proofColumnsLeftOut
            subject.name = task.source.name
            let table = try from.read(subject)
            before.tables.append(table)
            for column in task.proofColumnsLeftOut {
                guard let values = table.column(column.name)?.values, values.count > 0 else { continue }
                leftOut.append(
                    ProofMovement(
                        kind: "left_out", table: task.typeName, column: column.name, gone: values, made: SetDigest()))
            }
            after.tables.append(try into.read(task.proofSubject))
        }
        recorder.begin(before, plan: nil)
        var proof = recorder.proof(
            of: Self.command, toolVersion: engine.options.toolVersion, at: engine.options.clock.now,
            in: report.target, after: after, history: .agno)
        proof.source = report.source
        proof.target = report.version
        proof.elsewhere += leftOut
        proof.quarantined = report.tables.flatMap { table in
            table.refusedRows.map {
                ProofQuarantine(table: table.name, key: $0.key, position: nil, reason: $0.reason)
            }
        }
        proof.reasons += report.tables.compactMap { table in
            table.outcome == .notCopied && table.rows > 0 ? "\(table.name) was not copied: \(table.rows) rows" : nil
        }
        if report.sourceWasWritten { proof.reasons.append("another program wrote to the source during the copy") }
        proof.conclude()
        return proof
    }
}

extension CopyTask {
    /// What a proof reads of the table in both databases.
    var proofSubject: ProofSubject {
        ProofSubject(
            type: typeName, name: name, key: key, columns: columns.map { ($0.name, ProofSubject.kind($0.type)) })
    }

    /// The columns of the source that are not copied, but for the old run lists, whose runs are rows.
    fileprivate var proofColumnsLeftOut: [(name: String, kind: ProofColumn.Kind)] {
        leftOut.filter { !(type == .sessions && $0 == "runs") }.map { name in
            (name, ProofSubject.kind(nil, storedAs: source.shape.column(name)?.type ?? ""))
        }
    }
}
