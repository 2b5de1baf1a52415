import AgnoSchema

extension MigrationEngine {
    /// Takes all tables to the newest version, for an application that must not start on an older one.
    ///
    /// - Returns: the report; nil if nothing was pending.
    /// - Throws: the codes of ``migrate(_:tables:target:force:allowDataLoss:discard:plan:)``, and the error of the first table
    ///   that did not reach the version.
    package func migrateIfNeeded() throws(MigrationError) -> MigrationReport? {
        let report = try migrate(.up, tables: nil, target: history.latest, force: false, allowDataLoss: false)
        if let error = report.firstError { throw error }
        return report.tables.contains { $0.outcome == .migrated } ? report : nil
    }
}

extension MigrationReport {
    /// Why a table is not at the target; nil if every table is.
    fileprivate var firstError: MigrationError? {
        guard !isSuccess else { return nil }
        for table in tables {
            if let error = table.steps.lazy.compactMap(\.error).first { return error }
            guard table.outcome != .drifted else {
                return MigrationError(
                    .drift, "\(table.name): \(table.drift.joined(separator: "; "))",
                    remedy: "see verify. The table was migrated as far as its rows allow")
            }
        }
        return MigrationError(.notVerified, "a table did not reach \(target)", remedy: "see verify")
    }
}
