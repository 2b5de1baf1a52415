/// One schema version as a value: the changes of each table from the version before.
///
/// The way down is derived: the same steps in reverse, each inverted. A version's file holds no SQL and names no
/// server; where adapters differ it asks for a ``Feature``.
package struct Migration: Sendable {
    package let version: SchemaVersion
    private let tables: [TableMigration]

    package init(to version: SchemaVersion, tables: [TableMigration]) {
        self.version = version
        self.tables = tables
    }

    /// Every version after the baseline, oldest first. A new version is one more element here and one new file.
    package static let all: [Migration] = [v2_3_0, v2_5_0, v2_5_6, v3_0_0]

    /// The steps of this version for one type's table under one adapter; empty if it changes nothing.
    package func steps(for type: TableType, traits: DatabaseTraits) -> [MigrationStep] {
        tables.filter { $0.types.contains(type) }.flatMap { $0.steps }.flatMap { $0.resolved(for: traits) }
    }
}

/// The steps of one version for the tables of some types.
package struct TableMigration: Sendable {
    package let types: [TableType]
    package let steps: [MigrationStep]

    package static func alter(_ types: TableType..., steps: [MigrationStep]) -> TableMigration {
        TableMigration(types: types, steps: steps)
    }
}

/// One part of a version's work on one table.
package enum MigrationStep: Hashable, Sendable {
    case change(SchemaChange)
    /// Moves rows between shapes.
    case move(RowMove)
    /// A condition that the rows must meet before the way up changes anything.
    case requires(Precondition)
    /// Only under adapters with the feature.
    indirect case when(Feature, [MigrationStep])
    /// Only under adapters without it.
    indirect case unless(Feature, [MigrationStep])

    fileprivate func resolved(for traits: DatabaseTraits) -> [MigrationStep] {
        switch self {
        case .when(let feature, let steps):
            traits.has(feature) ? steps.flatMap { $0.resolved(for: traits) } : []
        case .unless(let feature, let steps):
            traits.has(feature) ? [] : steps.flatMap { $0.resolved(for: traits) }
        case .change, .move, .requires:
            [self]
        }
    }
}

/// A condition on rows that a step requires.
package enum Precondition: Hashable, Sendable {
    /// These columns hold neither NULL nor duplicates, among the rows that the predicate selects.
    case unique([String], where: IndexPredicate? = nil)
}

// Short forms, so that a version reads as a list of sentences.
extension MigrationStep {
    package static func createTable(_ type: TableType) -> MigrationStep { .change(.createTable(type)) }

    package static func addColumn(_ name: String, _ type: ColumnType) -> MigrationStep {
        .change(.addColumn(.optional(name, type)))
    }

    package static func addColumn(_ name: String, _ type: ColumnType, notNullFilledWith fill: ColumnFill)
        -> MigrationStep
    {
        .change(.addColumn(.required(name, type), fill: fill))
    }

    package static func retireColumn(_ name: String, _ type: ColumnType) -> MigrationStep {
        .change(.retireColumn(.optional(name, type)))
    }

    package static func changeType(_ names: String..., from old: ColumnType, to new: ColumnType) -> [MigrationStep] {
        names.map { .change(.changeType($0, from: old, to: new)) }
    }

    package static func addIndex(on columns: String...) -> MigrationStep { .change(.addIndex(Index(on: columns))) }

    package static func addUniqueIndex(
        on columns: String..., where predicate: IndexPredicate, named name: String
    ) -> MigrationStep {
        .change(.addIndex(Index(on: columns, isUnique: true, where: predicate, declaredName: name)))
    }

    package static func replaceUniqueKey(_ old: UniqueKey?, with new: UniqueKey?) -> MigrationStep {
        .change(.replaceUniqueKey(old, with: new))
    }

    package static func addPrimaryKey(on columns: String..., replacing key: UniqueKey?) -> MigrationStep {
        .change(.addPrimaryKey(columns, replacing: key))
    }
}
