import Foundation
import Testing

/// A rule of `docs/singlestore.md`, with a few words of it.
struct SingleStoreRule: Hashable {
    let number: String
    let words: String

    init(_ number: String, _ words: String) { (self.number, self.words) = (number, words) }
}

/// The rules that permit a statement, told from its form.
enum SingleStoreRules {
    /// A form of statements, as a whole, and the rules that it relies on.
    private static let forms: [(pattern: String, rules: [SingleStoreRule])] = [
        (
            #"CREATE TABLE \S+ \(\n\t`.+, \n\t(PRIMARY|UNIQUE) KEY .+\n\)"#,
            [
                SingleStoreRule("2.1", "are stated when a table is made"),
                SingleStoreRule("2.2", "holds all columns of the shard key"),
                SingleStoreRule("2.3", "has one key per table"),
            ]
        ),
        (
            #"ALTER TABLE \S+ ADD COLUMN `\w+` [\w()]+ TIMEOUT 10"#,
            [SingleStoreRule("3.2", "a column that may be NULL can be added"), waiting]
        ),
        (
            #"ALTER TABLE \S+ DROP COLUMN `\w+` TIMEOUT 10"#,
            [SingleStoreRule("3.3", "a column outside of all keys and indexes can be dropped"), waiting]
        ),
        (#"ALTER TABLE \S+ RENAME TO \S+ TIMEOUT 10"#, [SingleStoreRule("3.7", "RENAME TO"), waiting]),
        (#"CREATE INDEX `[^`]+` ON \S+ \([^()]+\)"#, [SingleStoreRule("3.5", "without a length")]),
        (#"DROP INDEX `[^`]+` ON \S+"#, [SingleStoreRule("3.6", "any index that is not a key")]),
        (#"DROP TABLE (IF EXISTS )?[^\s,]+"#, [SingleStoreRule("3.8", "drops one by one")]),
        (
            #"INSERT INTO \S+ \([^()]+\) SELECT .+ FROM \S+"#,
            [SingleStoreRule("4.1", "counts both tables before the old one goes")]
        ),
    ]

    private static let waiting = SingleStoreRule("3.1", "gives up after n seconds")

    /// What a table that is made anew relies on besides.
    private static let anew = [
        SingleStoreRule("2.5", "repeats what `SHOW CREATE TABLE` said"),
        SingleStoreRule("2.7", "may state `CHARACTER SET`"),
        SingleStoreRule("2.8", "under their old names"), SingleStoreRule("3.4", "cannot be changed on columnstore"),
    ]

    /// What no statement may hold, whatever its form.
    private static let forbidden = [
        "FOREIGN KEY", "REFERENCES", "CHECK", "MODIFY", "AFTER ", "BTREE", "JSON_", "AUTO_INCREMENT",
    ]

    static var all: [SingleStoreRule] { forms.flatMap(\.rules) + anew }

    /// The rules of a statement; none where no form is known, or where the statement breaks one that its form alone does
    /// not show.
    static func rules(of sql: String) throws -> [SingleStoreRule] {
        guard !forbidden.contains(where: sql.contains) else { return [] }
        for (pattern, rules) in forms {
            guard try sql.wholeMatch(of: Regex(pattern).dotMatchesNewlines()) != nil else { continue }
            guard sql.hasPrefix("CREATE TABLE") else { return rules }
            guard hasOneKey(sql), !sql.replacing("DEFAULT NULL", with: "").contains("DEFAULT") else { return [] }
            return rules + (sql.contains("_agno_migrate_new") ? anew : [])
        }
        return []
    }

    /// Whether there is one key and one shard key, all of which is in the first.
    private static func hasOneKey(_ sql: String) -> Bool {
        let keys = sql.matches(of: /\t(?:PRIMARY KEY|UNIQUE KEY `[^`]+`) \(([^)]+)\)/)
        let shards = sql.matches(of: /\tSHARD KEY \(([^)]+)\)/)
        guard keys.count == 1, shards.count == 1 else { return false }
        return Set(keys[0].1.split(separator: ", ")).isSuperset(of: shards[0].1.split(separator: ", "))
    }

    /// The rules as comment lines; a test fails for a statement without one.
    static func comment(on sql: String) throws -> String {
        let rules = try rules(of: sql)
        #expect(!rules.isEmpty, "docs/singlestore.md has no rule for \(sql)")
        return rules.map { "-- rule \($0.number): \($0.words)\n" }.joined()
    }
}

@Suite("The rules of SingleStore") struct SingleStoreRulesTests {
    private func rows() throws -> [String: String] {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/singlestore.md")
        var rows: [String: String] = [:]
        for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 7, cells[1].wholeMatch(of: /\d\.\d+/) != nil else { continue }
            #expect(rows.updateValue(String(line), forKey: cells[1]) == nil, "\(cells[1]) is there twice")
            let marks = Set(cells[4].components(separatedBy: ", "))
            let isMarked = marks.contains { ["documented", "driver", "third party", "unconfirmed"].contains($0) }
            #expect(isMarked, "\(cells[1]) has no mark")
            #expect(!cells[3].isEmpty || marks.contains("unconfirmed"), "\(cells[1]) has no source")
        }
        return rows
    }

    @Test("The rules that statements name are on the page, in those words, each with its source and mark")
    func page() throws {
        let rows = try rows()
        #expect(rows.count > 30)
        for rule in Set(SingleStoreRules.all) {
            #expect(rows[rule.number]?.contains(rule.words) == true, "\(rule.number): \(rule.words)")
        }
    }

    @Test("Rules are beside every statement of the recorded files", .enabled(if: !GoldenFile.isRecording))
    func recorded() throws {
        var statements = 0
        for name in GoldenFile.names(in: "singlestore") {
            var hasRule = false
            for line in try GoldenFile("singlestore/\(name)").text().split(separator: "\n") {
                if line.hasPrefix("-- rule ") { hasRule = true }
                // The lines of a long statement after its first one are indented.
                guard let first = line.first, first.isUppercase else { continue }
                #expect(hasRule, "\(name): \(line)")
                statements += 1
                hasRule = false
            }
        }
        #expect(statements > 100)
    }

    @Test(
        "do not permit what SingleStore refuses",
        arguments: [
            "ALTER TABLE `t` ADD PRIMARY KEY (`a`)", "ALTER TABLE `t` MODIFY COLUMN `a` JSON NOT NULL TIMEOUT 10",
            "ALTER TABLE `t` ADD COLUMN `a` BIGINT NOT NULL TIMEOUT 10", "ALTER TABLE `t` ADD COLUMN `a` BIGINT",
            "CREATE INDEX `i` ON `t` (`a`(255))", "DROP TABLE `a`, `b`", "RENAME TABLE `a` TO `b`, `c` TO `d`",
            "CREATE TABLE `t` (\n\t`a` BIGINT, \n\tPRIMARY KEY (`a`), \n\tSHARD KEY (`b`)\n)",
            "CREATE TABLE `t` (\n\t`a` BIGINT, \n\tPRIMARY KEY (`a`), \n\tUNIQUE KEY `u` (`a`, `b`), \n\tSHARD KEY (`a`)\n)",
            "CREATE TABLE `t` (\n\t`a` TEXT DEFAULT 'x', \n\tPRIMARY KEY (`a`), \n\tSHARD KEY (`a`)\n)",
            "UPDATE `t` SET `a` = 1", "INSERT INTO `t` (`a`) VALUES ((SELECT 1))",
        ])
    func forbidden(sql: String) throws { #expect(try SingleStoreRules.rules(of: sql) == []) }
}
