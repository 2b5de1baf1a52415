import Foundation
import Testing

@Suite("The documents")
struct TroubleshootingTests {
    private let page: Document
    private let sources: [String]

    init() throws {
        page = try Document(at: "docs/troubleshooting.md")
        sources = try Repository.sources(under: "Sources")
    }

    // MARK: Troubleshooting

    /// The sections of error codes: second-level headings in the spelling of a code.
    private var sections: [Document.Section] {
        page.sections.filter { $0.level == 2 && $0.title.wholeMatch(of: /[a-z_]+/) != nil }
    }

    @Test("Every error code has a section, and every section of that part is an error code")
    func errorCodes() {
        let codes = Set(sources.flatMap { $0.matches(of: /Code\(rawValue: "([a-z_]+)"\)/).map { String($0.1) } })
        let titles = sections.map(\.title)
        #expect(Set(titles) == codes)
        #expect(titles.count == codes.count, "a section stands twice")
    }

    @Test("Every section of an error code has a cause, a remedy and a command")
    func parts() {
        for section in sections {
            for part in ["**What happened.**", "**Why.**", "**What to do.**"] {
                #expect(section.lines.count { $0.hasPrefix(part) } == 1, "\(section.title): \(part)")
            }
            #expect(section.lines.contains { $0.hasPrefix("    agno-migrate ") }, "\(section.title) has no command")
        }
    }

    @Test(
        "Every reason for a row that stayed is listed, and every listed reason exists",
        arguments: [
            ("Runs that were not moved", ["missing_run_id"]),
            ("Rows and parts in the quarantine", ["missing_key", "id_taken"]),
            ("Rows that were not copied", ["nul_character"]),
        ])
    func reasons(title: String, examples: [String]) throws {
        let listed = try #require(page.sections.first { $0.title == title }).codes
        let known = examples.map { rawValues(ofEnumerationWith: $0) }
        for (values, example) in zip(known, examples) { #expect(!values.isEmpty, "no enumeration has \(example)") }
        #expect(Set(listed) == known.reduce([]) { $0.union($1) })
        #expect(Set(listed).count == listed.count, "a reason stands twice")
    }

    @Test("Every error_id of the service is listed or is an error code, and every listed one exists")
    func refusals() throws {
        let service = try Repository.sources(under: "Sources/AgnoMigrateServer").joined(separator: "\n")
        let used = Set(service.matches(of: /(?:errorID|code): "([a-z_]+)"/).map { String($0.1) })
        let listed = try #require(page.sections.first { $0.title == "HTTP refusals" }).codes
        let codes = Set(sections.map(\.title))
        #expect(used.count > 8, "the service's refusals are spelled differently now")
        #expect(used.subtracting(codes).subtracting(listed) == [])
        #expect(codes.intersection(listed) == [], "an error code has a section of its own")
        for code in listed { #expect(service.contains("\"\(code)\""), "\(code) does not exist") }
    }

    /// The raw values of the enumeration that has this one; empty if there is no such enumeration.
    private func rawValues(ofEnumerationWith value: String) -> Set<String> {
        let enumeration = /enum \w+: String[^{]*\{(.*?)\n *\}/.dotMatchesNewlines()
        for block in sources.flatMap({ $0.matches(of: enumeration).map(\.1) }) {
            let values = block.split(separator: "\n").compactMap { line -> String? in
                guard let found = line.wholeMatch(of: /\s*case (\w+)(?: = "(\w+)")?/) else { return nil }
                return String(found.2 ?? found.1)
            }
            if values.contains(value) { return Set(values) }
        }
        return []
    }

    // MARK: All documents

    @Test("The README has at most 130 lines")
    func readme() throws {
        let lines = try Repository.text(of: "README.md").split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 131, "the text behind the last line feed counts as a line")
    }

    @Test("The page about Agno's scripts has a section for each, and names options that the commands have")
    func scripts() async throws {
        let path = "docs/coming-from-agno.md"
        let titles = try Document(at: path).sections.map(\.title)
        for script in ["postgres", "sqlite", "mysql", "singlestore", "to_v2"] {
            #expect(titles.contains("migrate_\(script).py"))
        }
        let folder = try Folder()
        var known: Set<String> = []
        for command in [["up"], ["down"], ["import-v1"], ["check"], ["versions"], ["db", "migrate"]] {
            let help = try await Program.run(command + ["--help"], in: folder).text
            known.formUnion(help.matches(of: /--[a-z][a-z0-9-]+/).map { String($0.0) })
        }
        let named = Set(try Repository.text(of: path).matches(of: /--[a-z][a-z0-9-]+/).map { String($0.0) })
        #expect(named.count > 15)
        #expect(named.subtracting(known) == [])
    }

    @Test("Every relative link leads to a file that exists, and every anchor to a heading")
    func links() throws {
        var count = 0
        for path in try Repository.documents() {
            for link in try Document(at: path).links where !link.contains(":") {
                count += 1
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let target = Repository.resolve(parts[0], from: path)
                #expect(FileManager.default.fileExists(atPath: target.path), "\(path): \(link)")
                guard parts.count == 2, target.pathExtension == "md" else { continue }
                let anchors = try Document(String(contentsOf: target, encoding: .utf8)).anchors
                #expect(anchors.contains(parts[1]), "\(path): \(link)")
            }
        }
        #expect(count > 60)
    }
}

/// The files of this repository.
private enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The texts of all Swift files below a folder.
    static func sources(under folder: String) throws -> [String] {
        try paths(under: folder, withExtension: "swift").map(text)
    }

    /// The paths of all documents in Markdown, those of the tests aside.
    static func documents() throws -> [String] {
        let top = try FileManager.default.contentsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".md") }
        return try top.sorted() + paths(under: "docs", withExtension: "md")
    }

    /// The file that a link of a document leads to.
    static func resolve(_ link: String, from document: String) -> URL {
        let file = root.appending(path: document)
        return link.isEmpty ? file : file.deletingLastPathComponent().appending(path: link).standardizedFileURL
    }

    private static func paths(under folder: String, withExtension suffix: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
            .filter { $0.hasSuffix(".\(suffix)") }.sorted().map { "\(folder)/\($0)" }
    }
}

