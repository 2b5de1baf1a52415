import AgnoSchema
import Testing

@Suite("The whole post-state counts")
struct SatisfactionTests {
    private let context = Adapter.postgres.context

    private func isDone(_ change: SchemaChange, _ shape: TableShape, type: TableType = .memories) -> Bool {
        change.isSatisfied(by: [type: shape], of: type, in: context)
    }

    private func shape(_ column: TableShape.Column) -> TableShape { TableShape(columns: [column]) }

    @Test("A filled column is not done while it may be NULL or its transitional default is still on")
    func filledColumn() {
        let change = SchemaChange.addColumn(.required("created_at", .bigInteger), fill: .copied(from: "updated_at"))
        #expect(!isDone(change, shape(.init("updated_at", type: "BIGINT", isNullable: false))))
        #expect(!isDone(change, shape(.init("created_at", type: "BIGINT", isNullable: true))))
        #expect(
            !isDone(change, shape(.init("created_at", type: "BIGINT", isNullable: false, defaultValue: "1700000000"))))
        #expect(!isDone(change, shape(.init("created_at", type: "JSON", isNullable: false))))
        #expect(isDone(change, shape(.init("created_at", type: "bigint", isNullable: false))))
    }

    @Test("A column without fill is done when it is there with its type, whatever its nullability")
    func plainColumn() {
        let change = SchemaChange.addColumn(.optional("feedback", .prose))
        #expect(isDone(change, shape(.init("feedback", type: "TEXT", isNullable: false))))
        #expect(!isDone(change, shape(.init("feedback", type: "BIGINT", isNullable: true))))
    }

    @Test("A type change has nothing to do where the column is missing")
    func missingColumn() {
        let change = SchemaChange.changeType("topics", from: .json, to: .parsedJSON)
        #expect(isDone(change, TableShape()))
        #expect(!isDone(change, shape(.init("topics", type: "JSON", isNullable: true))))
        #expect(isDone(change, shape(.init("topics", type: "JSONB", isNullable: true))))
    }

    @Test("An index is found by what it covers, never by its name")
    func indexByDefinition() {
        let change = SchemaChange.addIndex(Index(on: ["run_status"]))
        func table(_ index: Index) -> TableShape {
            TableShape(indexes: [.init(name: "ix_somewhere_else", index: index)])
        }
        #expect(isDone(change, table(Index(on: ["run_status"]))))
        #expect(!isDone(change, table(Index(on: ["run_status", "id"]))))
        #expect(!isDone(change, table(Index(on: ["run_status"], isUnique: true))))
        #expect(!isDone(change, table(Index(on: ["run_status"], where: .isNull("run_status")))))
        let named = SchemaChange.addIndex(Index(on: ["b", "a"]))
        #expect(!isDone(named, table(Index(on: ["a", "b"]))))
    }

    @Test("A unique key is found by its columns in any order, as a constraint or as an index, under any name")
    func keyByColumns() {
        let change = SchemaChange.replaceUniqueKey(.metricsDay, with: .metricsDayOfUser)
        let new = TableShape.Key(name: "old_name", columns: ["date", "aggregation_period", "user_id"])
        let index = TableShape.NamedIndex(
            name: "by_hand", index: Index(on: ["user_id", "date", "aggregation_period"], isUnique: true))
        let partial = TableShape.NamedIndex(
            name: "partial",
            index: Index(on: ["user_id", "date", "aggregation_period"], isUnique: true, where: .isNull("user_id")))
        let old = TableShape.Key(name: nil, columns: ["aggregation_period", "date"])
        #expect(isDone(change, TableShape(uniqueKeys: [new])))
        #expect(isDone(change, TableShape(indexes: [index])))
        #expect(!isDone(change, TableShape(indexes: [partial])))
        #expect(!isDone(change, TableShape(uniqueKeys: [new, old])))
        #expect(!isDone(change, TableShape()))
        #expect(isDone(.replaceUniqueKey(.metricsDay, with: nil), TableShape()))
    }

    @Test("A primary key on other columns does not count, nor one beside the key that it replaces")
    func primaryKey() {
        let change = SchemaChange.addPrimaryKey(["session_id"], replacing: .sessionID)
        #expect(isDone(change, TableShape(primaryKey: ["session_id"])))
        #expect(!isDone(change, TableShape(primaryKey: ["id"])))
        #expect(
            !isDone(
                change, TableShape(primaryKey: ["session_id"], uniqueKeys: [.init(name: "x", columns: ["session_id"])]))
        )
        #expect(!isDone(change.inverse, TableShape(primaryKey: ["session_id"])))
        #expect(!isDone(change.inverse, TableShape()))
        #expect(isDone(change.inverse, TableShape(uniqueKeys: [.init(name: "x", columns: ["session_id"])])))
    }

    @Test("A table that comes along is done when it has all columns and indexes, and is completed when it has not")
    func companionTable() throws {
        let fresh = try #require(TableDefinition.shape(of: .runs, at: .latest, in: .postgres))
        let change = SchemaChange.createTable(.runs)
        var half = fresh
        half.columns.removeAll { $0.name == "parent_run_id" }
        half.columns.append(.init("extra", type: "TEXT", isNullable: true))
        half.indexes.removeAll { $0.index.columns == ["session_id", "run_index"] }
        var shapes: [TableType: TableShape] = [.sessions: TableShape(), .runs: half]
        #expect(!change.isSatisfied(by: shapes, of: .sessions, in: context))
        change.apply(to: &shapes, of: .sessions, in: context)
        #expect(change.isSatisfied(by: shapes, of: .sessions, in: context))
        let completed = try #require(shapes[.runs])
        #expect(ShapeFacts.of(completed).subtracting(ShapeFacts.of(fresh)) == ["column extra TEXT"])
    }
}
