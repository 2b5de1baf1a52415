package import AgnoSchema

// Lowers neutral schema changes to the MySQL family's statements.
extension MySQLFamilyDialect {
    package func lower(
        _ changes: [SchemaChange], of snapshot: TableSnapshot, among all: [TableType: TableSnapshot],
        in context: SchemaContext, now: Int64
    ) -> Lowering {
        guard !changes.isEmpty else { return .skipped(because: "nothing to change") }
        var alteration = MySQLAlterTable(dialect: self, snapshot: snapshot, context: context, now: now)
        for change in changes {
            if let other = statements(forOtherTable: change, beside: snapshot, among: all, in: context) {
                alteration.after += other
            } else {
                alteration.add(change)
            }
        }
        return .statements(alteration.statements)
    }

    package func park(_ snapshot: TableSnapshot) -> SQLStatement? {
        SQLStatement("ALTER TABLE \(table(snapshot.name)) RENAME TO \(table(MySQLNames.parked(snapshot.name)))")
    }

    package func unpark(_ parked: ParkedTable, of type: TableType, as name: String) -> [SQLStatement] {
        guard let columns = parked.commonColumns else {
            return [SQLStatement("ALTER TABLE \(table(parked.name)) RENAME TO \(table(name))")]
        }
        // Another program created a table of that name meanwhile; its rows are newer.
        return [
            SQLStatement(
                "INSERT INTO \(table(name)) (\(list(columns))) SELECT \(list(columns)) FROM \(table(parked.name)) a "
                    + "WHERE NOT EXISTS (SELECT 1 FROM \(table(name)) n WHERE n.run_id = a.run_id)"),
            SQLStatement("DROP TABLE \(table(parked.name))"),
        ]
    }
}

/// All changes of one table in few `ALTER TABLE`s, each of which commits: new columns, their values, their NOT NULL, then
/// keys, indexes and dropped columns.
struct MySQLAlterTable {
    let dialect: any MySQLFamilyDialect
    let now: Int64
    private let context: SchemaContext
    /// The table as it will be when the columns are added.
    private(set) var shape: TableShape
    let snapshot: TableSnapshot

    private var loosened: [IncomingKey] = []
    private var added: [String] = []
    private var copied: [String] = []
    private var fills: [SQLStatement] = []
    private var tightened: [String] = []
    private var defaultsDropped: [String] = []
    private var built: [String] = []
    var after: [SQLStatement] = []
    private var taken: Set<String>

    init(dialect: any MySQLFamilyDialect, snapshot: TableSnapshot, context: SchemaContext, now: Int64) {
        self.context = context
        self.dialect = dialect
        self.snapshot = snapshot
        self.now = now
        shape = snapshot.shape
        taken = snapshot.namesInUse
    }

    private func quote(_ name: String) -> String { dialect.quote(name) }

    var statements: [SQLStatement] {
        // NOT NULL recreates the table, so indexes and keys are built in the same pass.
        alter(copied, .copy) + alter(added, .catalogue) + fills + loosened.map(\.drop)
            + alter(tightened + built, .build)
            + loosened.map(\.create) + alter(defaultsDropped, .catalogue) + after
    }

    private func alter(_ actions: [String], _ alteration: Alteration) -> [SQLStatement] {
        guard !actions.isEmpty else { return [] }
        let text = "ALTER TABLE \(dialect.table(snapshot.name)) \(actions.joined(separator: ", "))"
        let variants = dialect.algorithmClauses(for: alteration).map { text + $0 }
        return [SQLStatement(variants[0], fallbacks: Array(variants.dropFirst()))]
    }

    mutating func add(_ change: SchemaChange) {
        switch change {
        case .addColumn(let column, let fill): add(column.resolved(for: dialect.traits), fill)
        case .restoreColumn(let column): add(column.resolved(for: dialect.traits), .none)
        case .dropColumn(let column): built.append("DROP COLUMN \(quote(column.name))")
        case .changeType(let name, _, let type):
            built.append(
                modified(
                    name, to: dialect.traits.typeName(type), isNullable: shape.column(name)?.isNullable ?? true))
        case .addIndex(let index): add(index)
        case .dropIndex(let index): dropIndexes { $0.index.covers(index) }
        case .replaceUniqueKey(let old, let new):
            if let new { add(new) }
            if let old { drop(uniqueKeyOn: old.columns) }
        case .addPrimaryKey(let columns, let key):
            if !shape.primaryKey.isEmpty, shape.primaryKey != columns { dropPrimaryKey() }
            if shape.primaryKey != columns { built.append("ADD PRIMARY KEY (\(dialect.list(columns)))") }
            if let key { drop(uniqueKeyOn: key.columns) }
        case .dropPrimaryKey(let columns, let key):
            if let key { add(key) }
            if shape.primaryKey == columns { dropPrimaryKey() }
        case .repair(.requireValue(let column)):
            built.append(modified(column.name, isNullable: false))
        case .repair(.addForeignKey(let key)):
            let reference = dialect.referenceText(key.reference(in: context))
            after.append(SQLStatement("ALTER TABLE \(dialect.table(snapshot.name)) ADD FOREIGN KEY \(reference)"))
        case .repair(.bindToRuns), .repair(.retype), .repair(.dropLeftovers), .createTable, .dropTable, .retireColumn:
            break
        }
    }

