import AgnoSchema
import DatabaseAccess
import SQLDialects

/// Compares what a database says of itself with what it is.
struct Inspector {
    let connection: any DatabaseConnection
    let context: SchemaContext
    let state: DatabaseState

    private var names: TableNames { context.names }
    private var planner: Planner { Planner(context: context) }

    private var warnings: [String] {
        var warnings = state.stampWarnings(names: names)
        if let newer = state.newerStamp {
            warnings.append(
                "\(newer.table) is stamped \(newer.version), which is newer than this program knows (\(SchemaVersion.latest))"
            )
        }
        return warnings
    }

    // MARK: Status

    func status() -> DatabaseStatus {
        DatabaseStatus(
            dialect: connection.dialect.kind, serverVersion: state.serverVersion,
            schema: connection.dialect.schemaName,
            tables: TableType.managed.map(status), warnings: warnings, isNewerThanProgram: state.newerStamp != nil)
    }

    private func status(of type: TableType) -> TableStatus {
        let text = state.stampText(of: type, names: names)
        guard let snapshot = state.snapshots[type] else {
            return TableStatus(
                type: type, name: names[type], exists: false, stamp: text, shape: nil, pending: [], agrees: true,
                differences: [])
        }
        guard type.isStamped else {
            return TableStatus(
                type: type, name: snapshot.name, exists: true, stamp: text, shape: nil, pending: [], agrees: true,
                differences: [])
        }
        let stamp = state.stamp(of: type, names: names)
        let shape = planner.shapeVersion(of: type, in: state.shapes)
        let request = MigrationRequest(direction: .up, target: .latest, types: [type], force: false)
        let isNewer = stamp.map { $0 > .latest } ?? false
        let work = planner.work(
            on: type, stamp: stamp, shapes: state.shapes, request: request,
            unfinished: state.unfinished[names[type]] ?? [])
        let pending = isNewer ? [] : work.steps.filter { $0.hasWork || $0.needsStamp }.map(\.version)
        let comparison = compare(snapshot, type: type, at: isNewer ? .latest : expectedVersion(of: type))
        var differences = comparison.mismatches + comparison.tolerated
        if text != nil, stamp == nil { differences.insert("the stamp is no version", at: 0) }
        return TableStatus(
            type: type, name: snapshot.name, exists: true, stamp: text, shape: shape, pending: pending,
            agrees: agrees(type, stamp: stamp, shape: shape, hasText: text != nil), differences: differences)
    }

    /// A stamp agrees when the table's shape amounts to it and to no older version; where versions in between do nothing
    /// to a type, several stamps say the same.
    private func agrees(_ type: TableType, stamp: SchemaVersion?, shape: SchemaVersion, hasText: Bool) -> Bool {
        if hasText, stamp == nil { return false }
        let stamp = stamp?.floor ?? .baseline
        guard shape >= stamp else { return false }
        // Above the stamp, the shape may only be ahead through versions that do nothing to this type's structure.
        return Migration.all.filter { $0.version > stamp && $0.version <= shape }.allSatisfy { migration in
            migration.steps(for: type, traits: context.traits).compactMap(\.change)
                .allSatisfy { change in
                    // What the baseline has already is no sign of a newer version.
                    var shapes: [TableType: TableShape] = [:]
                    shapes[type] = TableDefinition.shape(of: type, at: max(stamp, type.introduced), in: context)
                    return change.isSatisfied(by: shapes, of: type, in: context)
                }
        }
    }

    /// The version that a table is held against: its stamp, or what its shape amounts to where it has none.
    private func expectedVersion(of type: TableType) -> SchemaVersion {
        if let stamp = state.stamp(of: type, names: names)?.floor { return max(stamp, type.introduced) }
        return max(planner.shapeVersion(of: type, in: state.shapes), type.introduced)
    }

    // MARK: Comparison with a fresh table

