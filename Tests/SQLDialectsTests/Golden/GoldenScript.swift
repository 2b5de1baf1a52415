import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

/// What one version does to one type's table on one server: statements as they are run, and reasons.
struct GoldenScript {
    let server: GoldenServer
    let bench: Workbench
    let migration: Migration
    let type: TableType

    private var steps: [MigrationStep] { migration.steps(for: type, traits: bench.dialect.traits) }

    /// The lines of the way up, from a fresh table of the version before.
    func up() throws -> [String] {
        let before = try #require(SchemaHistory.agno.predecessor(of: migration.version))
        if let reason = reasonForNothing(before) { return ["-- skipped: \(reason)"] }
        try make(at: before)
        var lines: [String] = []
        var group: [SchemaChange] = []
        for step in steps {
            switch step {
            case .requires(let condition): lines.append("-- first: the rows must be \(Self.text(of: condition))")
            case .when, .unless: break
            case .move(let move):
                lines += try run(&group)
                lines.append("-- rows: \(Self.text(of: move, isUp: true))")
            case .change(let change): lines += try add(change, to: &group)
            }
        }
        lines += try run(&group)
        try expect(migration.version)
        return lines
    }

    /// The lines of the way down, from a fresh table of the version.
    func down() throws -> [String] {
        let below = try #require(SchemaHistory.agno.predecessor(of: migration.version))
        if let reason = reasonForNothing(below) { return ["-- skipped: \(reason)"] }
        try make(at: migration.version)
        if type == .sessions, migration.version >= TableType.runs.introduced { try make(.runs, at: migration.version) }
        var lines: [String] = []
        var group: [SchemaChange] = []
        for step in steps.reversed() {
            switch step {
            case .requires, .when, .unless: break
            case .move(let move):
                lines += try run(&group)
                lines.append("-- rows: \(Self.text(of: move, isUp: false))")
            case .change(let change): lines += try add(change.inverse, to: &group)
            }
        }
        lines += try run(&group)
        try expect(below)
        return lines
    }

    // MARK: Parts

    private func reasonForNothing(_ before: SchemaVersion) -> String? {
        if type == .culture { return "no version ever changes this type" }
        if TableDefinition.shape(of: type, at: .latest, in: bench.context) == nil {
            return "Agno keeps no such table on this server"
        }
        if type.introduced > migration.version {
            return "no such table in this version, it came with \(type.introduced)"
        }
        if steps.isEmpty { return "this version changes nothing of this type" }
        if type.introduced > before { return "the table came with this version" }
        return nil
    }

    private func make(at version: SchemaVersion) throws { try make(type, at: version) }

    private func make(_ type: TableType, at version: SchemaVersion) throws {
        let shape = try #require(TableDefinition.shape(of: type, at: version, in: bench.context))
        // A server may want to see the tables that a new one refers to.
        let existing = try bench.snapshots()
        for parent in TableType.allCases where shape.references.contains(where: { $0.parent == bench.names[parent] }) {
            if existing[parent] == nil, parent != type { try make(parent, at: version) }
        }
        for statement in bench.dialect.create(shape, named: bench.names[type]) {
            try bench.connection.execute(statement)
        }
    }

    /// Puts a change into the group that is lowered together, or says why there is nothing to lower.
    private func add(_ change: SchemaChange, to group: inout [SchemaChange]) throws -> [String] {
        let shapes = try bench.snapshots().mapValues(\.shape)
        if change.isSatisfied(by: shapes, of: type, in: bench.context) {
            return ["-- nothing to do: \(change.title(in: bench.context))"]
        }
        switch change {
        case .createTable, .dropTable:
            var lines = try run(&group)
            group = [change]
            lines += try run(&group)
            return lines
        default:
            group.append(change)
            return []
        }
    }

    private func run(_ group: inout [SchemaChange]) throws -> [String] {
        guard !group.isEmpty else { return [] }
        defer { group = [] }
        var lines = group.map { "-- \($0.title(in: bench.context))" }
        if try bench.lower(group, of: type).isNewTable { lines.append("-- the table is made anew") }
        lines += try bench.apply(group, of: type).map { try Self.text(of: $0, on: server) }
        return lines
    }

    /// The statements gave what the model says, but for the order of columns and a column that is kept as a backup.
    private func expect(_ version: SchemaVersion) throws {
        let wanted = try #require(TableDefinition.shape(of: type, at: version, in: bench.context))
        let found = try bench.snapshot(type).shape
        let isBackup = { (column: TableShape.Column) in
            type == .sessions && column.name == "runs" && wanted.column("runs") == nil
        }
        #expect(Set(found.columns.filter { !isBackup($0) }.map(\.name)) == Set(wanted.columns.map(\.name)))
        for var column in wanted.columns {
            let real = try #require(found.column(column.name))
            // Two names of what is stored alike are one.
            if bench.dialect.traits.areEquivalent(real.type, column.type) { column.type = real.type }
            #expect(real == column)
        }
        #expect(found.primaryKey == wanted.primaryKey)
        #expect(Set(found.uniqueKeys.map { Set($0.columns) }) == Set(wanted.uniqueKeys.map { Set($0.columns) }))
        #expect(Set(found.indexes.map(\.name)) == Set(wanted.indexes.map(\.name)))
        #expect(wanted.indexes.allSatisfy { found.hasIndex(covering: $0.index) })
        #expect(Set(found.references) == Set(wanted.references))
        if !wanted.shardKey.isEmpty { #expect(found.shardKey == wanted.shardKey) }
        #expect(
            try bench.snapshots().keys.contains(.runs) == (type == .sessions && version >= TableType.runs.introduced))
    }

    // MARK: Texts

    static func text(of statement: SQLStatement, on server: GoldenServer) throws -> String {
        let bound = statement.bindings.map(\.display).joined(separator: ", ")
        return try server.comment(on: statement.sql) + statement.sql + ";"
            + (bound.isEmpty && statement.bindings.isEmpty ? "" : " -- with '\(bound)'")
    }

    private static func text(of condition: Precondition) -> String {
        switch condition {
        case .unique(let columns, let predicate):
            let rows =
                switch predicate {
                case .isNull(let column): " where \(column) is NULL"
                case .isNotNull(let column): " where \(column) is not NULL"
                case .other(let text): " where \(text)"
                case nil: ", none of them NULL"
                }
            return "unique in \(columns.joined(separator: ", "))\(rows)"
        }
    }

    private static func text(of move: RowMove, isUp: Bool) -> String {
        switch move {
        case .sessionRuns: isUp ? "each run of a session gets a row of its own" : "the runs go back into their sessions"
        case .unfinishedMetricsDay:
            isUp ? "the newest unfinished, unowned day is put aside" : "the day that was put aside comes back"
        case .ownedMetrics: isUp ? "parked rows of single users come back" : "rows of single users are parked"
        case .learningKeys:
            isUp ? "a user's entities get ids that contain the user" : "ids lose the user where one user has the entity"
        default: "an unknown move, \(move.rawValue)"
        }
    }
}
