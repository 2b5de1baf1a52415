import AgnoSchema
import DatabaseAccess
import SQLDialects

// Values go back into their columns where the rows are there.
extension ParkedValues {
    /// The columns of a table that have parked values.
    func columns(ofTable name: String) throws -> Set<String> {
        let rows = try connection.rows(
            SQLStatement(
                "SELECT DISTINCT column_name FROM \(parked) WHERE table_name = \(dialect.placeholder(1)) "
                    + "AND kind = '\(Kind.value.rawValue)'", [.text(name)]))
        return Set(rows.compactMap { $0[0].string })
    }

    /// Those of these places of one table for whose columns values wait.
    func awaited(among vacancies: [Vacancy]) throws -> [Vacancy] {
        guard let first = vacancies.first else { return [] }
        let waiting = try columns(ofTable: first.table)
        return vacancies.filter { waiting.contains($0.column) }
    }

    /// Puts values back into the rows that are there and have nothing else in that place; returns how many.
    ///
    /// What has no place now has none later: it stays listed.
    ///
    /// - Throws: `not_verified` if a row does not hold the value then.
    func restore(_ vacancy: Vacancy) throws -> Int64 {
        let count = try putBack(vacancy)
        try connection.execute(
            "UPDATE \(parked) SET kind = '\(Kind.kept.rawValue)' WHERE table_name = \(dialect.literal(vacancy.table)) "
                + "AND column_name = \(dialect.literal(vacancy.column)) AND kind = '\(Kind.value.rawValue)'")
        return count
    }

    private func putBack(_ vacancy: Vacancy) throws -> Int64 {
        let count = try mark(vacancy)
        guard count > 0 else { return 0 }
        let (snapshot, column) = (vacancy.snapshot, dialect.quote(vacancy.column))
        guard let type = snapshot.shape.column(vacancy.column)?.type else { return 0 }
        let table = dialect.table(snapshot.name)
        let entry = entry(of: vacancy.table, vacancy.column, .returning, "\(table).\(dialect.quote(vacancy.key))")
        let kept = snapshot.selfUpdatingColumns.filter { $0 != vacancy.column }
            .map { ", \(dialect.quote($0)) = \(dialect.quote($0))" }.joined()
        let value = dialect.value(ofParked: "p.value", type: type)
        let isTaken = try isAccepted {
            try connection.suspendingTriggers(of: snapshot, during: .filling([vacancy.column])) {
                _ = try connection.execute(
                    "UPDATE \(table) SET \(column) = (SELECT \(value) FROM \(entry))\(kept) "
                        + "WHERE EXISTS (SELECT 1 FROM \(entry))")
            }
        }
        guard isTaken else {
            try rename(.returning, to: .value)
            return 0
        }
        let held = try rowsHolding(vacancy.column, of: snapshot, as: vacancy.table, key: vacancy.key, .returning)
        guard held == count else {
            throw MigrationError(
                .notVerified,
                "\(count) values of \(vacancy.column) of \(vacancy.table) were put back, but \(held) are there",
                remedy: "look for a trigger or a rule on the table, then run the same command again")
        }
        try connection.execute("DELETE FROM \(parked) WHERE kind = '\(Kind.returning.rawValue)'")
        return count
    }

    /// Runs statements that the table's columns or keys may refuse by now; returns whether they did not.
    func isAccepted(_ body: () throws -> Void) throws -> Bool {
        do {
            try connection.savepoint(body)
            return true
        } catch let error as DatabaseError where [.constraint, .notStorable, .other].contains(error.condition) {
            return false
        }
    }

    func rename(_ kind: Kind, to other: Kind) throws {
        try connection.execute("UPDATE \(parked) SET kind = '\(other.rawValue)' WHERE kind = '\(kind.rawValue)'")
    }

    /// Whether values wait for that place.
    func isWaiting(for vacancy: Vacancy) throws -> Bool {
        let table = dialect.table(vacancy.snapshot.name)
        return try connection.value(
            "SELECT 1 FROM \(table) t WHERE (\(vacancy.condition)) AND EXISTS (SELECT 1 FROM "
                + entry(of: vacancy.table, vacancy.column, .value, "t.\(dialect.quote(vacancy.key))") + ") LIMIT 1")
            != nil
    }

    /// Marks the entries that go back, so that all that follows is about the same ones.
    private func mark(_ vacancy: Vacancy) throws -> Int64 {
        // What is in its place already, after a way down that was killed, is as good as put back.
        let isPossible = "((\(vacancy.condition)) OR \(holds(vacancy.column, in: vacancy.snapshot)))"
        let ids = present(
            in: vacancy.snapshot, of: vacancy.table, vacancy.column, .value, key: vacancy.key, as: "id",
            where: isPossible)
        return Int64(
            try connection.execute(
                "UPDATE \(parked) SET kind = '\(Kind.returning.rawValue)' WHERE id IN (\(ids))"))
    }
}
