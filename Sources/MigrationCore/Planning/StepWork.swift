import AgnoSchema

/// One table's way to the target.
struct TableSteps {
    var type: TableType
    /// The version that the table has: its stamp, but not more than its shape amounts to.
    var from: SchemaVersion
    var steps: [StepWork]
    /// Whether anything has to be written, be it only a stamp.
    var isPending: Bool
    /// The version that the table is to be stamped with in the end.
    var finalStamp: SchemaVersion
}

/// One version's work on one table.
struct StepWork {
    var version: SchemaVersion
    var direction: MigrationDirection
    /// What has to be done, in order.
    var parts: [Part]
    var skipped: [String]
    /// Moves that are due, although the table lacks the columns that they read.
    var blockedMoves: [RowMove] = []
    var isApplicable: Bool
    /// The stamp after this step.
    var stamp: SchemaVersion
    /// Whether the stamp is still to be written.
    var needsStamp: Bool
    /// All changes of the step that apply to this table: the post-state to verify.
    var postState: [SchemaChange]
    /// What the tables lack of their version although no version's step is to blame, to be made up for if the rows allow it.
    var repairs: [TableRepair] = []
    /// Whether the table is where it is to be after this step, and has to show it.
    var isLast = false
    /// Whether parked values wait for columns that are there.
    var restoresValues = false

    enum Part: Hashable {
        case check(Precondition)
        /// Changes that may be lowered together.
        case changes([SchemaChange])
        case move(RowMove)
    }

    var preconditions: [Precondition] {
        parts.compactMap { if case .check(let condition) = $0 { condition } else { nil } }
    }
    var pendingChanges: [SchemaChange] {
        parts.flatMap { part -> [SchemaChange] in if case .changes(let changes) = part { changes } else { [] } }
    }
    var moves: [RowMove] {
        parts.compactMap { if case .move(let move) = $0 { move } else { nil } }
    }
    /// The repairs of a table whose rows are moved: by the keys among them a move knows its rows.
    func keysOfMovedRows(of type: TableType) -> [SchemaChange] {
        moves.isEmpty ? [] : repairs.filter { $0.type == type }.map(\.change)
    }
    var hasWork: Bool { !pendingChanges.isEmpty || !moves.isEmpty || !repairs.isEmpty || restoresValues }

    /// Adds a change to the group before it, unless a move stands between; a table of its own is a group of its own.
    mutating func append(_ change: SchemaChange) {
        if !change.isAboutAnotherTable, case .changes(var group) = parts.last,
            group.allSatisfy({ !$0.isAboutAnotherTable })
        {
            group.append(change)
            parts[parts.count - 1] = .changes(group)
        } else {
            parts.append(.changes([change]))
        }
    }

    /// Resumes a step of the same version that an operation began: what was due then is due until the step has ended.
    mutating func resume(
        _ unfinished: [UnfinishedStep], type: TableType, shapes: [TableType: TableShape], movers: RowMovers
    ) {
        for begun in unfinished where begun.version == version {
            // Begun in the other direction, it has an end all the same; and what a way back may have brought back by
            // then is due again.
            if !begun.isReopened { needsStamp = true }
            guard begun.direction == direction || direction == .up else { continue }
            restoresValues = restoresValues || begun.restoresValues
            // A way down that was killed before it made the lists' column has taken nothing out of reach.
            if begun.direction == .down, direction == .up { blockedMoves.removeAll() }
            for move in begun.moves where !moves.contains(move) && movers[move].canResume(in: shapes) {
                guard direction == .down || movers[move].canRun(on: shapes[type]) else { continue }
                parts.insert(.move(move), at: direction == .up ? parts.endIndex : 0)
            }
        }
    }

    /// Keeps a move that was due when the operation began, although the changes around it are done by now.
    mutating func restorePlannedMoves(of planned: StepWork, shapes: [TableType: TableShape], movers: RowMovers) {
        for (position, part) in planned.parts.enumerated() {
            guard case .move(let move) = part, !moves.contains(move) else { continue }
            if direction == .down, !movers[move].canResume(in: shapes) { continue }
            // Before the changes that followed it, so that a table is read before it is dropped.
            let isBeforeChanges = planned.parts[(position + 1)...].contains {
                if case .changes = $0 { true } else { false }
            }
            parts.insert(.move(move), at: isBeforeChanges ? 0 : parts.endIndex)
        }
    }
}

/// A change that makes up for the drift of a table.
struct TableRepair: Hashable {
    /// The type, or that of a table that belongs to it.
    var type: TableType
    var change: SchemaChange
}
