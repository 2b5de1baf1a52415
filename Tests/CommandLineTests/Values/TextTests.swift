import Testing

@testable import agno_migrate

@Suite("Texts for people")
struct TextTests {
    @Test(
        "A misspelt word finds its neighbour",
        arguments: [
            ("sesions", "sessions"), ("SESIONS", "sessions"), ("mem", "memories"), ("metircs", "metrics"),
            ("evls", "evals"),
        ])
    func suggestions(text: String, expected: String) {
        #expect(Suggestion.nearest(to: text, among: ["memories", "sessions", "metrics", "evals"]) == expected)
    }

    @Test("A word far from everything finds nothing", arguments: ["", "xyzzy", "elephants"])
    func noSuggestion(text: String) {
        #expect(Suggestion.nearest(to: text, among: ["memories", "sessions", "metrics", "evals"]) == nil)
    }

    @Test(
        "Durations read naturally",
        arguments: [
            (0, "0 ms"), (0.04, "40 ms"), (0.0996, "0.1 s"), (0.84, "0.8 s"), (9.96, "10 s"), (59.6, "1 min 00 s"),
            (187, "3 min 07 s"), (7500, "2 h 05 min"), (1e9, "?"), (-1, "?"),
        ])
    func durations(seconds: Double, expected: String) {
        #expect(Wording.duration(.seconds(seconds)) == expected)
    }

    @Test(
        "Numbers have groups of three digits",
        arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000")])
    func counts(number: Int, expected: String) {
        #expect(Wording.count(number) == expected)
    }

    @Test("A noun follows its number")
    func nouns() {
        #expect(Wording.count(1, "row") == "1 row" && Wording.count(1000, "row") == "1,000 rows")
        #expect(Wording.count(1, "entry", plural: "entries") == "1 entry")
        #expect(Wording.count(0, "entry", plural: "entries") == "0 entries")
    }

    @Test("A long list is truncated with the number of missing items")
    func lists() {
        #expect(Wording.some(["a", "b"], atMost: 2) == "a, b")
        #expect(Wording.some(["a", "b", "c"], atMost: 2) == "a, b and 1 more")
    }

    @Test("A table name cannot move the cursor or break the line")
    func printableNames() {
        #expect(printable("a\u{1B}[31mb\nc\u{202E}") == "a\\u{1b}[31mb\\u{a}c\\u{202e}")
        #expect(printable("größe 表") == "größe 表")
    }

    @Test("A table is aligned and leaves empty columns out")
    func tables() {
        var table = TextTable("NAME", "NOTE", ">ROWS")
        table.add(.init("a"), .init(""), .init("1"))
        table.add(.init("long name"), .init(""), .init("1,000"))
        let style = Style(of: -1, noColor: true, environment: [:])
        #expect(table.lines(style) == ["NAME        ROWS", "a              1", "long name  1,000"])
    }

    @Test("A table has no spaces at the ends of its lines")
    func noTrailingSpaces() {
        var table = TextTable("A", "B")
        table.add(.init("long"), .init(""))
        table.add(.init("x"), .init("y"))
        let lines = table.lines(Style(of: -1, noColor: true, environment: [:]))
        #expect(lines.allSatisfy { $0.last != " " })
    }

    @Test("The bar fits the terminal")
    func bars() {
        let progress = Progress.of(done: 50, total: 200)
        #expect(ProgressBar.text("moving", progress, width: 40) == "[######..................]  25 % moving")
        for width in 21...200 {
            #expect(ProgressBar.text(String(repeating: "w", count: 60), progress, width: width).count < width)
        }
    }

    @Test("What may be a secret is not quoted")
    func redaction() {
        let url = "postgresql://ai:s3cret@host/db"
        #expect(
            Redaction.redacted("Unexpected argument '\(url)'", arguments: ["up", url]) == "Unexpected argument '…'")
        #expect(
            Redaction.redacted("Unexpected argument 'pw12345'", arguments: ["--pasword", "pw12345"])
                == "Unexpected argument '…'")
        #expect(Redaction.redacted("The value 'x:y' is", arguments: ["--target=x:y"]) == "The value '…' is")
        #expect(Redaction.redacted("Unexpected argument 'ups'", arguments: ["ups"]) == "Unexpected argument 'ups'")
    }
}
