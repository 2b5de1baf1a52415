import AgnoMigrate
import HTTPTypes

struct DatabaseRegistry: Sendable {
    let databases: [ServedDatabase]

    /// The distinct ids, in the order of the configuration.
    var ids: [String] { databases.map(\.id).unique }

    /// The databases with an id.
    func named(_ id: String) -> [ServedDatabase] { databases.filter { ExactText($0.id) == ExactText(id) } }

    static func unknown(_ id: String) -> HTTPRefusal { HTTPRefusal(.notFound, "No database found with id '\(id)'") }

    /// The databases with an id that this service migrates.
    ///
    /// - Throws: 404 for an unknown id, 400 if all of them are remote.
    func local(_ id: String) throws(HTTPRefusal) -> [ServedDatabase] {
        let found = named(id)
        guard !found.isEmpty else { throw Self.unknown(id) }
        let local = found.filter { !$0.isRemote }
        guard !local.isEmpty else {
            throw HTTPRefusal(
                .badRequest, "Database '\(id)' is remote; run the migration on the AgentOS that owns it instead.")
        }
        return local
    }
}
