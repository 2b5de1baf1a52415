package import AgnoSchema
import DatabaseAccess
import SQLDialects

// `up` and `down`: look, lock, look again, ask for consent, take each table to the target.
extension MigrationEngine {
    /// Takes the tables to the target, up or down.
    ///
    /// Nothing is written, and no lock taken, if nothing is pending. Tables that fail or are refused are in the report; the
    /// others are still migrated.
    ///
    /// - Parameters:
    ///   - allowDataLoss: whether the values that the plan calls lost may be destroyed.
    ///   - discard: whether a way down destroys what the older schema has no place for, instead of parking it.
    ///   - digest: that of the plan that was agreed to; if the plan has changed since, it is refused.
    /// - Throws: `usage`, `newer_database`, `locked`, `not_authorised`, `plan_changed`, `data_loss_not_allowed`, before
    ///   anything is changed; `connection_lost` and the like where not even a report can be made.
    package func migrate(
        _ direction: MigrationDirection, tables: [TableType]?, target: SchemaVersion, force: Bool, allowDataLoss: Bool,
        discard: Bool = false, plan digest: String? = nil
    ) throws(MigrationError) -> MigrationReport {
        let request = try makeRequest(direction, tables: tables, target: target, force: force, discards: discard)
        let consent = Consent(allowsDataLoss: allowDataLoss, digest: digest)
        let watch = Stopwatch()
        return try reporting {
            var report = try idleReport(request, consent) ?? lockedReport(request, consent)
            report.seconds = watch.seconds
            return report
        }
    }

    /// What somebody has agreed to.
    private struct Consent {
        var allowsDataLoss: Bool
        var digest: String?
    }

    /// The report if nothing is pending, found out without a lock and without a connection that could write.
    private func idleReport(_ request: MigrationRequest, _ consent: Consent) throws -> MigrationReport? {
        try looking(for: .read, towards: request.direction) { connection, state in
            try refuse(request, state)
            let works = tableSteps(state, request, planner(connection))
            // A table that a killed operation had parked has to come back, whatever the stamps are.
            if works.contains(where: \.isPending) || state.hasParkedTables { return nil }
            try refuseOtherPlan(consent, state, request, connection)
            var report = try initialReport(request, state: state, connection: connection, works: works)
            finishProof(&report, connection)
            return report
        }
    }

    /// A table that loses its connection costs that table: those after it get another connection, under a new lock.
    private func lockedReport(_ request: MigrationRequest, _ consent: Consent) throws -> MigrationReport {
        let run = options.runID ?? Self.makeRunID()
        var (report, left) = try lockedAttempt(request, consent, run: run)
        while let loss = report.loss, !left.isEmpty {
            var rest = request
            rest.types = left.map(\.type)
            do {
                // The plan that was agreed to is that of all tables.
                let next = try lockedAttempt(
                    rest, Consent(allowsDataLoss: consent.allowsDataLoss, digest: nil), run: run)
                report.add(next.report)
                left = next.left
            } catch {
                for work in left { report.markUnfinished(work, because: loss) }
                return report
            }
        }
        return report
    }

    private func lockedAttempt(
        _ request: MigrationRequest, _ consent: Consent, run: String
    ) throws -> (report: MigrationReport, left: [TableSteps]) {
        try withLock("\(request.direction.rawValue) to \(request.target)") {
            try driver.withConnection(for: .write) { connection in
                try migrateLocked(request, consent, run: run, connection: connection)
            }
        }
    }

    /// Returns the report, and the tables that a lost connection has left out.
    private func migrateLocked(
        _ request: MigrationRequest, _ consent: Consent, run: String, connection: any DatabaseConnection
    ) throws -> (report: MigrationReport, left: [TableSteps]) {
        var state = try look(connection, for: request.direction)
        try refuse(request, state)
        try refuseOtherPlan(consent, state, request, connection)
        if try restoreParkedTables(state, connection) { state = try look(connection, for: request.direction) }
        let works = tableSteps(state, request, planner(connection))
        var report = try initialReport(request, state: state, connection: connection, works: works)
        let pending = works.filter(\.isPending)
        guard !pending.isEmpty else {
            finishProof(&report, connection)
            return (report, [])
        }
        try Privileges(connection: connection, names: names).require(for: pending.map(\.type))
        if request.direction == .down { try refuseHalfWay(down: request, consent, state, connection) }

        try beginProof(request, run: run, state, connection)
        let journal = try begin(request, run: run, &state, connection)
        let executor = Executor(
            driver: driver, connection: connection, context: context(connection), movers: movers, store: store,
            journal: journal, options: options, sizes: TableSizes(of: pending.map { names[$0.type] }, on: connection),
            startedAt: options.clock.now)
        var left = pending[...]
        do {
            while let work = left.popFirst() {
                guard let position = report.tables.firstIndex(where: { $0.type == work.type }) else { continue }
                try executor.migrate(work, request: request, state: &state, report: &report.tables[position])
                try countQuarantined(&report.tables[position], isLast: left.isEmpty, connection)
                options.onEvent(.tableFinished(report.tables[position]))
                if report.tables[position].loss != nil { break }
            }
        } catch let error as MigrationError where error.code == .interrupted {
            report.interrupted = true
            for work in pending { report.markUnfinished(work, because: error) }
        }
        let outcome: JournalOutcome =
            report.interrupted ? .interrupted : report.isSuccess ? .finished : .failed
        // A full disk or a lost connection must not hide what the report says.
        try? journal.append(.run(outcome, target: request.target), to: connection)
        finishProof(&report, connection)
        return (report, Array(left))
    }

