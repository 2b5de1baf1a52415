import AgnoSchema
import Crypto
import DatabaseAccess
import LosslessJSON
import SQLDialects

/// Gives learned entities of a user an id that contains the user; down: the old id, where only one user has the entity.
struct LearningKeysMover: RowMover {
    func title(in context: SchemaContext) -> String {
        "include the user in the ids of learned entities"
    }

    func canRun(on shape: TableShape?) -> Bool {
        ["learning_id", "learning_type", "namespace", "entity_id", "entity_type", "user_id", "content"]
            .allSatisfy { shape?.column($0) != nil }
    }

    func isDue(_ situation: MoveSituation) -> Bool {
        situation.hasPendingChange || situation.needsStamp || situation.isForced
    }

    func isDueBack(_ situation: MoveSituation, in shapes: [TableType: TableShape]) -> Bool {
        situation.needsStamp && canRun(on: shapes[.learnings])
    }

    func estimate(_ scope: MoveScope) throws -> MoveEstimate? {
        guard let learnings = scope.snapshots[.learnings] else { return nil }
        guard scope.direction == .up else {
            return MoveEstimate(title: "give learned entities of one user their old id back", rows: 0)
        }
        let count = try LearningRekeying.pending(in: learnings, on: scope.connection)
        return count == 0
            ? nil : MoveEstimate(title: "give \(count) learned entities an id that contains their user", rows: count)
    }

    /// Where the server checks keys at once, it moves no child along unless the key says so; elsewhere the children follow.
    func uprootedRows(_ scope: MoveScope) -> String? {
        guard let learnings = scope.snapshots[.learnings],
            scope.dialect.foreignKeyCheck(ofTable: learnings.name) == nil
        else { return nil }
        return "learning_type = 'entity_memory' AND namespace = 'user'"
    }

    func finish(_ move: MoveContext) throws -> MoveResult {
        guard let learnings = move.scope.snapshots[.learnings] else { return MoveResult() }
        let rekeying = LearningRekeying(
            connection: move.connection, learnings: learnings, journal: move.journal, version: move.version,
            now: move.startedAt, proof: move.options.proof)
        let counts = try move.connection.suspendingTriggers(of: learnings, during: .moving) {
            move.scope.direction == .up ? try rekeying.rekey() : try rekeying.unkey()
        }
        var result = MoveResult(rows: counts.written)
        if counts.rekeyed > 0 { result.changes.append("gave \(counts.rekeyed) learned entities their new id") }
        if counts.merged > 0 { result.changes.append("merged \(counts.merged) learned entities") }
        if counts.quarantined > 0 {
            result.changes.append("quarantined \(counts.quarantined) learned entities of doubtful owner")
        }
        return result
    }
}

/// Rewrites the ids of learned entities.
///
/// Rows keep everything but their id: times, workflow, metadata. What cannot be decided stays where it is and is listed.
struct LearningRekeying {
    let connection: any DatabaseConnection
    let learnings: TableSnapshot
    let journal: Journal
    let version: SchemaVersion
    let now: Int64
    var proof: ProofRecorder?

    struct Counts {
        var rekeyed: Int64 = 0
        var merged: Int64 = 0
        var quarantined: Int64 = 0
        var written: Int64 { rekeyed + merged + quarantined }
    }

    private var dialect: any Dialect { connection.dialect }
    private var table: String { dialect.table(learnings.name) }
    private func placeholder(_ position: Int) -> String { dialect.placeholder(position) }

    /// About how many rows still have an old id.
    static func pending(in learnings: TableSnapshot, on connection: any DatabaseConnection) throws -> Int64 {
        try count(keyed: false, in: learnings, on: connection)
    }

    /// About how many rows have an id that contains their user, or one that does not.
    static func count(
        keyed isKeyed: Bool, in learnings: TableSnapshot, on connection: any DatabaseConnection
    ) throws -> Int64 {
        try connection.value(
            "SELECT COUNT(*) FROM \(connection.dialect.table(learnings.name)) WHERE learning_type = 'entity_memory' "
                + "AND namespace = 'user' AND learning_id \(isKeyed ? "<>" : "=") "
                + "'entity_user_' || entity_type || '_' || entity_id")?.int ?? 0
    }

