import AgnoSchema
import Testing

@Suite("Releases of Agno and their schema versions")
struct ReleaseTests {
    @Test(
        "A release has the schema that it creates",
        arguments: [
            ("2.0.0", "2.0.0"), ("2.0.11", "2.0.0"), ("2.2.13", "2.0.0"), ("2.3.0", "2.3.0"), ("2.3.26", "2.3.0"),
            ("2.4.7", "2.3.0"), ("2.5.5", "2.5.0"), ("2.5.6", "2.5.6"), ("2.5.10", "2.5.6"), ("2.5.11", "2.5.6"),
            ("2.9.0", "2.5.6"), ("3.0.11", String.latest), ("3.1.10", String.latest), ("v3.1", String.latest),
        ])
    func schemaVersions(_ release: String, _ version: String) throws {
        let range = try #require(AgnoRelease(release)?.range)
        #expect(range.schemaVersion.description == version)
        #expect(try #require(MigrationTarget(release)).version.description == version)
    }

    @Test("51: releases 2.5.6 to 2.5.10 make the tables of 2.5.6 and stamp 2.5.0")
    func earlyColumn() {
        let differing = ReleaseRange.all.filter { $0.stamp != nil && $0.stamp != $0.schemaVersion }
        #expect(differing.map { "\($0.first) \($0.last) \($0.stamp ?? .baseline)" } == ["2.5.6 2.5.10 2.5.0"])
    }

    @Test("The ranges follow each other, with known versions that never fall")
    func order() {
        for (range, next) in zip(ReleaseRange.all, ReleaseRange.all.dropFirst()) {
            #expect(range.last < next.first)
            #expect(range.schemaVersion <= next.schemaVersion)
        }
        for range in ReleaseRange.all {
            #expect(range.first <= range.last)
            #expect(SchemaVersion.known.contains(range.schemaVersion))
        }
        #expect(ReleaseRange.all.last?.schemaVersion == .latest)
    }

    @Test("A text that is a schema version means that version", arguments: SchemaVersion.known)
    func versionsStay(_ version: SchemaVersion) throws {
        let target = try #require(MigrationTarget(version.description))
        #expect(target.version == version && target.release == nil && target.note == nil)
        // A release of the same number has that schema, so that nobody gets another one.
        #expect(AgnoRelease(version.description)?.range?.schemaVersion == version)
    }

    @Test("A release is noted")
    func note() {
        #expect(MigrationTarget("2.4.7")?.note == "Agno 2.4.7 uses schema version 2.3.0")
    }

    @Test(
        "What is neither a known version nor a known release is no target",
        arguments: ["1.8.4", "2.2.14", "2.4.9", "2.10.0", "3.1.11", "3.2.0", "9.9.9", "latest", "3.1.10rc1", ""])
    func unknown(_ text: String) {
        #expect(MigrationTarget(text) == nil)
        #expect(MigrationTarget.knownTexts.hasSuffix("newest known release of Agno: 3.1.10"))
    }
}

extension String {
    fileprivate static let latest = SchemaVersion.latest.description
}
