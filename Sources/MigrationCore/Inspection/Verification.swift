import AgnoSchema
import DatabaseAccess
import SQLDialects

// Verification: every table against a fresh one, every run list against the runs table.
extension Inspector {
    func verify() throws -> VerificationReport {
        VerificationReport(
            dialect: connection.dialect.kind, serverVersion: state.serverVersion,
            schema: connection.dialect.schemaName,
            tables: try TableType.managed.map(verify),
            warnings: try warnings + elsewhere(than: TableType.managed))
    }

    private func verify(_ type: TableType) throws -> TableVerification {
        guard let snapshot = state.snapshots[type] else {
            var absent = TableVerification(
                type: type, name: names[type], exists: false, version: nil, mismatches: [], tolerated: [], rows: 0)
            if state.stampText(of: type, names: names) != nil {
                absent.tolerated.append("stamped, but the table does not exist; it is treated as absent")
            }
            return absent
        }
        if let reason = TableIdentity(context: context).doubt(about: snapshot, type: type) {
            return TableVerification(
                type: type, name: snapshot.name, exists: true, version: nil, mismatches: [reason.message],
                tolerated: [], rows: 0)
        }
        let version = expectedVersion(of: type)
        let comparison = comparison(of: snapshot, type: type, at: version)
        let isHidden = snapshot.hidesRows
        var result = TableVerification(
            type: type, name: snapshot.name, exists: true, version: type.isStamped ? version : nil,
            mismatches: comparison.mismatches.map(\.text), tolerated: comparison.tolerated,
            rows: isHidden ? 0 : try count(snapshot))
        if isHidden { result.mismatches.append("row level security hides rows from the role; they are not verified") }
        result.repairs = repairs(of: type, at: version)
        if type.isStamped {
            let text = state.stampText(of: type, names: names)
            if text != nil, state.stamp(of: type, names: names) == nil {
                result.mismatches.append("the stamp is not a valid version")
            }
            if let stamp = stampedVersion(of: type) {
                let shape = planner.shapeVersion(of: type, in: state.shapes)
                if shape < stamp, result.mismatches.isEmpty {
                    result.mismatches.append("the stamp is \(stamp), but the table's shape is that of \(shape)")
                }
            }
            if text == nil, version > .baseline, state.hasVersionsTable {
                result.tolerated.append("no stamp; the table is treated as \(SchemaVersion.baseline)")
            }
        }
        if type == .sessions, !isHidden { try verifyRuns(snapshot, at: version, into: &result) }
        return result
    }

    /// The statements that would repair what `up` can repair.
    private func repairs(of type: TableType, at version: SchemaVersion) -> [String] {
        planner.repairs(of: type, at: version, in: state.shapes).flatMap { repair -> [String] in
            guard let snapshot = state.snapshots[repair.type] else { return [] }
            let lowering = connection.dialect.lower(
                [repair.change], of: snapshot, among: state.snapshots, in: context, now: 0)
            switch lowering {
            case .statements(let statements), .rebuild(let statements): return statements.map(\.sql)
            case .swap(let swap): return swap.statements.map(\.sql)
            case .skipped: return []
            }
        }
    }

    private func count(_ snapshot: TableSnapshot) throws -> Int64 {
        try connection.value("SELECT COUNT(*) FROM \(connection.dialect.table(snapshot.name))")?.int ?? 0
    }

    /// The runs table's shape, and every element of every list that is still in the backup column.
    private func verifyRuns(
        _ sessions: TableSnapshot, at version: SchemaVersion, into result: inout TableVerification
    ) throws {
        guard version.hasRunsTable else { return }
        guard let runs = state.snapshots[.runs] else {
            result.mismatches.append("table \(names[.runs]) is missing")
            return
        }
        if let reason = TableIdentity(context: context).doubt(about: runs, type: .runs) {
            return result.mismatches.append(reason.message)
        }
        let comparison = comparison(of: runs, type: .runs, at: version)
        result.mismatches += comparison.mismatches.map { "\(runs.name): \($0.text)" }
        result.tolerated += comparison.tolerated.map { "\(runs.name): \($0)" }
        guard !runs.hidesRows else {
            result.mismatches.append("\(runs.name): row level security hides rows from the role; they are not verified")
            return
        }
        let dialect = connection.dialect
        let orphans =
            try connection.value(
                "SELECT COUNT(*) FROM \(dialect.table(runs.name)) r WHERE NOT EXISTS "
                    + "(SELECT 1 FROM \(dialect.table(sessions.name)) s WHERE s.session_id = r.session_id)")?.int ?? 0
        if orphans > 0 { result.tolerated.append("\(runs.name): \(orphans) runs belong to no session") }
        guard sessions.shape.column("runs") != nil else { return }
        let measuring = RunsCoverage(connection: connection, sessions: sessions, runs: runs)
        // A column that is missing is a difference already.
        guard measuring.canMeasure else { return }
        add(try measuring.measure(), of: runs, to: &result)
    }

    private func add(_ coverage: RunsCoverage.Result, of runs: TableSnapshot, to result: inout TableVerification) {
        if coverage.unmoved > 0 {
            result.mismatches.append(
                "\(coverage.unmoved) runs of the backup column are not in \(runs.name), or older there; run up, "
                    + "or where that finds nothing to do, up --force --table sessions")
        }
        if coverage.deletedSince > 0 {
            result.tolerated.append(
                "\(coverage.deletedSince) runs that were deleted since the migration are still in the backup column, where "
                    + "Agno 3.x finds them again; run cleanup")
        }
        if coverage.damaged > 0 {
            let keys = Set(coverage.examples.filter { $0.reason == RunsCoverage.notAsMoved }.map(\.key)).sorted()
                .prefix(5)
            let names = keys.isEmpty ? "" : "; sessions: \(keys.joined(separator: ", "))"
            result.mismatches.append(
                "\(coverage.damaged) rows of \(runs.name) have another run_data than they were moved with, although their "
                    + "updated_at is that of the move\(names). The original is in the "
                    + "backup column: correct the rows, or give them another updated_at if they are right")
        }
        let kept = coverage.uncovered - coverage.unmoved - coverage.damaged
        if kept > 0 {
            result.tolerated.append("\(kept) elements of the backup column cannot be moved; they stay there")
        }
    }
}