    func rekey() throws -> Counts {
        var counts = Counts()
        try forEachRow { stored in
            let row = stored.row
            switch LearningKeys.bucket(of: row) {
            case .keyed: break
            case .malformed: try list(row, "malformed")
            case .unowned: try list(row, "unowned")
            case .contaminatedKeyed: try list(row, "contaminated_keyed")
            case .contaminated:
                if try quarantine(row) { counts.quarantined += 1 }
            case .legacy: try rekey(stored, &counts)
            }
        }
        return counts
    }

    /// The way back: the old id, wherever it is free and only one user has the entity.
    func unkey() throws -> Counts {
        var counts = Counts()
        try forEachRow { stored in
            let row = stored.row
            guard let user = row.user, !user.isEmpty, row.entityType?.isEmpty == false, row.entityID?.isEmpty == false,
                ExactText(row.id) == ExactText(row.keyedID(userHash: Self.hash(user))), try !exists(row.legacyID)
            else { return }
            // Under the old id `up` would take it for something else: it would be set apart, or stay there.
            var renamed = row
            renamed.id = row.legacyID
            guard LearningKeys.bucket(of: renamed) == .legacy else { return }
            let rivals = try connection.value(
                "SELECT COUNT(*) FROM \(table) WHERE learning_type = 'entity_memory' AND namespace = 'user' "
                    + "AND entity_type = \(placeholder(1)) AND entity_id = \(placeholder(2))",
                [SQLValue(row.entityType), SQLValue(row.entityID)])
            guard rivals?.int == 1 else { return try list(row, "entity_of_several_users") }
            try rename(row.id, to: row.legacyID)
            counts.rekeyed += 1
        }
        return counts
    }

    // MARK: Rows

    private struct Stored {
        var row: LearningKeys.Row
        var content: SQLValue
        var metadata: SQLValue
    }

    private static let columns = ["learning_id", "user_id", "entity_type", "entity_id", "content", "metadata"]

    private func forEachRow(_ body: (Stored) throws -> Void) throws {
        var last = ""
        while true {
            let page = try connection.rows(
                SQLStatement(
                    "SELECT learning_id FROM \(table) WHERE learning_type = 'entity_memory' AND namespace = 'user' "
                        + "AND learning_id > \(placeholder(1)) ORDER BY learning_id LIMIT 500", [.text(last)]))
            guard let end = page.last?.first?.string else { return }
            // Rows get new ids on the way; each is read again just before it is dealt with.
            for key in page.compactMap({ $0.first?.string }) {
                if let stored = try read(key) { try body(stored) }
            }
            last = end
        }
    }

    private func read(_ id: String) throws -> Stored? {
        let found = try connection.rows(
            SQLStatement(
                "SELECT \(dialect.list(Self.columns)) FROM \(table) WHERE learning_id = \(placeholder(1))", [.text(id)])
        )
        guard let row = found.first else { return nil }
        return Stored(
            row: LearningKeys.Row(
                id: id, user: row[1].isNull ? nil : row[1].keyText, entityType: row[2].isNull ? nil : row[2].keyText,
                entityID: row[3].isNull ? nil : row[3].keyText, content: JSONLayers(row[4])?.object),
            content: row[4], metadata: row[5])
    }

    private func exists(_ id: String) throws -> Bool {
        try connection.value("SELECT 1 FROM \(table) WHERE learning_id = \(placeholder(1))", [.text(id)]) != nil
    }

    private func rename(_ id: String, to new: String) throws {
        try connection.execute(
            "UPDATE \(table) SET learning_id = \(placeholder(1)) WHERE learning_id = \(placeholder(2))",
            [.text(new), .text(id)])
        try moveChildren(of: id, to: new)
    }

