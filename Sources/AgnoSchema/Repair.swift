/// A change that only a table that has drifted needs.
package enum Repair: Hashable, Sendable {
    /// A column that is declared NOT NULL must not be NULL any more.
    case requireValue(Column)
    /// A reference to another table's key.
    case addForeignKey(ForeignKey)
    /// The reference of sandbox bindings, by their table's name, to the runs.
    case bindToRuns(String)
    /// A text gets the type that its version declares; both hold the same values.
    case retype(String, to: ColumnType)
    /// The columns that an interrupted change of type left behind are dropped.
    case dropShadows
}

extension Repair {
    /// Whether the table's real shape has the change already.
    func isSatisfied(by shape: TableShape, in context: SchemaContext) -> Bool {
        switch self {
        case .requireValue(let column): shape.column(column.name)?.isNullable == false
        case .addForeignKey(let key): shape.has(key, in: context)
        case .bindToRuns(let table): !shape.unboundTables.contains(table)
        case .retype(let name, let type):
            shape.column(name).map { $0.type == context.traits.typeName(type) } ?? true
        case .dropShadows: shape.shadowedColumns.isEmpty
        }
    }
}
