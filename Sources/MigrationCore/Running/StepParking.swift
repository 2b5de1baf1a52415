import AgnoSchema
import DatabaseAccess
import SQLDialects

// What a step down has no place for is parked before it goes, and put back by the step up that has.
extension StepRun {
    // MARK: Down

    /// What the step has no place for.
    func displaced(by step: StepWork) throws -> [Displacement] {
        try displacements.displaced(by: step, type: type, connection)
    }

    private var displacements: StepDisplacements {
        StepDisplacements(context: context, movers: executor.movers, snapshots: state.snapshots)
    }

    /// Parks what changes of the step drop.
    mutating func parkValues(droppedBy changes: [SchemaChange]) throws {
        try park(displacements.values(droppedBy: changes, at: step.version, type: type, dialect))
    }

    /// Parks what a move has no place for.
    mutating func parkRows(of move: RowMove) throws {
        try park(executor.movers[move].displaced(moveScope, since: baseline))
    }

    private mutating func park(_ displaced: [Displacement]) throws {
        let parked = ParkedValues(connection)
        for displacement in displaced { try parked.forgetOlder(than: displacement) }
        for (displacement, rows) in zip(displaced, try Displacement.counts(displaced, on: connection)) where rows > 0 {
            if request.discards {
                options.proof?.deny("\(displacement.what) of \(displacement.table) were destroyed with consent")
            }
            // What cannot be parked has been agreed to be destroyed, or the operation has not begun.
            if request.discards, displacement.column != nil, try displacement.obstacle(connection) != nil { continue }
            try parked.park(
                displacement, of: rows, for: step.version, by: journal.runID, at: executor.startedAt)
            if request.discards {
                try parked.discard(run: journal.runID, table: displacement.table)
            } else {
                report.parked.append(DisplacedRows(table: displacement.table, what: displacement.what, rows: rows))
            }
        }
    }

    // MARK: Up

    /// Puts values back into the columns of the step that are there; returns whether any were.
    mutating func restoreValues() throws {
        guard step.direction == .up, state.hasParkedValues, let snapshot,
            let key = snapshot.rowKey(of: type, context.traits)
        else { return }
        let vacancies = ParkedValues.vacancies(
            of: type, at: step.version, in: snapshot, key: key, context, dialect)
        for vacancy in try ParkedValues(connection).awaited(among: vacancies) { try restore(vacancy) }
    }

    /// The changes that make room for parked values, ahead of those that the values have to satisfy.
    func makingRoom(in changes: [SchemaChange]) throws -> [SchemaChange] {
        guard step.direction == .up, state.hasParkedValues else { return [] }
        let waiting = try ParkedValues(connection).columns(ofTable: name)
        return changes.filter { $0.addedColumn.map(waiting.contains) ?? false }
    }

    /// Puts back what a move has made room for.
    mutating func restoreRows(of move: RowMove) throws {
        guard state.hasParkedValues else { return }
        let mover = executor.movers[move]
        for type in mover.tablesOfParkedRows {
            guard let snapshot = state.snapshots[type], let key = snapshot.rowKey(of: type, context.traits) else {
                continue
            }
            let rows = try ParkedValues(connection).restoreRows(of: snapshot, as: names[type], key: key)
            if rows > 0 { add(DisplacedRows(table: names[type], what: "rows", rows: rows)) }
        }
        for vacancy in try ParkedValues(connection).awaited(among: mover.vacancies(moveScope)) { try restore(vacancy) }
    }

    private mutating func restore(_ vacancy: Vacancy) throws {
        let rows = try ParkedValues(connection).restore(vacancy)
        if rows > 0 { add(DisplacedRows(table: vacancy.table, what: "values of \(vacancy.column)", rows: rows)) }
    }

    private mutating func add(_ restored: DisplacedRows) { report.restored.append(restored) }
}

extension ParkedValues {
    /// The places of a version's columns in a table: those without a value.
    static func vacancies(
        of type: TableType, at version: SchemaVersion, in snapshot: TableSnapshot, key: String,
        _ context: SchemaContext,
        _ dialect: any Dialect
    ) -> [Vacancy] {
        let steps = context.history.migration(to: version)?.steps(for: type, traits: context.traits) ?? []
        return steps.compactMap { step in
            guard case .change(.addColumn(let column, let fill)) = step, snapshot.shape.column(column.name) != nil
            else {
                return nil
            }
            let quoted = "t.\(dialect.quote(column.name))"
            var condition = "\(quoted) IS NULL"
            switch fill {
            case .none: break
            case .constant(let text): condition += " OR \(quoted) = \(dialect.literal(text))"
            case .copied(let source) where snapshot.shape.column(source) != nil:
                let other = "t.\(dialect.quote(source))"
                condition += " OR \(quoted) = \(other) OR \(other) IS NULL"
            case .copied: break
            }
            return Vacancy(
                snapshot: snapshot, table: context.names[type], column: column.name, key: key, condition: condition)
        }
    }
}
