import AgnoSchema
import DatabaseAccess
import Logging
import SQLDialects

// A table that has drifted from its version gets back what it lacks, and a stamp only if it lacks nothing.
extension StepRun {
    /// Makes the repairs that the rows allow, after the changes of the last step.
    ///
    /// A repair that the server refuses all the same is taken back alone: the step does not fail for it.
    mutating func repairDrift() throws {
        guard step.isLast, step.direction == .up else { return }
        try lookIfStale()
        let allowed = try repairs(in: state.shapes).filter {
            try preconditions.reason(against: $0.change, type: $0.type) == nil
        }
        for type in allowed.map(\.type).uniqued() {
            let repairs = allowed.filter { $0.type == type }
            if try make(repairs) { continue }
            for repair in repairs {
                try lookIfStale()
                if repair.change.isSatisfied(by: state.shapes, of: type, in: context) {
                    report.repaired.append(title(of: repair))
                } else {
                    _ = try make([repair])
                }
            }
        }
    }

    /// Adds the primary keys that other tables of the step lack, before rows are moved into them: a move knows rows by their key.
    mutating func addMissingKeys() throws {
        try lookIfStale()
        for repair in step.repairs where repair.type != type {
            guard case .addPrimaryKey = repair.change, let other = state.snapshots[repair.type],
                other.shape.primaryKey.isEmpty
            else { continue }
            if let reason = try preconditions.keyRefusal(of: [repair.change], beside: [], type: repair.type) {
                throw StepRefusal(reason: reason)
            }
            try apply([repair.change], to: repair.type)
            report.repaired.append(title(of: repair))
            try look()
        }
    }

    /// Makes repairs of one table; returns whether the server took them.
    private mutating func make(_ repairs: [TableRepair]) throws -> Bool {
        let before = self
        do {
            try connection.savepointIfSupported {
                for repair in repairs { try recordFormerType(repair) }
                try apply(repairs.map(\.change), to: repairs[0].type)
            }
            report.repaired += repairs.map(title)
            return true
        } catch let error as DatabaseError
            where [.constraint, .notStorable, .notAuthorised, .other].contains(error.condition)
        {
            self = before
            markStale()
            options.logger.debug("repair refused", metadata: ["detail": "\(error.detail)"])
            return false
        }
    }

    /// What the tables still differ in from fresh ones of the version, each with the reason why it is not repaired.
    mutating func drift() throws -> [String] {
        guard step.isLast, step.direction == .up else { return [] }
        try lookIfStale()
        return try executor.planner.mismatches(of: type, at: finalVersion, in: state.shapes).map { type, mismatch in
            let text = type == self.type ? mismatch.text : "\(names[type]): \(mismatch.text)"
            guard let repair = mismatch.repair else { return "\(text); the program has no repair for it" }
            guard let reason = try preconditions.reason(against: repair, type: type) else { return text }
            return "\(text); it cannot be repaired: \(reason)"
        }
    }

    /// Records the type that a text had, for the way down.
    private func recordFormerType(_ repair: TableRepair) throws {
        guard case .repair(.retype(let name, _)) = repair.change,
            let type = state.shapes[repair.type]?.column(name)?.type
        else { return }
        try Markers(connection, of: DatabaseState.ownerOfTypes(names[repair.type]))
            .set([(key: name, fingerprint: type)], at: executor.startedAt)
    }

    /// Forgets the types that a way down has restored.
    mutating func forgetFormerTypes() throws {
        guard step.direction == .down, let recorded = state.formerTypes[name] else { return }
        for case .changeType(let column, _, _) in step.postState where recorded[column] != nil {
            try Markers(connection, of: DatabaseState.ownerOfTypes(name)).forget([.text(column)])
            state.formerTypes[name]?[column] = nil
        }
    }

    private func title(of repair: TableRepair) -> String {
        let title = repair.change.pastTitle(in: context)
        return repair.type == type ? title : "\(names[repair.type]): \(title)"
    }
}

extension DatabaseConnection {
    /// Runs the body in a savepoint if a transaction is open and the server undoes structure changes; else as it is.
    fileprivate func savepointIfSupported(_ body: () throws -> Void) throws {
        guard dialect.hasTransactionalDDL else { return try body() }
        try savepoint(body)
    }
}
