import AgnoSchema
import DatabaseAccess
import SQLDialects

/// What runs have that no list of a session has a place for: an owner unlike their session's, the time of their last change,
/// columns of the application's, and a session that is not there.
struct DisplacedRuns {
    let scope: MoveScope
    let sessions: TableSnapshot
    let runs: TableSnapshot

    init?(_ scope: MoveScope) {
        guard let sessions = scope.snapshots[.sessions], let runs = scope.snapshots[.runs] else { return nil }
        (self.scope, self.sessions, self.runs) = (scope, sessions, runs)
    }

    private var dialect: any Dialect { scope.dialect }
    private var isOfSession: String { "s.session_id = t.session_id" }

    /// - Parameter times: when lists were moved; a run that was written then has not been written since.
    func displaced(movedAt times: Set<Int64>) -> [Displacement] {
        let s = dialect.table(sessions.name)
        let isKept = "EXISTS (SELECT 1 FROM \(s) s WHERE \(isOfSession))"
        var displaced = [make(nil, "runs without a session", "NOT \(isKept)")]
        if runs.shape.column("user_id") != nil, sessions.shape.column("user_id") != nil {
            let differ = dialect.differ("t.user_id", "s.user_id")
            displaced.append(
                make(
                    "user_id", "owners of runs unlike their session's",
                    "EXISTS (SELECT 1 FROM \(s) s WHERE \(isOfSession) AND \(differ))"))
        }
        if runs.shape.column("updated_at") != nil {
            let moved = times.sorted().map(String.init).joined(separator: ", ")
            let isNew = moved.isEmpty ? "" : " AND (t.updated_at IS NULL OR t.updated_at NOT IN (\(moved)))"
            displaced.append(
                make("updated_at", "times of the last change of runs", isKept + isNew))
        }
        for column in others {
            displaced.append(
                make(column, "values of \(column)", "\(isKept) AND t.\(dialect.quote(column)) IS NOT NULL"))
        }
        return displaced
    }

    /// The places of these values; `up` has put there what a list says.
    func vacancies() -> [Vacancy] {
        var vacancies: [Vacancy] = []
        let s = dialect.table(sessions.name)
        if runs.shape.column("user_id") != nil, sessions.shape.column("user_id") != nil {
            let differ = dialect.differ("t.user_id", "s.user_id")
            vacancies.append(
                place("user_id", "EXISTS (SELECT 1 FROM \(s) s WHERE \(isOfSession) AND NOT (\(differ)))"))
        }
        if runs.shape.column("updated_at") != nil {
            let marker = Markers.value("moved_at", ofRow: "t.session_id", of: dialect.literal(sessions.name), dialect)
            vacancies.append(place("updated_at", "t.updated_at = \(marker)"))
        }
        return vacancies + others.map { place($0, "t.\(dialect.quote($0)) IS NULL") }
    }

    /// The columns that Agno does not declare.
    private var others: [String] {
        let declared = Set(TableDefinition.baseline(.runs, for: dialect.traits).columns.map(\.name))
        return runs.writableColumns.filter { !declared.contains($0) }
    }

    private func make(_ column: String?, _ what: String, _ condition: String) -> Displacement {
        Displacement(
            column: column, snapshot: runs, table: scope.names[.runs], what: what, key: "run_id", condition: condition)
    }

    private func place(_ column: String, _ condition: String) -> Vacancy {
        Vacancy(snapshot: runs, table: scope.names[.runs], column: column, key: "run_id", condition: condition)
    }
}

extension RunsMover {
    var tablesOfParkedRows: [TableType] { [.runs] }

    func displaced(_ scope: MoveScope, since baseline: MoveBaseline?) throws -> [Displacement] {
        guard let runs = DisplacedRuns(scope) else { return [] }
        return runs.displaced(
            movedAt: try baseline?.moves ?? Markers.times(of: runs.sessions.name, on: scope.connection))
    }

    func vacancies(_ scope: MoveScope) throws -> [Vacancy] { DisplacedRuns(scope)?.vacancies() ?? [] }
}
