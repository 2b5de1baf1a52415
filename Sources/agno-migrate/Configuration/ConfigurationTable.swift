import AgnoMigrate
import Foundation
import TOMLKit

/// One table of the configuration file, with its path for messages.
struct ConfigurationTable {
    var table: TOMLTable
    /// The keys that lead to it; empty for the file itself.
    var path: String
    let file: String
    let directory: String
    let environment: [String: String]

    var keys: [String] { table.keys.sorted() }

    func allowOnly(_ known: [String]) throws {
        for key in keys where !known.contains(key) {
            let suggestion = Suggestion.clause(for: key, among: known)
            throw MigrationError(
                .configuration, "\(file): unknown key '\(printable(fullKey(key)))'\(suggestion)",
                remedy: "known keys: \(known.joined(separator: ", "))")
        }
    }

    /// The string under a key, with its `${VARIABLES}` replaced; nil if the key is missing.
    func string(_ key: String) throws -> String? {
        guard let value = table[key] else { return nil }
        guard let text = value.string else { throw invalid(key, "must be a string in quotes") }
        let result = try substituted(text, key)
        guard !result.isEmpty else { throw invalid(key, "is empty") }
        return result
    }

    /// A secret: the string under a key, or the content of the file under `<key>_file`.
    func secret(_ key: String) throws -> Secret? {
        let direct = try string(key)
        guard let path = try string("\(key)_file") else { return direct.map { Secret($0) } }
        guard direct == nil else { throw invalid(key, "and \(key)_file are both given") }
        return Secret(
            try FileText.secret(
                located(path), as: table["\(key)_file"]?.string, for: "\(file): \(fullKey("\(key)_file"))"))
    }

    /// Resolves a path relative to the configuration file's directory.
    private func located(_ path: String) -> String {
        path.hasPrefix("/") || directory.isEmpty ? path : "\(directory)/\(path)"
    }

    /// The whole text of the file under a key; PEM keys have several lines.
    func fileText(_ key: String) throws -> String? {
        try path(of: key).map { try FileText.read($0, as: table[key]?.string, for: "\(file): \(fullKey(key))") }
    }

    /// The boolean under a key; nil if the key is missing.
    func flag(_ key: String) throws -> Bool? {
        guard let value = table[key] else { return nil }
        guard value.type == .bool, let flag = value.bool else { throw invalid(key, "must be true or false") }
        return flag
    }

    /// The integer under a key; nil if the key is missing.
    func number(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = table[key] else { return nil }
        guard value.type == .int, let number = value.int, range.contains(number) else {
            throw invalid(key, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The list of strings under a key; nil if the key is missing.
    func strings(_ key: String) throws -> [String]? {
        guard let value = table[key] else { return nil }
        guard let array = value.array else { throw invalid(key, "must be a list of strings") }
        return try array.map { element in
            guard let text = element.string else { throw invalid(key, "must be a list of strings") }
            return try substituted(text, key)
        }
    }

    /// The path under a key, resolved relative to the configuration file's directory.
    func path(of key: String) throws -> String? { try string(key).map(located) }

    /// The table under a key; nil if the key is missing.
    func table(_ key: String) throws -> ConfigurationTable? {
        guard let value = table[key] else { return nil }
        guard let inner = value.table else { throw invalid(key, "must be a table: [\(fullKey(key))]") }
        return nested(inner, path: fullKey(key))
    }

    private func nested(_ inner: TOMLTable, path: String) -> ConfigurationTable {
        var result = self
        (result.table, result.path) = (inner, path)
        return result
    }

    /// The tables of an array of tables, `[[key]]`; none if the key is missing.
    func tables(_ key: String) throws -> [ConfigurationTable] {
        guard let value = table[key] else { return [] }
        let refusal = invalid(key, "must be an array of tables: [[\(fullKey(key))]]")
        guard let array = value.array else { throw refusal }
        return try array.enumerated().map { index, element in
            guard let inner = element.table else { throw refusal }
            return nested(inner, path: "\(fullKey(key))[\(index + 1)]")
        }
    }

    /// What a body makes of the string under a key; nil if the key is missing.
    ///
    /// - Throws: the body's error with the key's location. It quotes the string as it is written in the file, never what
    ///   an environment variable put into it.
    func parsed<Result>(_ key: String, _ body: (String) throws -> Result) throws -> Result? {
        guard let text = try string(key) else { return nil }
        do {
            return try body(text)
        } catch let error as MigrationError {
            let written = table[key]?.string ?? ""
            let message = error.message.replacing("'\(printable(text))'", with: "'\(printable(written))'")
            throw MigrationError(.configuration, "\(file): \(fullKey(key)): \(message)", remedy: error.remedy)
        }
    }

    private func fullKey(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func invalid(_ key: String, _ reason: String) -> MigrationError {
        MigrationError(
            .configuration, "\(file): \(printable(fullKey(key))) \(reason)", remedy: "correct the configuration file")
    }

    /// Replaces `${NAME}` by the value of an environment variable, and `$${` by `${`.
    private func substituted(_ text: String, _ key: String) throws -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            let before = rest[..<start.lowerBound]
            if before.last == "$" {
                result += before.dropLast() + "${"
                rest = rest[start.upperBound...]
                continue
            }
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw invalid(key, "has a ${ without a closing }")
            }
            let name = String(rest[start.upperBound..<end])
            guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
                throw invalid(key, "has a ${ } without a valid variable name")
            }
            guard let value = environment[name] else {
                throw invalid(key, "requires the environment variable \(name), which is not set")
            }
            result += before + value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}
