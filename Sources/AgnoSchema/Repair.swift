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
    /// What an interrupted operation left of its own in the table is dropped: columns of a change of type, and the log of
    /// changes of a move.
    case dropLeftovers
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
        case .dropLeftovers: shape.shadowedColumns.isEmpty && !shape.hasChangeLog
        }
    }
}
