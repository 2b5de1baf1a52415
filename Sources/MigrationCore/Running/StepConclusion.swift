import AgnoSchema
import DatabaseAccess
import SQLDialects

// How a step is announced, verified, stamped and recorded.
extension StepRun {
    /// Lowers the stamp before the first part of a step is committed: it claims no more than the table is.
    mutating func lowerStamp() throws {
        let below = step.direction == .up ? context.history.predecessor(of: step.version) ?? .baseline : step.stamp
        guard !step.pendingChanges.isEmpty, let stamp = state.stamp(of: type, names: names), stamp > below else {
            return
        }
        try write(below, for: name)
    }

    /// Records that the step is about to change its table part by part, for whoever resumes after a kill.
    mutating func recordStart() throws {
        let unfinished = UnfinishedStep(version: step.version, direction: step.direction, moves: step.moves)
        try journal.append(.started(unfinished, type: type, table: name), to: connection)
        state.unfinished[ExactText(name), default: []].removeAll { $0.version == step.version }
        state.unfinished[ExactText(name), default: []].append(unfinished)
    }

    /// Verifies, stamps and records the step, at the end of its last transaction.
    ///
    /// - Parameter whatRemains: what stays in the database if the verification fails.
    mutating func conclude(whatRemains: String) throws {
        try lookIfStale()
        try restoreValues()
        if step.hasWork {
            try lookIfStale()
            let missing = missing(of: step.postState)
            guard missing.isEmpty else {
                let doubts = missing.map(unlikeColumn)
                let list = zip(missing, doubts).map { $0.title(in: context) + $1 }.joined(separator: ", ")
                let remedy =
                    doubts.contains("")
                    ? "report this" : "give the columns these types, then run the same command again"
                throw MigrationError(
                    .notVerified, "verification failed: \(name) still lacks: \(list)",
                    remedy: "\(remedy); \(whatRemains)")
            }
        }
        report.outcome =
            !report.changes.isEmpty || !report.restored.isEmpty
            ? .applied : step.isApplicable ? .alreadySatisfied : .notApplicable
        report.drift = try drift()
        // A stamp claims what verify would find.
        if report.drift.isEmpty { try stamp() }
        try forgetFormerTypes()
        if step.direction == .down, step.hasWork || hasCommitted {
            try journal.append(
                .reverted(JournalSubject(type, table: name, version: step.version)), to: connection)
        }
        try recordEnd()
        state.unfinished[name]?.removeAll { $0.version == step.version }
    }

    /// What a column is instead, where one of that name exists.
    private func unlikeColumn(_ change: SchemaChange) -> String {
        guard case .addColumn(let column, _) = change, let found = state.shapes[type]?.column(column.name) else {
            return ""
        }
        let declared = dialect.traits.typeName(column.resolved(for: dialect.traits).type)
        return " (column \(column.name) is \(found.type), and Agno declares \(declared))"
    }

    func recordEnd() throws {
        try journal.append(.step(report, type: type, table: name), to: connection)
    }

    private mutating func stamp() throws {
        guard step.needsStamp || step.hasWork || hasCommitted else { return }
        let current = state.stamp(of: type, names: names)
        let isDue = current.map { step.direction == .up ? $0 < step.stamp : $0 > step.stamp } ?? true
        if isDue { try write(step.stamp, for: name) }
        for change in step.postState {
            // A table that comes and goes with this one has its stamp.
            guard case .createTable(let other) = change.creatingForm else { continue }
            if state.snapshots[other] == nil {
                if state.stamps.removeValue(forKey: ExactText(names[other])) != nil {
                    try executor.store.remove(names[other], on: connection)
                }
            } else if state.stamps[names[other]].map({ Stamp($0) == .invalid }) ?? true {
                try write(step.stamp, for: names[other])
            }
        }
    }

    private mutating func write(_ version: SchemaVersion, for name: String) throws {
        if !state.hasVersionsTable { try executor.store.prepare(connection, in: context, beside: state.model([type])) }
        state.hasVersionsTable = true
        try executor.store.write(version, for: name, isStamped: state.stamps[name] != nil, on: connection)
        state.stamps[name] = version.description
    }
}

extension SchemaChange {
    /// The change, or its inverse if that is the one that creates a table.
    fileprivate var creatingForm: SchemaChange {
        if case .dropTable = self { inverse } else { self }
    }
}
