import AgnoMigrate
import Foundation
import TOMLKit

/// One table of the configuration file, with its place for messages.
struct ConfigurationTable {
    private let table: TOMLTable
    private let place: String
    private let file: String
    private let directory: String
    private let environment: [String: String]

    init(_ table: TOMLTable, place: String, file: String, directory: String, environment: [String: String]) {
        self.table = table
        self.place = place
        self.file = file
        self.directory = directory
        self.environment = environment
    }

    /// The keys, in the file's alphabetical order.
    var keys: [String] { table.keys.sorted() }

    /// Refuses keys that mean nothing.
    func allowOnly(_ known: [String]) throws {
        for key in keys where !known.contains(key) {
            let suggestion = Suggestion.clause(for: key, among: known)
            throw MigrationError(
                .configuration, "\(file): unknown key '\(printable(path(key)))'\(suggestion)",
                remedy: "known keys here are \(known.joined(separator: ", "))")
        }
    }

    /// A text with its `${VARIABLES}` put in.
    func text(_ key: String) throws -> String? {
        guard let value = table[key] else { return nil }
        guard let text = value.string else { throw wrong(key, "must be a text in quotes") }
        let result = try substituted(text, key)
        guard !result.isEmpty else { throw wrong(key, "is empty") }
        return result
    }

    /// A secret: the text under a key, or the contents of the file under `<key>_file`.
    func secret(_ key: String) throws -> Secret? {
        let direct = try text(key)
        guard let path = try text("\(key)_file") else { return direct.map { Secret($0) } }
        guard direct == nil else { throw wrong(key, "and \(key)_file are both given") }
        return Secret(
            try SecretFile.contents(of: located(path), for: "\(file): \(self.path("\(key)_file"))"))
    }

    /// A path as seen from the working directory: relative ones start where the configuration file lies.
    private func located(_ path: String) -> String {
        path.hasPrefix("/") || directory.isEmpty ? path : "\(directory)/\(path)"
    }

    /// The whole text of the file under a key; it may have several lines, as keys do.
    func fileText(_ key: String) throws -> String? {
        try path(of: key).map { try FileText.read($0, for: "\(file): \(self.path(key))") }
    }

    /// A truth value.
    func flag(_ key: String) throws -> Bool? {
        guard let value = table[key] else { return nil }
        guard value.type == .bool, let flag = value.bool else { throw wrong(key, "must be true or false") }
        return flag
    }

    /// A whole number.
    func number(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = table[key] else { return nil }
        guard value.type == .int, let number = value.int, range.contains(number) else {
            throw wrong(key, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A list of texts.
    func texts(_ key: String) throws -> [String]? {
        guard let value = table[key] else { return nil }
        guard let array = value.array else { throw wrong(key, "must be a list of texts") }
        return try array.map { element in
            guard let text = element.string else { throw wrong(key, "must be a list of texts") }
            return try substituted(text, key)
        }
    }

    /// The path of a file that the configuration names, as seen from the working directory.
    func path(of key: String) throws -> String? { try text(key).map(located) }

    /// A table in this one.
    func table(_ key: String) throws -> ConfigurationTable? {
        guard let value = table[key] else { return nil }
        guard let inner = value.table else { throw wrong(key, "must be a table: [\(path(key))]") }
        return ConfigurationTable(
            inner, place: path(key), file: file, directory: directory, environment: environment)
    }

    /// The tables of an array of tables, `[[key]]`.
    func tables(_ key: String) throws -> [ConfigurationTable] {
        guard let value = table[key] else { return [] }
        guard let array = value.array else { throw wrong(key, "must be written [[\(path(key))]]") }
        return try array.enumerated().map { index, element in
            guard let inner = element.table else { throw wrong(key, "must be written [[\(path(key))]]") }
            return ConfigurationTable(
                inner, place: "\(path(key))[\(index + 1)]", file: file, directory: directory, environment: environment)
        }
    }

    /// Runs a body and puts the place of a key before the message of its error.
    func locating<Result>(_ key: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as MigrationError {
            throw MigrationError(.configuration, "\(file): \(path(key)): \(error.message)", remedy: error.remedy)
        }
    }

    private func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

    func wrong(_ key: String, _ why: String) -> MigrationError {
        MigrationError(
            .configuration, "\(file): \(printable(path(key))) \(why)", remedy: "correct the configuration file")
    }

    /// Puts the values of environment variables in place of `${NAME}`; `$${` stands for `${`.
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
                throw wrong(key, "has a ${ that no } follows")
            }
            let name = String(rest[start.upperBound..<end])
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else {
                throw wrong(key, "has a ${ } that holds no variable name")
            }
            guard let value = environment[name] else {
                throw wrong(key, "needs the environment variable \(name), which is not set")
            }
            result += before + value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
