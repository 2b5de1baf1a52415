import AgnoSchema

/// A table or view that the role can see, wherever it is.
package struct Relation: Hashable, Sendable {
    /// The schema or database; nil on a server without schemas.
    package var schema: String?
    package var name: String
    package var isView: Bool

    package init(schema: String?, name: String, isView: Bool) {
        self.schema = schema
        self.name = name
        self.isView = isView
    }

    /// Reads rows of schema, name and whether it is a view.
    static func relations(_ rows: [SQLRow]) -> [Relation] {
        rows.compactMap { row in
            row[1].string.map { Relation(schema: row[0].string, name: $0, isView: row[2].int == 1) }
        }
    }
}