    /// Rows of other tables follow the row that they refer to.
    private func moveChildren(of id: String, to new: String) throws {
        guard dialect.foreignKeyCheck(ofTable: learnings.name) != nil else { return }
        for key in learnings.incomingKeys {
            guard let position = key.parentColumns.firstIndex(of: "learning_id") else { continue }
            let column = dialect.quote(key.columns[position])
            // Of a key with more columns, those rows that the row under its new id is the parent of.
            let others = zip(key.parentColumns, key.columns).filter { $0.0 != "learning_id" }.map {
                " AND p.\(dialect.quote($0)) = \(key.table).\(dialect.quote($1))"
            }
            let isChild =
                others.isEmpty
                ? ""
                : " AND EXISTS (SELECT 1 FROM \(table) p WHERE p.learning_id = \(placeholder(1))\(others.joined()))"
            try connection.execute(
                "UPDATE \(key.table) SET \(column) = \(placeholder(1)) WHERE \(column) = \(placeholder(2))\(isChild)",
                [.text(new), .text(id)])
        }
    }

    private func list(_ row: LearningKeys.Row, _ reason: String) throws {
        try journal.quarantine(
            QuarantinedRow(key: row.id, position: nil, reason: reason),
            of: JournalSubject(.learnings, table: learnings.name, version: version), on: connection)
    }

    /// Whether the row could be set apart.
    private func quarantine(_ row: LearningKeys.Row) throws -> Bool {
        // An earlier row under that id is somebody's content too; it is not overwritten.
        var id = row.quarantineID
        if try exists(id) { id += "_" + Self.hash(row.user ?? "") }
        guard try !exists(id) else {
            try list(row, "contaminated")
            return false
        }
        try note("quarantined", .gone, [row.id])
        try connection.execute(
            "UPDATE \(table) SET learning_id = \(placeholder(1)), namespace = 'quarantined_user', updated_at = \(placeholder(2)) "
                + "WHERE learning_id = \(placeholder(3))", [.text(id), .integer(now), .text(row.id)])
        try note("quarantined", .made, [id])
        try moveChildren(of: row.id, to: id)
        try list(LearningKeys.Row(id: id, user: nil, entityType: nil, entityID: nil, content: nil), "contaminated")
        return true
    }

    private func rekey(_ source: Stored, _ counts: inout Counts) throws {
        let row = source.row
        let id = row.keyedID(userHash: Self.hash(row.user ?? ""))
        guard let target = try read(id) else {
            try rename(row.id, to: id)
            counts.rekeyed += 1
            return
        }
        guard let layers = JSONLayers(target.content), let old = layers.object, let new = row.content,
            let merged = LearningKeys.merge(new, into: old)
        else { return try list(row, "conflict") }
        let metadata = JSONLayers(target.metadata)?.isTruthy == true ? target.metadata : source.metadata
        let content = SQLValue.text(layers.text(for: merged))
        try note("merged", .gone, [id, row.id])
        try connection.execute(
            "UPDATE \(table) SET content = \(placeholder(1)), metadata = \(placeholder(2)), updated_at = \(placeholder(3)) "
                + "WHERE learning_id = \(placeholder(4))",
            [content, metadata, .integer(now), .text(id)])
        // The write is read back before the other copy goes: both are in one transaction, but nothing is taken on trust.
        var expected: SQLValue? = content
        if let expression = dialect.storedForm(ofJSON: placeholder(1)) {
            expected = try connection.value("SELECT \(expression)", [content])
        }
        guard let written = try read(id), written.content == expected else {
            throw MigrationError(
                .notVerified, "a merged row of \(learnings.name) did not read back as it was written",
                remedy: "look for a trigger on the table, then run the same command again", rows: [id])
        }
        try moveChildren(of: row.id, to: id)
        try connection.execute("DELETE FROM \(table) WHERE learning_id = \(placeholder(1))", [.text(row.id)])
        try note("merged", .made, [id])
        counts.merged += 1
    }

    /// Records for a proof what rows are, before or after they are written in another form.
    private func note(_ kind: String, _ side: ProofRecorder.Side, _ ids: [String]) throws {
        guard let proof else { return }
        let columns = learnings.writableColumns
        let rows = try ids.flatMap { id in
            try connection.rows(
                SQLStatement(
                    "SELECT \(dialect.list(columns)) FROM \(table) WHERE learning_id = \(placeholder(1))", [.text(id)]))
        }
        proof.note(kind, side, .learnings, learnings, dialect.traits, columns: columns, rows)
    }

    /// The first 16 hexadecimal digits of SHA-256 of the user's id.
    static func hash(_ user: String) -> String {
        SHA256.hash(data: Array(user.utf8)).prefix(8).hexadecimal
    }
}
