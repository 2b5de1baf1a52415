import AgnoSchema
import DatabaseAccess
import SQLDialects
import Testing

@Suite("What SQLite's catalogue says of a table")
struct InspectionTests {
    private func snapshot(_ statements: [String], _ type: TableType = .memories) throws -> TableSnapshot {
        try Scratch.withDatabase(statements) { try Workbench(connection: $0).snapshot(type) }
    }

    @Test("Columns with type, nullability and default; generated ones are known as such")
    func columns() throws {
        let snapshot = try snapshot([
            "CREATE TABLE agno_memories (a VARCHAR(10) NOT NULL, \"b c\", d INT DEFAULT (1 + 1), e AS (d) VIRTUAL, f AS (d) STORED)"
        ])
        #expect(
            snapshot.shape.columns == [
                .init("a", type: "VARCHAR(10)", isNullable: false), .init("b c", type: "", isNullable: true),
                .init("d", type: "INT", isNullable: true, defaultValue: "1 + 1"),
                .init("e", type: "", isNullable: true),
                .init("f", type: "", isNullable: true),
            ])
        #expect(snapshot.generatedColumns == ["e", "f"])
        #expect(snapshot.source?.hasPrefix("CREATE TABLE agno_memories (a ") == true)
    }

    @Test("Names of the same characters in other bytes are two, of columns and of tables")
    func equivalentNames() throws {
        let snapshot = try snapshot([
            "CREATE TABLE agno_memories (a, \"caf\u{E9}\" AS (a) VIRTUAL, \"cafe\u{301}\")"
        ])
        #expect(snapshot.generatedColumns.contains("caf\u{E9}") && !snapshot.generatedColumns.contains("cafe\u{301}"))
        let found = try Scratch.withDatabase(["CREATE TABLE \"cafe\u{301}\" (a)"]) { connection in
            try connection.dialect.snapshots(of: [.memories: "caf\u{E9}"], using: connection)
        }
        #expect(found.isEmpty)
    }

    @Test("A quote is doubled also where an accent follows", arguments: ["a\"\u{301}", "a\u{301}\"", "\"", "a"])
    func quotes(name: String) throws {
        let found = try Scratch.withDatabase { connection in
            let (column, text) = (connection.dialect.quote(name), connection.dialect.literal("'\u{301}"))
            try connection.execute("CREATE TABLE t (\(column))")
            return try connection.value("SELECT \(text) || name FROM pragma_table_info('t')")
        }
        #expect(found == .text("'\u{301}" + name))
    }

    @Test("The primary key in its own order, not the columns'")
    func primaryKey() throws {
        let snapshot = try snapshot(["CREATE TABLE agno_memories (a, b, c, PRIMARY KEY (c, a)) WITHOUT ROWID"])
        #expect(snapshot.shape.primaryKey == ["c", "a"])
        #expect(snapshot.shape.uniqueKeys.isEmpty && snapshot.shape.indexes.isEmpty)
    }

    @Test("Unique constraints, indexes with predicates, and indexes on expressions are told apart")
    func keysAndIndexes() throws {
        let shape = try snapshot([
            "CREATE TABLE agno_memories (a UNIQUE, b, c, UNIQUE (c, b))", "CREATE INDEX i1 ON agno_memories (c, a)",
            "CREATE UNIQUE INDEX i2 ON agno_memories (b) WHERE a IS NULL",
            "CREATE INDEX i3 ON agno_memories (lower(a), b) WHERE c > 5",
        ]).shape
        #expect(Set(shape.uniqueKeys.map(\.columns)) == [["a"], ["c", "b"]])
        #expect(
            shape.indexes == [
                .init(name: "i1", index: Index(on: ["c", "a"])),
                .init(name: "i2", index: Index(on: ["b"], isUnique: true, where: .isNull("a"))),
                .init(name: "i3", index: Index(on: ["<expression>", "b"], where: .other("c > 5"))),
            ])
    }

    @Test("Foreign keys, also of several columns, and those that name no column")
    func references() throws {
        let shape = try snapshot([
            "CREATE TABLE p (x, y, PRIMARY KEY (x, y))",
            "CREATE TABLE agno_memories (a REFERENCES p, b, c, FOREIGN KEY (c, b) REFERENCES p (x, y))",
        ]).shape
        #expect(
            Set(shape.references) == [
                .init(columns: ["c", "b"], parent: "p", parentColumns: ["x", "y"]),
                .init(columns: ["a"], parent: "p", parentColumns: [""]),
            ])
    }

    @Test("Indexes and triggers of the table, and the views and triggers that mention it, depend on it")
    func dependents() throws {
        let snapshot = try snapshot([
            "CREATE TABLE agno_memories (a PRIMARY KEY)", "CREATE TABLE other (a)",
            "CREATE INDEX mine ON agno_memories (a)",
            "CREATE INDEX theirs ON other (a)", "CREATE VIEW v AS SELECT 1",
            "CREATE VIEW w AS SELECT a FROM AGNO_Memories", "CREATE VIEW x AS SELECT * FROM \"w\"",
            "CREATE TRIGGER t AFTER DELETE ON agno_memories BEGIN SELECT 1; END",
            "CREATE TRIGGER u AFTER DELETE ON other BEGIN DELETE FROM agno_memories; END",
        ])
        #expect(
            Set(snapshot.dependents.map { "\($0.kind.rawValue) \($0.name)" }) == [
                "index mine", "trigger t", "trigger u", "view w", "view x",
            ])
    }

    @Test("A table is found without regard to ASCII case and keeps its real name; a view is no table")
    func names() throws {
        #expect(try snapshot(["CREATE TABLE \"AGNO_Memories\" (a)"]).name == "AGNO_Memories")
        try Scratch.withDatabase(["CREATE VIEW agno_memories AS SELECT 1 AS a", "CREATE TABLE agno_metrics2 (a)"]) {
            connection in
            let found = try Workbench(connection: connection).snapshots()
            #expect(found.isEmpty)
        }
    }

    @Test("The columns of a table that is not there are nil, not none")
    func absentTable() throws {
        try Scratch.withDatabase(["CREATE TABLE t (a, b AS (a))"]) { connection in
            let columns = try ["nothing", "t"].map { try connection.dialect.columns(ofTable: $0, using: connection) }
            #expect(columns == [nil, ["a", "b"]])
        }
    }

    @Test("Rows are scanned in the order in which they were written, where the table has one")
    func scanKey() throws {
        let dialect = SQLiteDialect(version: "3.45.0")
        #expect(dialect.scanKey(of: try snapshot(["CREATE TABLE agno_memories (a PRIMARY KEY)"])) == "rowid")
        let keyed = try snapshot(["CREATE TABLE agno_memories (\"a b\" PRIMARY KEY) WITHOUT ROWID"])
        #expect(dialect.scanKey(of: keyed) == "\"a b\"")
    }

    @Test("A fresh table reads back as it was declared", arguments: TableType.allCases)
    func freshTables(_ type: TableType) throws {
        try Scratch.withDatabase { connection in
            let bench = Workbench(connection: connection)
            for version in SchemaVersion.known {
                guard let shape = TableDefinition.shape(of: type, at: version, in: bench.context) else { continue }
                for statement in bench.dialect.create(shape, named: "t") { try connection.execute(statement) }
                let found = try #require(try bench.dialect.snapshots(of: [type: "t"], using: connection)[type]).shape
                #expect(found.columns == shape.columns)
                #expect(found.primaryKey == shape.primaryKey)
                #expect(Set(found.uniqueKeys.map(\.columns)) == Set(shape.uniqueKeys.map(\.columns)))
                #expect(found.references == shape.references)
                #expect(Set(found.indexes.map(\.name)) == Set(shape.indexes.map(\.name)))
                #expect(shape.indexes.allSatisfy { found.hasIndex(covering: $0.index) })
                try connection.execute("DROP TABLE t")
            }
        }
    }
}
