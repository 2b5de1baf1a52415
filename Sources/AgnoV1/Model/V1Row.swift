package import AgnoSchema

/// A row of a v1 table as read, with its columns by name.
///
/// A column that an older table lacks counts as NULL. JSON columns may come as text, as the bytes of a text, or, for
/// memories on SQLite, as the Python literal that 1.x stored there.
package struct V1Row: Sendable, Hashable {
    package var kind: V1Kind
    /// The value of the primary key: `session_id`, or `id` for memories.
    package var key: String
    package var columns: [ExactText: SQLValue]

    package init(kind: V1Kind, key: String, columns: [ExactText: SQLValue]) {
        self.kind = kind
        self.key = key
        self.columns = columns
    }

    package subscript(column: String) -> SQLValue { columns[column] ?? .null }
}