/// A document in Markdown: headings, tables and links.
private struct Document {
    /// A heading with the lines up to the next heading.
    struct Section {
        let level: Int
        let title: String
        var lines: [Substring] = []

        /// The codes in the first column of its tables.
        var codes: [String] {
            lines.compactMap { $0.prefixMatch(of: /\| `([a-z0-9_]+)` \|/).map { String($0.1) } }
        }
    }

    /// The text before the first heading comes first, as a section of level 0.
    private(set) var sections = [Section(level: 0, title: "")]
    /// The targets of its links, outside of code blocks.
    private(set) var links: [String] = []

    init(at path: String) throws { self.init(try Repository.text(of: path)) }

    init(_ text: String) {
        var isCode = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") { isCode.toggle() }
            if !isCode, let heading = line.wholeMatch(of: /(#{1,6}) (.+)/) {
                sections.append(Section(level: heading.1.count, title: String(heading.2)))
            } else {
                sections[sections.count - 1].lines.append(line)
                if !isCode { links += line.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) } }
            }
        }
    }

    /// The anchors of its headings as the usual hosts make them; a second heading of the same title gets `-1`.
    var anchors: Set<String> {
        var anchors: Set<String> = []
        for section in sections where section.level > 0 {
            let kept = section.title.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
            let anchor = String(kept.map { $0 == " " ? "-" : $0 })
            var name = anchor
            var number = 0
            while !anchors.insert(name).inserted {
                number += 1
                name = "\(anchor)-\(number)"
            }
        }
        return anchors
    }
}
