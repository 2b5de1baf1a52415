import AgnoSchema

/// A table's shape beside that of a fresh table of its version, in words.
struct Comparison {
    /// Differences that a migration or its repair has to remove.
    var mismatches: [String] = []
    /// Differences that do no harm.
    var tolerated: [String] = []

    init() {}

    init(of shape: TableShape, type: TableType, with fresh: TableShape, traits: DatabaseTraits) {
        for column in fresh.columns { compare(shape.column(column.name), with: column, traits: traits) }
        for column in shape.columns where fresh.column(column.name) == nil {
            let isBackup = type == .sessions && column.name == "runs"
            tolerated.append(
                isBackup
                    ? "column runs is kept as a backup until cleanup"
                    : "column \(column.name) is not one of Agno's; it is left alone")
        }
        compareKeys(of: shape, with: fresh)
        compareIndexes(of: shape, with: fresh)
    }

    private mutating func compare(
        _ found: TableShape.Column?, with column: TableShape.Column, traits: DatabaseTraits
    ) {
        let name = column.name
        guard let found else { return mismatches.append("column \(name) is missing") }
        if found.type.uppercased() != column.type.uppercased() {
            let sentence = "column \(name) is \(found.type), a fresh table has \(column.type)"
            if traits.areEquivalent(found.type, column.type) {
                tolerated.append("\(sentence); both hold the same values")
            } else {
                mismatches.append(sentence)
            }
        }
        if found.isNullable, !column.isNullable {
            mismatches.append("column \(name) may be NULL, unlike a fresh table's")
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
            mismatches.append("the primary key is not (\(fresh.primaryKey.joined(separator: ", ")))")
        }
        for key in fresh.uniqueKeys where shape.uniqueKeys(covering: key.columns).isEmpty {
            mismatches.append("the unique key on (\(key.columns.joined(separator: ", "))) is missing")
        }
        for key in shape.uniqueKeys where fresh.uniqueKeys(covering: key.columns).isEmpty {
            mismatches.append("unexpected unique key on (\(key.columns.joined(separator: ", ")))")
        }
    }

    private mutating func compareIndexes(of shape: TableShape, with fresh: TableShape) {
        for named in fresh.indexes where !shape.hasIndex(covering: named.index) {
            mismatches.append("the index on (\(named.index.columns.joined(separator: ", "))) is missing")
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
