package import AgnoSchema
package import DatabaseAccess
import SQLDialects

/// Look, plan, lower, execute: one database's migrations over one driver.
///
/// All functions run to their end on the caller's thread.
package struct MigrationEngine: Sendable {
    let driver: any DatabaseDriver
    package let names: TableNames
    package let options: EngineOptions

    package init(driver: any DatabaseDriver, names: TableNames, options: EngineOptions) {
        self.driver = driver
        self.names = names
        self.options = options
    }

    package var store: VersionStore { VersionStore(table: names.versions, clock: options.clock) }

    package func context(_ connection: any DatabaseConnection) -> SchemaContext {
        SchemaContext(traits: connection.dialect.traits, names: names)
    }

    /// Any error as a `MigrationError`.
    package func reporting<Result>(_ body: () throws -> Result) throws(MigrationError) -> Result {
        do { return try body() } catch { throw MigrationError(reporting: error) }
    }

    // MARK: Reading

    /// Each table's stamp beside its real shape.
    package func status() throws(MigrationError) -> DatabaseStatus {
        try reporting {
            try driver.withConnection(for: .read) { connection in
                let state = try DatabaseState.look(connection, names: names, store: store)
                return Inspector(connection: connection, context: context(connection), state: state)
                    .status()
            }
        }
    }

    /// Whether the database is what its stamps say, rows included.
    package func verify() throws(MigrationError) -> VerificationReport {
        try reporting {
            try driver.withConnection(for: .read) { connection in
                let state = try DatabaseState.look(connection, names: names, store: store)
                try refuseNewer(state)
                return try Inspector(connection: connection, context: context(connection), state: state)
                    .verify()
            }
        }
    }

    /// Reads the journal, oldest entry first: one run or all, the newest entries or all, with or without details.
    package func history(
        run: String? = nil, limit: Int? = nil, details: Bool = true
    ) throws(MigrationError) -> [HistoryEntry] {
        try reporting {
            try driver.withConnection(for: .read) {
                try Journal.history($0, run: run, limit: limit, details: details)
            }
        }
    }

    /// Which tables have something to do on the way to a version, and which way they go.
    package func pendingTables(at target: SchemaVersion) throws(MigrationError) -> PendingTables {
        let up = try makeRequest(.up, tables: nil, target: target, force: false)
        let down = try makeRequest(.down, tables: nil, target: target, force: false)
        return try reporting {
            try driver.withConnection(for: .read) { connection in
                let state = try DatabaseState.look(connection, names: names, store: store)
                try refuseNewer(state)
                let context = context(connection)
                let above = tableWorks(state, down, context).filter(\.isPending).map(\.type)
                // A table above the version whose stamp is missing goes down, whatever its stamp asks for.
                let below = tableWorks(state, up, context).filter { $0.isPending && !above.contains($0.type) }
                return PendingTables(up: below.map(\.type), down: above)
            }
        }
    }

    /// What a migration would do.
    package func plan(
        _ direction: MigrationDirection, tables: [TableType]?, target: SchemaVersion, force: Bool
    ) throws(MigrationError) -> MigrationPlan {
        let request = try makeRequest(direction, tables: tables, target: target, force: force)
        return try reporting {
            try driver.withConnection(for: .read) { connection in
                let state = try DatabaseState.look(connection, names: names, store: store)
                try refuseNewer(state)
                return try plan(request, state, connection)
            }
        }
    }

    private func makeRequest(
        _ direction: MigrationDirection, tables: [TableType]?, target: SchemaVersion, force: Bool
    ) throws(MigrationError) -> MigrationRequest {
        guard SchemaVersion.known.contains(target) else {
            throw MigrationError(
                .usage, "\(target) is no schema version",
                remedy: "the known ones are \(SchemaVersion.known.map(\.description).joined(separator: ", "))")
        }
        let types = TableType.managed.filter { type in tables.map { $0.contains(type) } ?? true }
        return MigrationRequest(direction: direction, target: target, types: types, force: force)
    }

    package func refuseNewer(_ state: DatabaseState) throws {
        guard let newer = state.newerStamp else { return }
        throw MigrationError(
            .newerDatabase,
            "\(newer.table) is stamped \(newer.version), which is newer than this program knows (\(SchemaVersion.latest))",
            remedy: "use a newer agno-migrate; nothing was touched")
    }

    // MARK: Writing

    /// Takes the tables to the target, up or down.
    ///
    /// Nothing is written, and no lock taken, where nothing is pending. Tables that fail or are refused are in the
    /// report; the others go on.
    ///
    /// - Parameter digest: that of the plan that somebody has seen; where the plan is another one now, it is refused.
    package func migrate(
        _ direction: MigrationDirection, tables: [TableType]?, target: SchemaVersion, force: Bool, allowDataLoss: Bool,
        plan digest: String? = nil
    ) throws(MigrationError) -> MigrationReport {
        let request = try makeRequest(direction, tables: tables, target: target, force: force)
        let consent = Consent(allowsDataLoss: allowDataLoss, digest: digest)
        let watch = Stopwatch()
        return try reporting {
            var report = try idleReport(request, consent) ?? lockedReport(request, consent)
            report.seconds = watch.seconds
            return report
        }
    }

    /// The report where nothing is pending: found out without a lock and without a connection that could write.
    private func idleReport(_ request: MigrationRequest, _ consent: Consent) throws -> MigrationReport? {
        try driver.withConnection(for: .read) { connection in
            let state = try DatabaseState.look(connection, names: names, store: store)
            try refuseNewer(state)
            let works = tableWorks(state, request, context(connection))
            // A table that a killed run had put aside has to come back, whatever the stamps say.
            if works.contains(where: \.isPending) || state.snapshots.values.contains(where: { $0.parked != nil }) {
                return nil
            }
            try refuseOtherPlan(consent, state, request, connection)
            return try initialReport(request, state: state, connection: connection, works: works)
        }
    }

    /// What somebody has agreed to.
    private struct Consent {
        var allowsDataLoss: Bool
        var digest: String?
    }

    private func lockedReport(_ request: MigrationRequest, _ consent: Consent) throws -> MigrationReport {
        try withLock("\(request.direction.rawValue) to \(request.target)") {
            try driver.withConnection(for: .write) { connection in
                try migrateLocked(request, consent, connection: connection)
            }
        }
    }

    package func withLock<Result>(_ purpose: String, _ body: () throws -> Result) throws -> Result {
        let result = try driver.withLock(
            purpose,
            waiting: { holder in
                if options.interruption.isRequested {
                    throw MigrationError(
                        .interrupted, "stopped while waiting for the lock", remedy: "run the same command again")
                }
                guard holder.waited < options.waitTimeout else { return false }
                options.onEvent(.waitingForLock(holder))
                return true
            },
            {
                options.onEvent(.lockTaken)
                return try body()
            })
        return result
    }

    private func tableWorks(
        _ state: DatabaseState, _ request: MigrationRequest, _ context: SchemaContext
    ) -> [Planner.TableWork] {
        let planner = Planner(context: context)
        return request.types.filter { state.snapshots[$0] != nil }.map {
            planner.work(
                on: $0, stamp: state.stamp(of: $0, names: names), shapes: state.shapes, request: request,
                unfinished: state.unfinished[names[$0]] ?? [])
        }
    }

    private func migrateLocked(
        _ request: MigrationRequest, _ consent: Consent, connection: any DatabaseConnection
    ) throws -> MigrationReport {
        let context = context(connection)
        var state = try DatabaseState.look(connection, names: names, store: store)
        try refuseNewer(state)
        try refuseOtherPlan(consent, state, request, connection)
        if try restoreParkedTables(state, connection) {
            state = try DatabaseState.look(connection, names: names, store: store)
        }
        let works = tableWorks(state, request, context)
        var report = try initialReport(request, state: state, connection: connection, works: works)
        guard works.contains(where: \.isPending) else { return report }
        try Privileges(connection: connection, names: names).require(for: works.filter(\.isPending).map(\.type))
        if request.direction == .down, !consent.allowsDataLoss { try refuseLosses(state, request, connection) }

        let journal = Journal(
            run: options.runID ?? Self.makeRunID(), command: request.direction.rawValue,
            toolVersion: options.toolVersion,
            clock: options.clock)
        // Where a new table ends the transaction, all of them have to be there before it begins.
        if !connection.dialect.hasTransactionalDDL {
            try journal.prepare(connection, in: context, beside: state.snapshots[.sessions])
            try store.prepare(connection, in: context)
        }
        try connection.transaction {
            if connection.dialect.hasTransactionalDDL {
                try journal.prepare(connection, in: context, beside: state.snapshots[.sessions])
            }
            try journal.append(.init(event: "run", outcome: "started", version: request.target), to: connection)
        }
        let executor = Executor(
            driver: driver, connection: connection, context: context, store: store, journal: journal, options: options,
            startedAt: options.clock.now)
        do {
            for work in works where work.isPending {
                guard let position = report.tables.firstIndex(where: { $0.type == work.type }) else { continue }
                try executor.migrate(work, request: request, report: &report.tables[position])
                do {
                    try quarantined(&report.tables[position], connection)
                } catch {
                    // Where the connection is lost, the report must still say what was done before. The table that
                    // comes next will fail for it; behind the last one nothing would.
                    let isLost = (error as? DatabaseError)?.condition == .connectionLost
                    let isLast = work.type == works.last(where: \.isPending)?.type
                    guard report.tables[position].outcome == .failed || isLost && !isLast else { throw error }
                }
                options.onEvent(.tableFinished(report.tables[position]))
            }
        } catch let error as MigrationError where error.code == .interrupted {
            report.interrupted = true
            for work in works where work.isPending { report.markUnfinished(work, because: error) }
        }
        let outcome = report.interrupted ? "interrupted" : report.isSuccess ? "finished" : "failed"
        // A full disk or a lost connection must not hide what the report says.
        try? journal.append(.init(event: "run", outcome: outcome, version: request.target), to: connection)
        return report
    }

    /// Takes up the tables that a killed run had put aside: they come back, unless everything in them is elsewhere by now.
    private func restoreParkedTables(_ state: DatabaseState, _ connection: any DatabaseConnection) throws -> Bool {
        let dialect = connection.dialect
        var found = false
        for type in TableType.allCases {
            guard let parked = state.snapshots[type]?.parked else { continue }
            found = true
            if type == .runs, try Journal.isMerged(asideOf: names[.runs], on: connection) {
                try connection.execute("DROP TABLE \(dialect.table(parked.name))")
                continue
            }
            for statement in dialect.unpark(parked, of: type, as: names[type]) { try connection.execute(statement) }
        }
        return found
    }

    /// Refuses where the plan is not the one that was looked at.
    private func refuseOtherPlan(
        _ consent: Consent, _ state: DatabaseState, _ request: MigrationRequest, _ connection: any DatabaseConnection
    ) throws {
        guard let digest = consent.digest else { return }
        guard try plan(request, state, connection).digest != digest else { return }
        throw MigrationError(
            .planChanged, "the plan is not the one that was looked at: the database has changed since",
            remedy: "look at the plan again; nothing was touched")
    }

    private func plan(
        _ request: MigrationRequest, _ state: DatabaseState, _ connection: any DatabaseConnection
    ) throws -> MigrationPlan {
        try PlanBuilder(
            connection: connection, context: context(connection), state: state,
            onlineBytes: options.onlineBytes
        ).plan(request, now: options.clock.now)
    }

    private func refuseLosses(
        _ state: DatabaseState, _ request: MigrationRequest, _ connection: any DatabaseConnection
    ) throws {
        let plan = try plan(request, state, connection)
        guard !plan.losses.isEmpty else { return }
        let list = plan.losses.map { "\($0.table): \($0.what) in \($0.rows) rows" }
        throw MigrationError(
            .dataLoss, "going down to \(request.target) would destroy \(list.joined(separator: "; "))",
            remedy: "make a backup and say --allow-data-loss; nothing was touched")
    }

    /// The report before anything is done: every table asked for, as it is.
    private func initialReport(
        _ request: MigrationRequest, state: DatabaseState, connection: any DatabaseConnection,
        works: [Planner.TableWork]
    ) throws -> MigrationReport {
        var report = MigrationReport(
            direction: request.direction, target: request.target, dialect: connection.dialect.kind,
            serverVersion: state.serverVersion, schema: connection.dialect.schemaName,
            warnings: state.stampWarnings(names: names))
        for type in request.types {
            guard let work = works.first(where: { $0.type == type }) else {
                report.tables.append(TableReport(type: type, name: names[type], from: nil, to: nil, outcome: .absent))
                continue
            }
            let version = type.isStamped ? work.from : nil
            var table = TableReport(type: type, name: names[type], from: version, to: version, outcome: .current)
            if !work.isPending {
                if request.force {
                    table.steps = work.steps.map {
                        StepReport(version: $0.version, outcome: $0.isApplicable ? .alreadySatisfied : .notApplicable)
                    }
                }
                try quarantined(&table, connection)
            }
            report.tables.append(table)
        }
        return report
    }

    private func quarantined(_ table: inout TableReport, _ connection: any DatabaseConnection) throws {
        let found = try Journal.quarantined(inTable: table.name, on: connection, limit: 100)
        table.quarantined = found.count
        table.quarantinedRows = found.rows
    }

    // MARK: Samples

    /// Fills a new database with Agno's tables of a version and a few rows.
    package func makeSample(version: SchemaVersion, sessions: Int) throws(MigrationError) -> SampleReport {
        guard SchemaVersion.known.contains(version) else {
            throw MigrationError(
                .usage, "\(version) is no schema version",
                remedy: "the known ones are \(SchemaVersion.known.map(\.description).joined(separator: ", "))")
        }
        return try reporting {
            try driver.withConnection(for: .create) { connection in
                try SampleBuilder(connection: connection, names: names, version: version, clock: options.clock)
                    .build(sessions: sessions)
            }
        }
    }

    /// A name for a run: time-ordered enough for people, random enough for machines.
    package static func makeRunID() -> String {
        var generator = SystemRandomNumberGenerator()
        let text = String(generator.next(), radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    /// Cancels the statement that is running now.
    package func cancelRunningStatement() { driver.cancelRunningStatement() }
}

extension MigrationReport {
    /// A table that the run did not get to the end of is not current: it says so, with the version that is left.
    fileprivate mutating func markUnfinished(_ work: Planner.TableWork, because error: MigrationError) {
        guard let position = tables.firstIndex(where: { $0.type == work.type }) else { return }
        let done = Set(tables[position].steps.map(\.version))
        guard let next = work.steps.first(where: { !done.contains($0.version) }) else { return }
        var step = StepReport(version: next.version, outcome: .failed)
        step.error = error
        tables[position].steps.append(step)
        tables[position].outcome = .failed
    }
}
