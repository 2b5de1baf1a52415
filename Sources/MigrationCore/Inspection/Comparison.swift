import AgnoSchema

/// A table's shape beside that of a fresh table of its version, in words.
struct Comparison {
    /// A difference that a migration or its repair has to remove.
    struct Mismatch: Hashable {
        var text: String
        /// The change that removes it, if the rows allow it; nil if the program has none.
        var repair: SchemaChange?
    }

    var mismatches: [Mismatch] = []
    /// Changes that remove tolerated differences for free, for an `up` that has work to do anyway.
    var improvements: [SchemaChange] = []
    /// Differences that do no harm.
    var tolerated: [String] = []

    private let type: TableType
    private let version: SchemaVersion
    private let context: SchemaContext

    /// - Parameter version: the version whose fresh table is the measure.
    init(of shape: TableShape, type: TableType, at version: SchemaVersion, in context: SchemaContext) {
        (self.type, self.version, self.context) = (type, version, context)
        guard let fresh = TableDefinition.shape(of: type, at: version, in: context) else { return }
        for column in fresh.columns { compare(shape.column(column.name), with: column) }
        for column in shape.columns where fresh.column(column.name) == nil {
            tolerated.append(sentence(aboutExtra: column.name))
        }
        compareKeys(of: shape, with: fresh)
        compareIndexes(of: shape, with: fresh)
        for table in shape.unboundTables where version.hasRunsTable {
            note("the foreign key of \(table) on (run_id) is missing", repair: .repair(.bindToRuns(table)))
        }
        if !shape.shadowedColumns.isEmpty {
            let names = shape.shadowedColumns.keys.sorted().joined(separator: ", ")
            note("a change of the type of \(names) is unfinished", repair: .repair(.dropLeftovers))
        }
        if shape.hasChangeLog {
            note("a move of its rows is unfinished: the server notes every write", repair: .repair(.dropLeftovers))
        }
    }

    private func sentence(aboutExtra column: String) -> String {
        if type == .sessions, column == "runs" { return "column runs is kept as a backup until cleanup" }
        if let later = context.version(adding: column, to: type), later > version {
            return "column \(column) belongs to \(later); a release below it made the column as well"
        }
        return "column \(column) is not one of Agno's; it is left alone"
    }

    private mutating func note(_ text: String, repair: SchemaChange? = nil) {
        mismatches.append(Mismatch(text: text, repair: repair))
    }

    private mutating func compare(_ found: TableShape.Column?, with column: TableShape.Column) {
        let (name, traits) = (column.name, context.traits)
        // Looked up for a difference only: every look compares every column.
        var declared: (column: Column, fill: ColumnFill)? { context.declaration(of: name, in: type, at: version) }
        guard let found else {
            let repair = declared.flatMap { column, fill -> SchemaChange? in
                column.isNullable || fill != .none ? .addColumn(column, fill: fill) : nil
            }
            return note("column \(name) is missing", repair: repair)
        }
        if found.type.uppercased() != column.type.uppercased() {
            let sentence = "column \(name) is \(found.type), a fresh table has \(column.type)"
            if traits.areEquivalent(found.type, column.type) {
                tolerated.append("\(sentence); both hold the same values")
                if traits.has(.freeTextRetyping), context.changesType(of: name, in: type, before: version) {
                    improvements += declared.map { [.repair(.retype(name, to: $0.column.type))] } ?? []
                }
            } else {
                let isLossless = DatabaseTraits.widens(found.type, to: column.type)
                note(
                    sentence,
                    repair: isLossless
                        ? declared.map { .changeType(name, from: $0.column.type, to: $0.column.type) } : nil
                )
            }
        }
        if found.isNullable, !column.isNullable {
            note(
                "column \(name) may be NULL, unlike a fresh table's",
                repair: declared.map { .repair(.requireValue($0.column)) })
        } else if !found.isNullable, column.isNullable {
            tolerated.append("column \(name) must not be NULL, unlike a fresh table's")
        }
        if let value = found.defaultValue, column.defaultValue == nil {
            // A constant that the migration's own time left behind gives every later row that time.
            tolerated.append("column \(name) has a default (\(value.count) characters); a fresh table has none")
        }
    }

    private mutating func compareKeys(of shape: TableShape, with fresh: TableShape) {
        if shape.primaryKey != fresh.primaryKey {
            note(
                "the primary key is not (\(fresh.primaryKey.joined(separator: ", ")))",
                repair: fresh.primaryKey.isEmpty ? nil : .addPrimaryKey(fresh.primaryKey, replacing: nil))
        }
        for key in fresh.uniqueKeys where shape.uniqueKeys(covering: key.columns).isEmpty {
            note(
                "the unique key on (\(key.columns.joined(separator: ", "))) is missing",
                repair: context.uniqueKey(covering: key.columns, of: type).map { .replaceUniqueKey(nil, with: $0) })
        }
        for key in shape.uniqueKeys where fresh.uniqueKeys(covering: key.columns).isEmpty {
            let columns = key.columns.joined(separator: ", ")
            if context.uniqueKey(covering: key.columns, of: type) == nil {
                tolerated.append("the unique key on (\(columns)) is not one of Agno's; it is left alone")
            } else {
                note("unexpected unique key on (\(columns))")
            }
        }
        for key in TableDefinition.baseline(type, for: context.traits).foreignKeys
        where !context.traits.has(.shardedTables) {
            guard !shape.has(key, in: context) else { continue }
            note(
                "the foreign key on (\(key.columns.joined(separator: ", "))) is missing",
                repair: .repair(.addForeignKey(key)))
        }
    }

    private mutating func compareIndexes(of shape: TableShape, with fresh: TableShape) {
        for named in fresh.indexes where !shape.hasIndex(covering: named.index) {
            note(
                "the index on (\(named.index.columns.joined(separator: ", "))) is missing",
                repair: .addIndex(named.index))
        }
        for (position, named) in shape.indexes.enumerated() {
            if !fresh.hasIndex(covering: named.index) {
                tolerated.append("index \(named.name) is not one of Agno's; it is left alone")
            } else if shape.indexes[..<position].contains(where: { $0.index.covers(named.index) }) {
                tolerated.append("index \(named.name) covers the same as another; one of them can be dropped")
            }
        }
    }
}
