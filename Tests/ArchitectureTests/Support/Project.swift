import Foundation

/// The Swift files of the checkout that these tests were built from.
struct Project {
    struct File {
        /// Relative to the root, as `Sources/AgnoSchema/Migration.swift`.
        var path: String
        var text: String
        var swift: SwiftText

        /// The target of a file below `Sources` or `Tests`.
        var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

        /// The lines; a final newline does not begin another one.
        var lineCount: Int {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
            return text.hasSuffix("\n") ? lines - 1 : lines
        }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let sources = files(below: "Sources")
    static let tests = files(below: "Tests")

    /// Targets that wrap a client library.
    static let drivers: Set = ["SQLiteAccess", "PostgreSQLAccess", "MySQLAccess"]

    private static func files(below directory: String) -> [File] {
        let start = root.appending(path: directory)
        let names = FileManager.default.enumerator(atPath: start.path())?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let text = (try? String(contentsOf: start.appending(path: name), encoding: .utf8)) ?? ""
            return File(path: "\(directory)/\(name)", text: text, swift: SwiftText(text))
        }
    }
}

extension Array where Element == Project.File {
    /// Lines of code that a pattern matches, as `path:line: code`.
    func code(matching pattern: String) throws -> [String] {
        let expression = try Regex(pattern)
        return flatMap { file in
            file.swift.codeLines.enumerated().filter { $0.element.contains(expression) }.map {
                "\(file.path):\($0.offset + 1): \($0.element.trimmingCharacters(in: .whitespaces))"
            }
        }
    }

    func literals(matching pattern: String) throws -> [String] {
        let expression = try Regex(pattern)
        return flatMap { file in
            file.swift.literals.filter { $0.text.contains(expression) }.map {
                "\(file.path):\($0.line): \"\($0.text.prefix(100))\""
            }
        }
    }

    func comments(matching pattern: String) throws -> [String] {
        let expression = try Regex(pattern)
        return flatMap { file in
            file.swift.comments.filter { $0.text.contains(expression) }.map {
                "\(file.path):\($0.line): \($0.text.prefix(100))"
            }
        }
    }
}

/// All violations of a rule in one message.
struct Violations: CustomStringConvertible {
    var rule: String
    var found: [String]

    var isEmpty: Bool { found.isEmpty }
    var description: String { "\(rule): \(found.count)\n" + found.joined(separator: "\n") }
}
