public import AgnoSchema

/// A table of Agno's that is not where it was looked for.
public struct TableElsewhere: Sendable, Codable, Hashable {
    /// The table type.
    public var type: TableType
    /// The schema or database that holds it; nil on a server without schemas.
    public var schema: String?
    /// Its name.
    public var name: String
    /// Whether it is a view, which cannot be migrated.
    public var isView: Bool
    /// The options that reach it; empty for a view.
    public var options: String

    /// Where the table is and how to reach it, in a sentence.
    public var displayText: String {
        let place = schema.map { " in schema \($0)" } ?? ""
        if isView { return "\(name)\(place) is a view, not a table" }
        return "\(name)\(place) looks like Agno's table of \(type.name): \(options) reaches it"
    }
}
