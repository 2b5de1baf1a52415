import AgnoSchema
import SQLDialects
import Testing

@Suite("Tables that no version changes")
struct UnmigratedTableTests {
    private static let adapters = [SQLiteDialect.traits, PostgreSQLDialect.traits, MySQLDialect.traits]

    @Test("Each known one has a definition, but for those that Agno keeps elsewhere")
    func complete() {
        let defined = Set(Self.adapters.flatMap { UnmigratedTable.all(for: $0).map(\.type) })
        #expect(KnownTables.types.subtracting(defined) == ["fs"] && defined.isSubset(of: KnownTables.types))
        #expect(UnmigratedTable.all(for: MySQLDialect.traits).map(\.type) == ["traces", "spans"])
    }

    @Test("Parents come before their children, and every key, index and reference has its columns")
    func sound() {
        for traits in Self.adapters {
            let context = SchemaContext(traits: traits, names: TableNames())
            var seen: Set<String> = []
            for table in UnmigratedTable.all(for: traits) {
                #expect(seen.isSuperset(of: table.unmigratedParents), "\(table.type)")
                seen.insert(table.type)
                let shape = table.shape(in: context, named: "agno_\(table.type)")
                let used =
                    shape.primaryKey + shape.uniqueKeys.flatMap(\.columns) + shape.references.flatMap(\.columns)
                    + shape.indexes.flatMap { $0.index.columns }
                #expect(!shape.primaryKey.isEmpty && used.allSatisfy { shape.column($0) != nil }, "\(table.type)")
                #expect(shape.references.allSatisfy { !$0.deletesChildren })
            }
        }
    }

    @Test("Only where configurations are bound do they refer to components")
    func references() {
        for traits in Self.adapters.prefix(2) {
            let isBound = traits.has(.boundConfigurations)
            let tables = UnmigratedTable.all(for: traits)
            #expect(tables.first { $0.type == "component_configs" }?.migratedParents == (isBound ? [.components] : []))
            #expect(
                tables.first { $0.type == "component_links" }?.unmigratedParents
                    == (isBound ? ["component_configs"] : []))
            #expect(tables.contains { $0.type == "jobs" } == traits.has(.jobs))
        }
    }
}
