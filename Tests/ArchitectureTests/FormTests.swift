import Testing

@Suite("The form of the sources")
struct FormTests {
    @Test("No file has more than 300 lines")
    func fileLength() {
        let violations = Violations(
            rule: "files over 300 lines",
            found: Project.sources.filter { $0.lineCount > 300 }.map { "\($0.path): \($0.lineCount) lines" })
        #expect(violations.isEmpty, "\(violations)")
    }

    @Test("No function has more than 50 lines")
    func functionLength() {
        let violations = Violations(
            rule: "functions over 50 lines",
            found: Project.sources.flatMap { file in
                file.swift.bodies.filter { $0.lineCount > 50 }.map {
                    "\(file.path):\($0.line): \($0.name), \($0.lineCount) lines"
                }
            })
        #expect(violations.isEmpty, "\(violations)")
    }

    @Test("Nothing traps, and nothing is left to do")
    func traps() throws {
        let code = try Project.sources.code(
            matching: #"\btry!|\bas!|[A-Za-z0-9_)\]]!(?![=])|\b(fatalError|preconditionFailure)\("#)
        let notes = try Project.sources.comments(matching: #"\b(TODO|FIXME|XXX)\b"#)
        let violations = Violations(rule: "traps and notes", found: code + notes)
        #expect(violations.isEmpty, "\(violations)")
    }

    @Test("Only drivers promise to the compiler what it cannot check")
    func unchecked() throws {
        let others = Project.sources.filter { !Project.drivers.contains($0.target) }
        let violations = Violations(
            rule: "@unchecked outside the drivers",
            found: try others.code(matching: #"@unchecked|nonisolated\(unsafe\)"#))
        #expect(violations.isEmpty, "\(violations)")
    }

    @Test("The import collects ids and names as texts that are equal only if their bytes are")
    func exactTexts() throws {
        // The names of changes are the program's own.
        let pattern = #"var (?!changes)\w+: (Set<String>|\[String: )|-> (Set<String>|\[String: )"#
        let violations = Violations(
            rule: "collections by String instead of ExactText",
            found: try Project.sources.filter { $0.target == "AgnoV1" }.code(matching: pattern))
        #expect(violations.isEmpty, "\(violations)")
    }

    @Test("A switch over a schema change names every case")
    func exhaustiveSwitches() throws {
        let changes = try #require(Project.sources.first { $0.path == "Sources/AgnoSchema/SchemaChange.swift" })
        let names = Set(
            changes.swift.codeLines.compactMap { $0.firstMatch(of: /^    case (\w+)\(/)?.1 }.map(String.init))
        #expect(names.count > 10 && names.isSuperset(of: ["createTable", "addPrimaryKey"]))
        let violations = Violations(
            rule: "default in a switch over SchemaChange",
            found: Project.sources.flatMap { file in
                file.swift.switches.filter { $0.hasDefault && !$0.cases.isDisjoint(with: names) }
                    .map { "\(file.path):\($0.line)" }
            })
        #expect(violations.isEmpty, "\(violations)")
    }

    @Test("No module has the name of a type in it, which would hide the module")
    func moduleNames() throws {
        let targets = Set(Project.sources.map(\.target))
        var found: [String] = []
        for target in targets.sorted() where !target.contains("-") {
            let pattern = #"\b(struct|class|enum|actor|protocol|typealias) \#(target)\b"#
            found += try Project.sources.filter { $0.target == target }.code(matching: pattern)
        }
        let violations = Violations(rule: "types named like their module", found: found)
        #expect(violations.isEmpty, "\(violations)")
    }

    @Test("Nothing names a place of the machine that it was written on")
    func machinePaths() throws {
        let files = (Project.sources + Project.tests).filter { $0.target != "ArchitectureTests" }
        let pattern = #"/(work|home|Users)/[a-z]"#
        let violations = Violations(
            rule: "paths of a machine",
            found: try files.comments(matching: pattern) + Project.sources.literals(matching: pattern))
        #expect(violations.isEmpty, "\(violations)")
    }
}
