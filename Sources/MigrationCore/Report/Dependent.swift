import SQLDialects

/// An object of the application that depends on one of Agno's tables and that a step has to deal with.
public struct Dependent: Sendable, Codable, Hashable {
    /// What a step does with an object.
    public enum Handling: String, Sendable, Codable, Hashable {
        /// The step drops or disables it, and restores it exactly within its transaction.
        case restored
        /// The step drops it, and `up` creates it again.
        case dropped
        /// The step is refused until the object is dropped.
        case blocks
    }

    /// The kind of object, such as `view`, `trigger` or `foreign key`.
    public var kind: String
    /// The name, with its schema where that is not the table's.
    public var name: String
    /// The table of Agno's that it depends on.
    public var table: String
    /// What the step does with it.
    public var handling: Handling
    /// Why it is dropped or blocks the step; nil if it is restored.
    public var reason: String?
    /// The statements that drop it; empty if there are none.
    public var drop: [String]
    /// The statements that create it again.
    public var create: [String]

    init(_ obstacle: Obstacle, table: String) {
        kind = obstacle.object.kind.rawValue
        name = obstacle.object.name
        self.table = table
        switch obstacle.handling {
        case .restored: handling = .restored
        case .dropped(let why): (handling, reason) = (.dropped, why)
        case .blocks(let why): (handling, reason) = (.blocks, why)
        }
        drop = obstacle.object.removal.map(\.sql)
        create = obstacle.object.restoration.map(\.sql)
    }
}

extension Array where Element: Hashable {
    /// The elements without repetitions, in the order of their first occurrence.
    func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