    // MARK: Columns

    private mutating func add(_ column: Column, _ fill: ColumnFill) {
        let type = dialect.traits.typeName(column.type)
        let found = shape.column(column.name)
        switch fill {
        case .none:
            guard found == nil else { return changeType(of: column, to: type) }
            added.append("ADD COLUMN \(dialect.columnText(column))")
        case .constant(let value):
            // The default remains until the last statement, so that a program that does not know the column can write.
            if found == nil {
                added.append("ADD COLUMN \(quote(column.name)) \(type) NOT NULL DEFAULT \(dialect.literal(value))")
            } else if found?.isNullable == true {
                fills.append(filling(column.name, "?1", .text(value)))
                tightened.append(filled(column.name, type))
            }
            if found == nil || (found?.isNullable == false && found?.defaultValue != nil) {
                defaultsDropped.append("ALTER COLUMN \(quote(column.name)) DROP DEFAULT")
            }
        case .copied(let source):
            func value(_ now: String) -> String {
                shape.column(source) == nil ? now : "COALESCE(\(quote(source)), \(now))"
            }
            if found == nil, mustNotUpdate {
                // The server computes the default for every row and copies the table; no update, no trigger.
                copied.append("ADD COLUMN \(quote(column.name)) \(type) NOT NULL DEFAULT (\(value(String(now))))")
                defaultsDropped.append("ALTER COLUMN \(quote(column.name)) DROP DEFAULT")
                break
            }
            // NULL until it is filled: a wrong value would go unnoticed.
            if found == nil { added.append("ADD COLUMN \(quote(column.name)) \(type)") }
            if found?.isNullable ?? true { fills.append(filling(column.name, value("?1"), .integer(now))) }
            if found?.isNullable ?? true || found?.defaultValue != nil {
                tightened.append(filled(column.name, type))
            }
        }
        if found == nil {
            shape.columns.append(TableShape.Column(column.name, type: type, isNullable: column.isNullable))
        }
    }

    /// A filled column without the default of an earlier attempt, and with its own type if that holds all of the new one.
    private func filled(_ column: String, _ type: String) -> String {
        let isWide = shape.column(column).map { dialect.traits.areEquivalent($0.type, type) } ?? false
        return modified(column, to: isWide ? nil : type, isNullable: false, keepsDefault: false)
    }

    /// Whether an update of existing rows would do more than fill a column.
    private var mustNotUpdate: Bool {
        dialect.server.hasExpressionDefaults
            && (!snapshot.selfUpdatingColumns.isEmpty
                || snapshot.dependents.contains { $0.kind == .trigger && $0.sql.uppercased() == "UPDATE" })
    }

    private func filling(_ column: String, _ value: String, _ binding: SQLValue) -> SQLStatement {
        // A column that is assigned its own value does not get the time of the update.
        let kept = snapshot.selfUpdatingColumns.map { ", \(quote($0)) = \(quote($0))" }.joined()
        return SQLStatement(
            "UPDATE \(dialect.table(snapshot.name)) SET \(quote(column)) = \(value)\(kept) "
                + "WHERE \(quote(column)) IS NULL", [binding])
    }

    /// Widens an existing column whose type holds less.
    private mutating func changeType(of column: Column, to type: String) {
        guard let found = shape.column(column.name), !dialect.traits.areEquivalent(found.type, type) else { return }
        built.append(modified(column.name, to: type, isNullable: found.isNullable))
    }

    // MARK: Keys and indexes

    private static let generatedKey = "my_row_id"

    private mutating func add(_ key: UniqueKey) {
        guard shape.uniqueKeys(covering: key.columns).isEmpty else { return }
        let name = free(key.name(onTable: snapshot.name))
        built.append("ADD UNIQUE KEY \(quote(name)) (\(dialect.list(key.columns)))")
    }

    private mutating func drop(uniqueKeyOn columns: [String]) {
        for key in shape.uniqueKeys(covering: columns) {
            built.append("DROP INDEX \(quote(key.name ?? columns[0]))")
        }
    }

    /// Foreign keys that refer to these columns depend on one of their keys; they are recreated afterwards.
    private mutating func dropPrimaryKey() {
        let columns = Set(shape.primaryKey)
        for key in snapshot.incomingKeys where Set(key.parentColumns) == columns && !loosened.contains(key) {
            loosened.append(key)
        }
        built.append("DROP PRIMARY KEY")
        // A key that the server generated goes with its column only (sql_generate_invisible_primary_key).
        if shape.primaryKey == [Self.generatedKey] { built.append("DROP COLUMN \(quote(Self.generatedKey))") }
    }

    private mutating func add(_ index: Index) {
        guard !shape.hasIndex(covering: index) else { return }
        let name = free(index.name(onTable: snapshot.name, traits: dialect.traits))
        let kind = index.isUnique ? "UNIQUE KEY" : "INDEX"
        built.append("ADD \(kind) \(quote(name)) (\(dialect.columns(of: index, in: shape)))")
    }

    private mutating func dropIndexes(where matches: (TableShape.NamedIndex) -> Bool) {
        for named in shape.indexes where matches(named) { built.append("DROP INDEX \(quote(named.name))") }
    }

    private mutating func free(_ wanted: String) -> String {
        MySQLNames.free(wanted, onTable: snapshot.name, among: &taken)
    }
}
