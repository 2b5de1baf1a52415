import AgnoSchema
import Testing

@Suite("A change knows when it is done and how it is undone")
struct SchemaChangeTests {
    /// Everything that one change needs to be looked at: the shapes before it, in the fold of all versions.
    private struct Occurrence {
        var change: SchemaChange
        var type: TableType
        var version: SchemaVersion
        var before: [TableType: TableShape]
        var after: [TableType: TableShape]
        var label: String
    }

    private static func occurrences(_ adapter: Adapter) -> [Occurrence] {
        var result: [Occurrence] = []
        let context = adapter.context
        for type in TableType.managed where type.exists(for: adapter.traits) {
            var shapes = [
                type: TableDefinition.baseline(type, for: adapter.traits)
                    .shape(in: context, named: context.names[type])
            ]
            for migration in Migration.all where migration.version > type.introduced {
                for case .change(let change) in migration.steps(for: type, traits: adapter.traits) {
                    let before = shapes
                    change.apply(to: &shapes, of: type, in: context)
                    result.append(
                        Occurrence(
                            change: change, type: type, version: migration.version, before: before, after: shapes,
                            label: "\(adapter.rawValue) \(migration.version) \(type.name): \(change.title(in: context))"
                        ))
                }
            }
        }
        return result
    }

    @Test(
        "No change of any version is done before it was applied, and every one is afterwards",
        arguments: Adapter.allCases)
    func satisfaction(_ adapter: Adapter) {
        let context = adapter.context
        for item in Self.occurrences(adapter) {
            #expect(item.change.isSatisfied(by: item.after, of: item.type, in: context), "\(item.label)")
            // Nothing is done to the table: the column is its own backup.
            if case .retireColumn = item.change { continue }
            let isDone = item.change.isSatisfied(by: item.before, of: item.type, in: context)
            // A change of type is none where the server spells both types alike.
            #expect(isDone == (Self.facts(item.before) == Self.facts(item.after)), "\(item.label)")
        }
    }

    @Test("Applying a change a second time changes nothing", arguments: Adapter.allCases)
    func idempotence(_ adapter: Adapter) {
        for item in Self.occurrences(adapter) {
            var again = item.after
            item.change.apply(to: &again, of: item.type, in: adapter.context)
            #expect(again == item.after, "\(item.label)")
        }
    }

    @Test("The inverse undoes a change, and is done exactly when it was undone", arguments: Adapter.allCases)
    func inverses(_ adapter: Adapter) {
        let context = adapter.context
        for item in Self.occurrences(adapter) {
            var undone = item.after
            item.change.inverse.apply(to: &undone, of: item.type, in: context)
            #expect(Self.facts(undone) == Self.facts(item.before), "\(item.label)")
            #expect(item.change.inverse.isSatisfied(by: undone, of: item.type, in: context), "\(item.label)")
            if Self.facts(item.before) != Self.facts(item.after) {
                #expect(!item.change.inverse.isSatisfied(by: item.after, of: item.type, in: context), "\(item.label)")
            }
        }
    }

    @Test("Undoing all versions in reverse gives every older schema again", arguments: Adapter.allCases)
    func wholeWayDown(_ adapter: Adapter) throws {
        let context = adapter.context
        for type in TableType.managed where type.exists(for: adapter.traits) && type != .culture {
            let newest = try #require(TableDefinition.shape(of: type, at: .latest, in: adapter))
            var shapes = [type: newest]
            if type == .sessions { shapes[.runs] = TableDefinition.shape(of: .runs, at: .latest, in: adapter) }
            for migration in Migration.all.reversed() where migration.version > type.introduced {
                for step in migration.steps(for: type, traits: adapter.traits).reversed() {
                    guard case .change(let change) = step else { continue }
                    change.inverse.apply(to: &shapes, of: type, in: context)
                }
                let older = try #require(SchemaHistory.agno.predecessor(of: migration.version))
                let wanted = try #require(TableDefinition.shape(of: type, at: older, in: adapter))
                #expect(
                    shapes[type].map(ShapeFacts.of) == ShapeFacts.of(wanted),
                    "\(adapter.rawValue) \(older) \(type.name)")
            }
            #expect(shapes[.runs] == nil)
        }
    }

    @Test("No version names a table type that a newer version introduces", arguments: Adapter.allCases)
    func stepsOfOlderVersions(_ adapter: Adapter) {
        for migration in Migration.all {
            for type in TableType.managed where type.introduced > migration.version {
                #expect(migration.steps(for: type, traits: adapter.traits).isEmpty, "\(migration.version) \(type.name)")
            }
        }
    }

    @Test("Nothing is satisfied by a table that is not there")
    func absentTable() {
        let context = Adapter.sqlite.context
        let change = SchemaChange.addIndex(Index(on: ["user_id"]))
        #expect(!change.isSatisfied(by: [:], of: .evals, in: context))
        #expect(!change.inverse.isSatisfied(by: [:], of: .evals, in: context))
        var shapes: [TableType: TableShape] = [:]
        change.apply(to: &shapes, of: .evals, in: context)
        #expect(shapes.isEmpty)
    }

    private static func facts(_ shapes: [TableType: TableShape]) -> [TableType: Set<String>] {
        shapes.mapValues(ShapeFacts.of)
    }
}
