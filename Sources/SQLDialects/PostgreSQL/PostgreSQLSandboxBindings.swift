import AgnoSchema

// The key of Agno's sandbox bindings to the runs table, which goes and comes with that table.
extension PostgreSQLDialect {
    /// Whether a key to the runs is Agno's own to the letter, and `up` will find its table by the key to the sessions.
    func isCreatedByUp(_ key: IncomingKey, beside sessions: TableSnapshot) -> Bool {
        key.bindsRuns != nil && key.reason == nil && key.columns == ["run_id"] && key.name == runsKey(of: key.child)
            && key.create.sql.hasSuffix("(run_id)")
            && sessions.incomingKeys.contains { $0.child == key.child && $0.columns == ["session_id"] }
    }

    /// Adds the key as Agno does.
    func bind(_ table: String, to runs: String) -> SQLStatement {
        SQLStatement(
            "ALTER TABLE \(self.table(table)) ADD CONSTRAINT \(quote(runsKey(of: table))) "
                + "FOREIGN KEY (\(quote("run_id"))) REFERENCES \(self.table(runs)) (\(quote("run_id")))")
    }

    /// The name that the server itself gives the key.
    private func runsKey(of table: String) -> String {
        let end = "_run_id_fkey"
        var start = table
        while start.utf8.count + end.utf8.count > Self.identifierLimit { start.unicodeScalars.removeLast() }
        return start + end
    }
}
