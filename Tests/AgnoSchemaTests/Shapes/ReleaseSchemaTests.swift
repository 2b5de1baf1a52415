import AgnoSchema
import Testing

@Suite("The folded schema is what the releases of Agno make")
struct ReleaseSchemaTests {
    private static let files = Adapter.allCases.flatMap { adapter in ReleaseSchema.labels.map { (adapter, $0) } }

    @Test("Every table of every release is what the baseline and the versions fold to", arguments: files)
    func foldEqualsRelease(_ adapter: Adapter, _ label: String) throws {
        let release = try ReleaseSchema.read(adapter, label)
        #expect(release.dialect == adapter.rawValue)
        #expect(release.label == label)
        for type in TableType.allCases {
            let shape = TableDefinition.shape(of: type, at: release.version, in: adapter)
            let found = Self.differences(shape, release.tables[type.name])
            let allowed = DeliberateDifference.sentences(adapter, label, table: type.name)
            #expect(found == allowed, "\(adapter.rawValue) \(label) \(type.name)")
        }
        #expect(Set(release.tables.keys).subtracting(TableType.allCases.map(\.name)).isSubset(of: ["versions"]))
    }

    @Test("Every table has the name that the releases give it", arguments: files)
    func namesEqualRelease(_ adapter: Adapter, _ label: String) throws {
        for (type, table) in try ReleaseSchema.read(adapter, label).tables where type != "versions" {
            #expect(try #require(TableType(rawValue: type)).defaultTableName == table.name)
        }
    }

    @Test("The versions table is what every release since 2.3 makes", arguments: files)
    func versionsTable(_ adapter: Adapter, _ label: String) throws {
        let release = try ReleaseSchema.read(adapter, label)
        guard let table = release.tables["versions"] else {
            // Older releases have no stamps.
            #expect(["2.0", "2.2"].contains(label))
            return
        }
        #expect(table.name == TableNames().versions)
        let shape = TableDefinition.versions.shape(in: adapter.context, named: TableNames().versions)
        #expect(ShapeFacts.of(shape) == ShapeFacts.of(table))
    }

    @Test("Rows are placed by the shard key of the release", arguments: files)
    func shardKeys(_ adapter: Adapter, _ label: String) throws {
        for (name, table) in try ReleaseSchema.read(adapter, label).tables {
            guard let type = TableType(rawValue: name) else { continue }
            let definition = TableDefinition.baseline(type, for: adapter.traits)
            #expect(definition.shardKey == table.shardKey ?? [], "\(adapter.rawValue) \(label) \(name)")
        }
    }

    @Test("Every release has a file for each adapter, and no difference is listed for nothing")
    func listIsComplete() throws {
        #expect(Set(ReleaseSchema.names) == Set(Self.files.map { "\($0.0.rawValue)-\($0.1)" }))
        let versions = try ReleaseSchema.labels.map { try ReleaseSchema.read(.sqlite, $0).version }
        #expect(Set(versions).isSuperset(of: SchemaVersion.known.dropLast()), "a released version has no fixture")
        for difference in DeliberateDifference.all {
            #expect(!difference.reason.isEmpty && !difference.sentences.isEmpty)
            #expect(TableType(rawValue: difference.table) != nil)
            #expect(Set(difference.labels).isSubset(of: ReleaseSchema.labels))
        }
    }

    private static func differences(_ shape: TableShape?, _ table: ReleaseSchema.Table?) -> Set<String> {
        guard let shape else { return table == nil ? [] : ["only in the release: the table"] }
        guard let table else { return ["only in the model: the table"] }
        let (ours, theirs) = (ShapeFacts.of(shape), ShapeFacts.of(table))
        return Set(ours.subtracting(theirs).map { "only in the model: \($0)" })
            .union(theirs.subtracting(ours).map { "only in the release: \($0)" })
    }
}
