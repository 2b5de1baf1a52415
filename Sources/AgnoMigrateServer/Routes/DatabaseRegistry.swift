import HTTPTypes

/// The databases by the ids that clients use.
struct DatabaseRegistry: Sendable {
    let databases: [ServedDatabase]

    /// The distinct ids, in the order in which they were given.
    var ids: [String] { databases.map(\.id).unique }

    /// All databases with an id.
    ///
    /// - Throws: 404 where there is none.
    func all(_ id: String) throws(Refusal) -> [ServedDatabase] {
        let found = databases.filter { $0.id == id }
        guard !found.isEmpty else { throw Refusal(.notFound, "No database found with id '\(id)'") }
        return found
    }

    /// Those with an id that this service migrates.
    ///
    /// - Throws: 404 where there is none, 400 where all of them are remote.
    func local(_ id: String) throws(Refusal) -> [ServedDatabase] {
        let local = try all(id).filter { !$0.isRemote }
        guard !local.isEmpty else {
            throw Refusal(
                .badRequest, "Database '\(id)' is remote; run the migration on the AgentOS that owns it instead.")
        }
        return local
    }
}
