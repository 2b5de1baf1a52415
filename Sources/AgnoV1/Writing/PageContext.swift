import AgnoSchema
import DatabaseAccess
import SQLDialects

/// What the pages of one v1 table have in common.
struct PageContext {
    var conversion: V1Conversion
    /// The target's tables; nil while they do not exist, and then nothing is written.
    var sessions: SessionWriter?
    var memories: MemoryWriter?
    var markers: ImportMarkers?
    var quarantine: Quarantine?
    var overwrites = false
    /// Why the user memories inside sessions are quarantined: the target refused one of them.
    var memoriesRefusal: ImportReason?
    /// Whether rows are only counted.
    var isDryRun = false
    /// Which of some session ids an earlier table of the same import has. Asked by a dry run, which writes nothing that a
    /// later table could collide with.
    var isElsewhere: ([String]) throws -> Set<ExactText> = { _ in [] }
}

extension V1Target {
    /// The context of pages for this target, without markers and quarantine.
    ///
    /// - Parameter now: recorded as the time of writing, in epoch seconds.
    func pageContext(
        for type: TableType, _ connection: any DatabaseConnection, settings: ImportSettings, now: Int64
    ) -> PageContext {
        let json: V1Conversion.JSONRules = connection.dialect.traits.has(.looseJSON) ? .python : .standard
        var context = PageContext(
            conversion: V1Conversion(now: now, json: json), overwrites: settings.overwrites)
        if type == .memories || takesUserMemories {
            context.memories = memories.map { MemoryWriter(connection, $0) }
        }
        if type == .sessions {
            context.conversion.takesUserMemories = takesUserMemories
            context.sessions = sessions.map {
                SessionWriter(
                    connection, $0, runs: runs, owners: runOwners, isDouble: isDoublyEncoded, now: now)
            }
        }
        return context
    }
}

extension Dialect {
    /// The placeholders of a list of values, behind those of other values.
    func placeholders(for values: some Collection, after used: Int = 0) -> String {
        (0..<values.count).map { placeholder(used + $0 + 1) }.joined(separator: ", ")
    }
}