    private func compare(
        _ snapshot: TableSnapshot, type: TableType, at version: SchemaVersion
    ) -> (mismatches: [String], tolerated: [String]) {
        guard let fresh = TableDefinition.shape(of: type, at: version, in: context) else { return ([], []) }
        var mismatches: [String] = []
        var tolerated: [String] = []
        let shape = snapshot.shape
        for column in fresh.columns {
            guard let found = shape.column(column.name) else {
                mismatches.append("column \(column.name) is missing")
                continue
            }
            if found.type.uppercased() != column.type.uppercased() {
                let sentence = "column \(column.name) is \(found.type), a fresh table has \(column.type)"
                if context.traits.areEquivalent(found.type, column.type) {
                    tolerated.append("\(sentence); both hold the same values")
                } else {
                    mismatches.append(sentence)
                }
            }
            if found.isNullable != column.isNullable {
                let sentence =
                    "column \(column.name) \(found.isNullable ? "may be" : "must not be") NULL, unlike a fresh table's"
                if found.isNullable { mismatches.append(sentence) } else { tolerated.append(sentence) }
            }
            if let value = found.defaultValue, column.defaultValue == nil {
                // A constant that the migration's own time left behind gives every later row that time.
                tolerated.append(
                    "column \(column.name) has a default (\(value.count) characters); a fresh table has none")
            }
        }
        for column in shape.columns where fresh.column(column.name) == nil {
            let isBackup = type == .sessions && column.name == "runs"
            tolerated.append(
                isBackup
                    ? "column runs is kept as a backup until cleanup"
                    : "column \(column.name) is not Agno's; it is left alone")
        }
        if shape.primaryKey != fresh.primaryKey {
            mismatches.append("the primary key is not (\(fresh.primaryKey.joined(separator: ", ")))")
        }
        for key in fresh.uniqueKeys where shape.uniqueKeys(covering: key.columns).isEmpty {
            mismatches.append("the unique key on (\(key.columns.joined(separator: ", "))) is missing")
        }
        for key in shape.uniqueKeys where fresh.uniqueKeys(covering: key.columns).isEmpty {
            mismatches.append(
                "there is a unique key on (\(key.columns.joined(separator: ", "))) that a fresh table has not")
        }
        for named in fresh.indexes where !shape.hasIndex(covering: named.index) {
            mismatches.append("the index on (\(named.index.columns.joined(separator: ", "))) is missing")
        }
        for named in shape.indexes where !fresh.hasIndex(covering: named.index) {
            tolerated.append("index \(named.name) is not Agno's; it is left alone")
        }
        for (position, named) in shape.indexes.enumerated() where fresh.hasIndex(covering: named.index) {
            if shape.indexes[..<position].contains(where: { $0.index.covers(named.index) }) {
                tolerated.append("index \(named.name) covers the same as another; one of them can be dropped")
            }
        }
        return (mismatches, tolerated)
    }

    // MARK: Verification

    func verify() throws -> VerificationReport {
        VerificationReport(
            dialect: connection.dialect.kind, serverVersion: state.serverVersion,
            schema: connection.dialect.schemaName,
            tables: try TableType.managed.map(verify), warnings: warnings)
    }

    private func verify(_ type: TableType) throws -> TableVerification {
        guard let snapshot = state.snapshots[type] else {
            var absent = TableVerification(
                type: type, name: names[type], exists: false, version: nil, mismatches: [], tolerated: [], rows: 0)
            if state.stampText(of: type, names: names) != nil {
                absent.tolerated.append("there is a stamp but no such table; it is taken for absent")
            }
            return absent
        }
        let version = expectedVersion(of: type)
        let comparison = compare(snapshot, type: type, at: version)
        var result = TableVerification(
            type: type, name: snapshot.name, exists: true, version: type.isStamped ? version : nil,
            mismatches: comparison.mismatches, tolerated: comparison.tolerated,
            rows: try count(snapshot))
        if type.isStamped {
            let text = state.stampText(of: type, names: names)
            if text != nil, state.stamp(of: type, names: names) == nil {
                result.mismatches.append("the stamp is no version")
            }
            if let stamp = state.stamp(of: type, names: names)?.floor {
                let shape = planner.shapeVersion(of: type, in: state.shapes)
                if shape < stamp, result.mismatches.isEmpty {
                    result.mismatches.append("the stamp says \(stamp), the table is \(shape)")
                }
            }
            if text == nil, version > .baseline, state.hasVersionsTable {
                result.tolerated.append("there is no stamp; the table is taken for \(SchemaVersion.baseline)")
            }
        }
        if type == .sessions { try verifyRuns(snapshot, at: version, into: &result) }
        return result
    }

    private func count(_ snapshot: TableSnapshot) throws -> Int64 {
        try connection.value("SELECT COUNT(*) FROM \(connection.dialect.table(snapshot.name))")?.int ?? 0
    }

    /// The runs table's shape, and every element of every list that is still in the backup column.
    private func verifyRuns(
        _ sessions: TableSnapshot, at version: SchemaVersion, into result: inout TableVerification
    ) throws {
        guard version >= SchemaVersion(3, 0, 0) else { return }
        guard let runs = state.snapshots[.runs] else {
            result.mismatches.append("table \(names[.runs]) is missing")
            return
        }
        let comparison = compare(runs, type: .runs, at: version)
        result.mismatches += comparison.mismatches.map { "\(runs.name): \($0)" }
        result.tolerated += comparison.tolerated.map { "\(runs.name): \($0)" }
        let dialect = connection.dialect
        let orphans =
            try connection.value(
                "SELECT COUNT(*) FROM \(dialect.table(runs.name)) r WHERE NOT EXISTS "
                    + "(SELECT 1 FROM \(dialect.table(sessions.name)) s WHERE s.session_id = r.session_id)")?.int ?? 0
        if orphans > 0 { result.tolerated.append("\(runs.name): \(orphans) runs belong to no session") }
        guard sessions.shape.column("runs") != nil else { return }
        let coverage = try RunsCoverage(connection: connection, sessions: sessions, runs: runs).measure()
        if coverage.unmoved > 0 {
            result.mismatches.append(
                "\(coverage.unmoved) runs of the backup column are not in \(runs.name); run up --force --table sessions"
            )
        }
        let kept = coverage.uncovered - coverage.unmoved
        if kept > 0 {
            result.tolerated.append("\(kept) elements of the backup column cannot be placed; they stay there")
        }
    }
}
