import Testing

@Suite("What belongs to a layer stays in it")
struct LayerTests {
    private let engine = Project.sources.filter { $0.target == "MigrationCore" }

    @Test("The engine names no server")
    func serversInTheEngine() throws {
        let pattern = "(?i)sqlite|postgres|mysql|mariadb|singlestore"
        let violations = Violations(
            rule: "servers named in MigrationCore",
            found: try engine.code(matching: pattern) + engine.literals(matching: pattern)
                + engine.comments(matching: pattern))
        #expect(!engine.isEmpty)
        #expect(violations.isEmpty, "\(violations)")
    }

    @Test("The engine asks what a dialect can do, not which one it is")
    func kindsInTheEngine() throws {
        let violations = Violations(
            rule: "comparisons of a dialect's kind in MigrationCore",
            found: try engine.code(
                matching: #"\bkind\s*[!=]=(?!\s*\.view\b)|switch .*\bdialect\.kind\b|dialect (is|as\?) "#))
        #expect(violations.isEmpty, "\(violations)")
    }

    /// What one server understands and another does not.
    private static let serverSpecific = [
        #"\bAUTOINCREMENT\b"#, #"\bAUTO_INCREMENT\b"#, #"\bPRAGMA\b"#, #"\bsqlite_(master|schema|sequence)\b"#,
        #"\bpg_"#,
        #"(?i)\binformation_schema\b"#, #"\bSHOW "#, #"::jsonb?\b"#, #"\bON DUPLICATE KEY\b"#, #"\bON CONFLICT\b"#,
        #"\bINSERT (OR )?IGNORE\b"#, #"\bINSERT OR REPLACE\b"#, #"\bSAVEPOINT\b"#, #"\bFOR UPDATE\b"#,
        #"\bLOCK IN SHARE\b"#,
        #"\bLOCK TABLE"#, #"\bJSON_TABLE\b"#, #"\bjsonb_"#, #"\bjson_each\b"#, #"\bGET_LOCK\b"#, #"\bWITHOUT ROWID\b"#,
        #"\bSHARD KEY\b"#, #"\bENGINE ?="#, #"\bCONCURRENTLY\b"#, #"\bALGORITHM ?="#, #"\bVACUUM\b"#, #"\browid\b"#,
        #"\bSET (SESSION|LOCAL|GLOBAL) "#,
    ]

    /// Files that may hold it, each with its reason.
    private static let allowed = [
        "Sources/DatabaseAccess/DatabaseConnection.swift": "savepoints are standard SQL that every server understands"
    ]

    @Test("SQL that only one server understands is in the dialects and the drivers")
    func serverSpecificSQL() throws {
        let places = Project.drivers.union(["SQLDialects"])
        let others = Project.sources.filter { !places.contains($0.target) && Self.allowed[$0.path] == nil }
        let violations = Violations(
            rule: "server-specific SQL outside the dialects and the drivers",
            found: try others.literals(matching: Self.serverSpecific.map { "(?:\($0))" }.joined(separator: "|")))
        #expect(violations.isEmpty, "\(violations)")
        for path in Self.allowed.keys { #expect(Project.sources.contains { $0.path == path }, "\(path) is gone") }
    }

    @Test("What a row move means is known to its versions and its movers alone")
    func rowMoves() throws {
        let declaring = try #require(
            Project.sources.first { $0.swift.codeLines.contains { $0.contains(/\b(enum|struct) RowMove\b/) } })
        let names = try Self.rowMoves(in: declaring)
        #expect(names.isSuperset(of: ["sessionRuns", "unfinishedMetricsDay", "ownedMetrics", "learningKeys"]))
        let others = Project.sources.filter {
            $0.path != declaring.path && !$0.path.hasPrefix("Sources/AgnoSchema/Versions/")
                && !$0.path.hasPrefix("Sources/MigrationCore/Moves/")
        }
        let pattern = #"\.(\#(names.sorted().joined(separator: "|")))\b(?!\()"#
        let violations = Violations(
            rule: "row moves named outside of the versions and the movers", found: try others.code(matching: pattern))
        #expect(violations.isEmpty, "\(violations)")
    }

    @Test("A row move is known to four files: its declaration, its version, its mover and the table of movers")
    func filesOfARowMove() throws {
        for (move, mover) in [
            "sessionRuns": "SessionRuns/RunsMover.swift", "unfinishedMetricsDay": "UnfinishedMetricsDay.swift",
            "ownedMetrics": "OwnedMetrics.swift", "learningKeys": "LearningKeys.swift",
        ] {
            let isNamed = { (line: String) in line.contains(".\(move)") || line.contains("static let \(move)") }
            let files = Set(Project.sources.filter { $0.swift.codeLines.contains(where: isNamed) }.map(\.path))
            let moves = "Sources/MigrationCore/Moves/"
            let knowing: Set = [
                "Sources/AgnoSchema/RowMove.swift", "Sources/AgnoSchema/Versions/V3_0_0.swift",
                moves + "RowMovers.swift",
            ]
            // An archive is named after its move; nothing else of the mover's file has to know the name.
            #expect(
                files.subtracting([moves + mover, "Sources/MigrationCore/State/JournalEvent.swift"]) == knowing,
                "\(move)")
            #expect(Project.sources.contains { $0.path == moves + mover })
        }
    }

    /// The cases of an enum or the static members of a struct named `RowMove`.
    private static func rowMoves(in file: Project.File) throws -> Set<String> {
        let lines = file.swift.codeLines
        guard let start = lines.firstIndex(where: { $0.contains(/\b(enum|struct) RowMove\b/) }) else { return [] }
        var names: Set<String> = []
        for line in lines[start...].dropFirst() {
            if line.hasPrefix("}") { break }
            if let found = line.firstMatch(of: /^    (?:case|package static let|static let) (\w+)/) {
                names.insert(String(found.1))
            }
        }
        return names
    }

    /// Where 3.0.0 is written because that very version is meant, by path or folder, each with its reason. A newer
    /// version needs no line here.
    private static let numbers = [
        "Tests/ParityTests/": "release 3.1.10, which they compare with, stamps it",
        "Tests/AgnoSchemaTests/Names/SchemaVersionTests.swift": "it pins the list of versions and reads many spellings",
        "Tests/AgnoSchemaTests/Shapes/ReleasedVersionTests.swift": "it pins the checksums of each version",
        "Tests/MigrationCoreTests/Planning/PlannerTests.swift": "its toy versions are frozen",
        "Tests/MigrationCoreTests/Planning/DataLossTests.swift": "the step of 3.0.0 is refused",
        "Tests/MigrationCoreTests/Running/FaultTests.swift": "the step of 3.0.0 fails",
        "Tests/MigrationCoreTests/Running/StampingTests.swift": "it migrates to 3.0.0",
        "Tests/MigrationCoreTests/State/JournalTests.swift": "its entries are made up",
        "Tests/MigrationCoreTests/State/StampTests.swift": "it reads many spellings",
        "Tests/CommandLineTests/Program/JSONTests.swift": "the step of 3.0.0 is looked at",
        "Tests/CommandLineTests/Program/ReadOnlyTests.swift": "the clean-up changes with 3.0.0",
    ]

    @Test("A test that means the newest version does not write its number")
    func newestVersionInTests() throws {
        let files = Project.sources.filter { $0.path.hasPrefix("Sources/AgnoSchema/Versions/V") }
        let newest = try #require(
            files.compactMap { $0.path.firstMatch(of: /V(\d+)_(\d+)_(\d+)/) }
                .max {
                    ([$0.1, $0.2, $0.3].compactMap { Int($0) }).lexicographicallyPrecedes(
                        [$1.1, $1.2, $1.3].compactMap { Int($0) })
                })
        let number = "\(newest.1).\(newest.2).\(newest.3)"
        let found = Project.tests.filter { file in
            !Self.numbers.keys.contains { file.path.hasPrefix($0) }
                && file.swift.literals.contains { $0.text == number }
        }
        let violations = Violations(rule: "tests that write \(number)", found: found.map(\.path))
        #expect(violations.isEmpty, "\(violations)")
        for path in Self.numbers.keys {
            #expect(Project.tests.contains { $0.path.hasPrefix(path) }, "\(path) is gone")
        }
    }
}
