import AgnoMigrate
import Foundation
import Testing

@Suite("Up, down to 2.0.0 and up again")
struct RoundTripTests {
    @Test(
        "gives the database of the first up, but for what the plan announced as lost",
        arguments: Source.plain([.sqlite]) + Source.odd(Engine.kinds))
    func roundTrip(_ source: Source) async throws {
        let scratch = try Scratch()
        let first = try await source.migratedByUs(into: scratch, as: "first.db")
        let again = try scratch.copy(first, as: "again.db")
        let manager = try manager(again)
        let losses = try await manager.plan(.down, target: version("2.0.0")).losses
        let down = try await manager.down(target: version("2.0.0"), allowDataLoss: !losses.isEmpty)
        #expect(down.isSuccess)
        #expect(try await manager.up().isSuccess)
        let lost = try losses.map { loss in
            let column = try #require(loss.what.wholeMatch(of: /values of (\w+)/)?.1, "\(loss.what)")
            return "^tables > \(loss.table) > rows > .* > \(column): "
        }
        let comparison = try await Comparison.of(first, again, nil, except: lost)
        #expect(comparison.differences == [])
        #expect(try RunLists.read(again) == RunLists.read(first))
        // The other way round: nothing is announced that is not lost. (Odd rows lose the time of their migration.)
        if !source.isOdd { #expect(Set(comparison.allowed.map(\.entry)).isSuperset(of: lost.indices)) }
    }

    @Test(
        "is at 2.0.0 in between: the shape and the rows of before",
        arguments: Source.plain([.sqlite]) + Source.odd(Engine.kinds))
    func downIsReal(_ source: Source) async throws {
        let scratch = try Scratch()
        let before = try await source.copy(into: scratch, as: "before.db")
        let after = try await source.migratedByUs(into: scratch, as: "after.db")
        let down = try await manager(after).down(target: version("2.0.0"), allowDataLoss: true)
        #expect(down.isSuccess)
        let stamps = try SQL.stamps(in: after)
        for table in down.tables where table.outcome != .absent && table.type != .culture {
            #expect(stamps[table.name] == "2.0.0", "\(table.name)")
        }
        #expect(stamps["agno_runs"] == nil)
        #expect(try !SQL.tables(in: after).contains("agno_runs"))
        var known = [
            // Later releases made some of their tables at a higher version; those go down too.
            "^tables > agno_memories > (columns|rows > .*) > (created_at|feedback): only in A",
            #"^tables > agno_memories > indexes > \(created_at\): only in A"#,
            "^tables > agno_approvals > (columns|rows > .*) > run_status: only in A",
            #"^tables > agno_approvals > indexes > \(run_status\): only in A"#,
            learnings, "^tables > agno_schema_versions: only in B", "^stamps > ",
        ]
        if source.engine != .sqlite, source.release.schemaVersion != "2.0.0" {
            known += [
                #"^tables > .* > columns > \w+ > type: "jsonb" != "json"$"#,
                // 2.5.0 made the key that the unique constraint stood for.
                #"^tables > agno_sessions > (columns > session_id > pk|indexes > (PRIMARY KEY |CONSTRAINT )?UNIQUE \(session_id\)): "#,
            ]
        }
        let comparison = try await Comparison.of(
            before, after, nil, except: known + parsed(source), numbersByValue: source.engine.hasBinaryJSON)
        #expect(comparison.differences == [])
        #expect(try RunLists.read(after) == RunLists.read(before))
    }

    /// Whether its lists are PostgreSQL's json, which is jsonb from 2.3.0 on.
    private func isParsed(_ source: Source) -> Bool {
        source.engine == .postgresql && source.release.schemaVersion == "2.0.0"
    }

    /// What PostgreSQL's json becomes by having been jsonb: of a key that is there twice the last value is kept.
    private func parsed(_ source: Source) -> [String] {
        isParsed(source) ? [#"^tables > agno_sessions > rows > odd-keys > runs > 0 > \w+( again)?: "#] : []
    }

    /// Learned entities that were merged or set apart stay so; one that had a new id before has an old one now.
    private let learnings =
        "^tables > agno_learnings > rows > entity_(user|quarantined_user)_([0-9a-f]{16}_)?person_odd-(merge|mixed|mixed-again|keyed)(_[0-9a-f]{16})?( > .*)?: "

    @Test(
        "is exactly what it was at the version that it came from: columns, types, defaults, keys and names",
        arguments: Source.odd(Engine.kinds))
    func ownVersion(_ source: Source) async throws {
        let scratch = try Scratch()
        let before = try await source.copy(into: scratch, as: "before.db")
        let after = try await source.migratedByUs(into: scratch, as: "after.db")
        let target = try version(source.release.schemaVersion)
        #expect(try await manager(after).down(target: target, allowDataLoss: true).isSuccess)
        let comparison = try await Comparison.of(
            before, after, nil,
            except: [learnings, "^tables > agno_schema_versions: only in B", "^stamps > "] + parsed(source),
            numbersByValue: source.engine.hasBinaryJSON)
        #expect(comparison.differences == [])
    }

    @Test(
        "is byte for byte what it was, in every row of every table",
        arguments: Source.plain(Engine.kinds) + Source.odd(Engine.kinds) + between)
    func exact(_ source: Source) async throws {
        let scratch = try Scratch()
        let before = try await source.copy(into: scratch, as: "before.db")
        let after = try await source.migratedByUs(into: scratch, as: "after.db")
        #expect(
            try await manager(after).down(target: version(source.release.schemaVersion), allowDataLoss: true).isSuccess)
        for case .text(let table) in try SQL.tables(in: before) where table != "agno_schema_versions" {
            if source.isOdd, table == "agno_learnings" { continue }
            #expect(try StoredRows(of: table, in: after).differences(from: StoredRows(of: table, in: before)) == [])
        }
    }

    private static let between: [Source] =
        Release.between.flatMap { release in
            [Engine.sqlite, .postgresql].map { Source(release: release, engine: $0, isOdd: true) }
        } + Engine.mysqlFamily.filter(Engine.kinds.contains).map { Source(release: .v2_1_10, engine: $0, isOdd: true) }

    private static let newest: [Source] = [Release.v3_0_11, .v3_1_10].flatMap { release in
        (release == .v3_1_10 ? Engine.kinds : [.sqlite, .postgresql]).map { Source(release: release, engine: $0) }
    }

    @Test("of a database that 3.x made leaves every row of every table byte for byte what it was", arguments: newest)
    func downFirst(_ source: Source) async throws {
        let scratch = try Scratch()
        let before = try await source.copy(into: scratch, as: "before.db")
        let after = try await source.copy(into: scratch, as: "after.db")
        #expect(try await manager(after).down(target: version("2.0.0")).isSuccess)
        #expect(try await manager(after).up().isSuccess)
        #expect(try await manager(after).cleanup().outcome == .dropped)
        for case .text(let table) in try SQL.tables(in: before) where table != "agno_schema_versions" {
            #expect(
                try StoredRows(of: table, in: after).differences(from: StoredRows(of: table, in: before)) == [],
                "\(table)")
        }
        #expect(try await manager(after).parked().entries == [])
    }