    /// Creates the program's own tables if they are missing, and records that the operation began.
    private func begin(
        _ request: MigrationRequest, run: String, _ state: inout DatabaseState, _ connection: any DatabaseConnection
    ) throws -> Journal {
        let journal = Journal(
            run: run, command: request.direction.rawValue, toolVersion: options.toolVersion, clock: options.clock)
        let context = context(connection)
        // Where a new table ends the transaction, all of them have to exist before it begins.
        let isTransactional = connection.dialect.hasTransactionalDDL
        if !isTransactional {
            try journal.prepare(connection, in: context, beside: state.snapshots[.sessions])
            try store.prepare(connection, in: context, beside: state.snapshots[.sessions])
            state.hasVersionsTable = true
            try prepareParking(request, &state, connection)
        }
        try connection.transaction {
            if isTransactional, !state.hasJournal || !state.hasMarkers {
                try journal.prepare(connection, in: context, beside: state.model(request.types))
            }
            if isTransactional { try prepareParking(request, &state, connection) }
            try journal.append(.run(.started, target: request.target), to: connection)
        }
        return journal
    }

    /// A way down has a place for what the older schema has none for.
    private func prepareParking(
        _ request: MigrationRequest, _ state: inout DatabaseState, _ connection: any DatabaseConnection
    ) throws {
        guard request.direction == .down else { return }
        try ParkedValues(connection).prepare(in: context(connection), beside: state.model(request.types))
        state.hasParkedValues = true
    }

    /// Restores the tables that a killed operation had parked, unless everything in them is elsewhere by now.
    private func restoreParkedTables(_ state: DatabaseState, _ connection: any DatabaseConnection) throws -> Bool {
        let dialect = connection.dialect
        var found = false
        for type in TableType.allCases {
            guard let parked = state.snapshots[type]?.parked else { continue }
            found = true
            if try Journal.isMerged(asideOf: names[type], on: connection) {
                try connection.execute("DROP TABLE \(dialect.table(parked.name))")
                continue
            }
            for statement in dialect.unpark(parked, of: type, as: names[type]) { try connection.execute(statement) }
        }
        return found
    }

    /// Refuses if the plan is not the one that was agreed to.
    private func refuseOtherPlan(
        _ consent: Consent, _ state: DatabaseState, _ request: MigrationRequest, _ connection: any DatabaseConnection
    ) throws {
        guard let digest = consent.digest else { return }
        guard try plan(request, state, connection).digest != digest else { return }
        throw MigrationError(
            .planChanged, "the plan is not the one that was agreed to: the database has changed since",
            remedy: "review the new plan. Nothing was changed")
    }

    /// Refuses a way down that would destroy values without consent, or that one table cannot go: tables of two versions serve
    /// no release.
    private func refuseHalfWay(
        down request: MigrationRequest, _ consent: Consent, _ state: DatabaseState,
        _ connection: any DatabaseConnection
    ) throws {
        let plan = try plan(request, state, connection)
        if let refusal = plan.refusal { throw refusal }
        guard !plan.losses.isEmpty, !(request.discards && consent.allowsDataLoss) else { return }
        let list = plan.losses.map { "\($0.table): \($0.what) in \($0.rows) rows" }
        throw MigrationError(
            .dataLoss, "going down to \(request.target) would destroy \(list.joined(separator: "; "))",
            remedy: request.discards
                ? "leave out --discard to park them, or back up the database and pass --allow-data-loss as well. Nothing "
                    + "was changed"
                : "mend the rows or columns named, so that the values can be parked, or back up the database and pass "
                    + "--discard --allow-data-loss to destroy all that has no place in \(request.target). Nothing was changed"
        )
    }
}

extension TableReport {
    /// The error of the step that lost the connection; nil if none did.
    fileprivate var loss: MigrationError? { steps.last?.error.flatMap { $0.code == .connectionLost ? $0 : nil } }
}

extension MigrationReport {
    /// The error of the last table that lost the connection; nil if none did.
    fileprivate var loss: MigrationError? { tables.compactMap(\.loss).last }

    /// Adds the report on tables that this one left out.
    fileprivate mutating func add(_ other: MigrationReport) {
        for table in other.tables {
            guard let position = tables.firstIndex(where: { $0.type == table.type }) else { continue }
            tables[position] = table
        }
        interrupted = interrupted || other.interrupted
        proof = other.proof ?? proof
    }

    /// A table that the operation did not get to the end of is not current: it is reported with the version that is left.
    fileprivate mutating func markUnfinished(_ work: TableSteps, because error: MigrationError) {
        guard let position = tables.firstIndex(where: { $0.type == work.type }) else { return }
        let done = Set(tables[position].steps.map(\.version))
        guard let next = work.steps.first(where: { !done.contains($0.version) }) else { return }
        var step = StepReport(version: next.version, outcome: .failed)
        step.error = error
        tables[position].steps.append(step)
        tables[position].outcome = .failed
    }
}

extension MigrationPlan {
    /// Why no table may begin its way: one of Agno's tables cannot go it. The error is that of the first one, and names the
    /// others.
    fileprivate var refusal: MigrationError? {
        let refused = tables.compactMap { table in
            table.steps.compactMap(\.error).first { $0.code != .notAgnoTable }.map { (table: table.name, error: $0) }
        }
        guard let first = refused.first else { return nil }
        let others = refused.dropFirst().map { "\($0.table): \($0.error.message)" }
        let message = ([first.error.message] + others).joined(separator: "; ")
        let whole = first.error.remedy.contains("othing was") ? "" : ". Nothing was changed in any table"
        return MigrationError(
            first.error.code, message, remedy: first.error.remedy + whole, rows: first.error.rows,
            detail: first.error.detail)
    }
}