    @Test(
        "goes down as the original does, but for what is listed",
        // The original's asynchronous classes of MySQL have no step 2.3.0, neither up nor down (defect 4): they leave the
        // memories' columns where they are.
        arguments: Source.odd(Engine.allCases.filter { ![.mariadbAsync, .mysqlAsync].contains($0) })
            + Source.plain([.sqlite]).prefix(1))
    func sameDown(_ source: Source) async throws {
        let scratch = try Scratch()
        let theirs = try await source.migratedByOriginal(into: scratch)
        let ours = try await source.migratedByUs(into: scratch)
        try deleteWhatCannotBeSorted(theirs, ours)
        #expect(try await Original.newest.down(theirs, target: "2.0.0").raised == nil)
        #expect(try await manager(ours).down(target: version("2.0.0"), allowDataLoss: true).isSuccess)
        let comparison = try await Comparison.of(theirs, ours, .down)
        #expect(comparison.differences == [])
    }

    @Test("lets the release that made the file read it again in between", arguments: Source.odd(Engine.kinds))
    func readableAgain(_ source: Source) async throws {
        let scratch = try Scratch()
        let reader = Original(release: source.release)
        let before = try await reader.read(source.copy(into: scratch, as: "before.db"), into: scratch)
        let ours = try await source.migratedByUs(into: scratch)
        let target = try version(source.release.schemaVersion)
        #expect(try await manager(ours).down(target: target, allowDataLoss: true).isSuccess)
        let after = try await reader.read(ours, into: scratch)
        var known = [
            // Learned entities that were merged or set apart stay so; one that had a new id before has an old one now.
            "^learnings > entity_(user|quarantined_user)_([0-9a-f]{16}_)?person_odd-(merge|mixed|mixed-again|keyed)(_[0-9a-f]{16})?( > .*)?: "
        ]
        if isParsed(source) {
            // jsonb has all digits of what Python takes for infinite.
            known.append(
                "^sessions > odd-numbers > stored > runs > 0 > values > 4: {\"constant\": \"Infinity\"} != 10+")
        }
        let comparison = try await Comparison.of(
            before, after, nil, except: known, numbersByValue: source.engine.hasBinaryJSON)
        #expect(comparison.differences == [])
    }

    @Test("writes run lists as 2.0.11 reads them, which the original does not")
    func encodedTwice() async throws {
        let scratch = try Scratch()
        let source = Source(release: .v2_0_11)
        let theirs = try await source.migratedByOriginal(into: scratch)
        let ours = try await source.migratedByUs(into: scratch)
        _ = try await Original.newest.down(theirs, target: "2.0.0")
        _ = try await manager(ours).down(target: version("2.0.0"))
        let reader = Original(release: .v2_0_11)
        func session(_ file: String) async throws -> [String: Any] {
            let read = try await reader.read(file, into: scratch)
            let all = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: read))) as? [String: Any]
            let session = (all?["sessions"] as? [String: Any])?["session-000"] as? [String: Any]
            return try #require(session?["stored"] as? [String: Any])
        }
        #expect(try await session(ours)["session_id"] as? String == "session-000")
        #expect((try await session(ours)["runs"] as? [Any])?.count == 1)
        #expect(try await session(theirs)["error"] != nil)
    }
}
