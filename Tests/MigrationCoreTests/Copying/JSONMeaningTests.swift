import AgnoSchema
import SQLDialects
import Testing

@testable import MigrationCore

@Suite("What JSON means")
struct JSONMeaningTests {
    @Test(
        "Two spellings mean the same",
        arguments: [
            ("{\"a\": 1, \"b\": [2]}", "{ \"b\":[2],\"a\":1 }"), ("1e5", "100000"), ("1.10", "1.1"), ("-0.0", "0"),
            ("\"\\u00e9\\/\"", "\"é/\""), ("{\"a\": 1, \"a\": 2}", "{\"a\": 2}"), ("[NaN]", "[NaN ]"),
            ("0.1000000000000000055511151231257827", "0.1"), ("-0", "0"), ("9007199254740992.0", "9007199254740992"),
            ("[1e400]", "[Infinity]"), ("{bad", "{bad"), ("\"\\ud800\"", " \"\\ud800\""),
        ])
    func same(_ left: String, _ right: String) {
        #expect(JSONMeaning.areEqual(left, right) && JSONMeaning.areEqual(right, left))
    }

    @Test(
        "Two texts do not mean the same",
        arguments: [
            ("1", "2"), ("\"1\"", "1"), ("[1, 2]", "[2, 1]"), ("{\"a\": null}", "{}"), ("true", "1"),
            ("null", "\"null\""),
            ("9223372036854775807", "9223372036854775808"), ("1000000000000000000000000000000", "1e30"),
            ("\"e\\u0301\"", "\"\\u00e9\""), ("{bad", "{bad }"), ("\"\\ud800\"", "\"\\ud801\""), ("[]", "{}"),
        ])
    func different(_ left: String, _ right: String) {
        #expect(!JSONMeaning.areEqual(left, right))
        // A float may come back as the integer with its digits; an integer must not come back as a float.
        if right != "1e30" { #expect(!JSONMeaning.areEqual(right, left)) }
    }

    private static let strict = JSONRules(
        takesNUL: false, takesHalfPairs: false, takesLargeIntegers: false, maximumDepth: 3)

    @Test(
        "A column's rules name what it does not take",
        arguments: [
            ("{bad", CopyRefusal.notJSON), ("", .notJSON), ("[NaN]", .notJSON), ("{\"a\": -Infinity}", .notJSON),
            ("[\"\\u0000\"]", .nulInJSON), ("{\"\\u0000\": 1}", .nulInJSON), ("[\"\\udfff\"]", .halfPair),
            ("[18446744073709551616]", .largeInteger), ("[[[[]]]]", .tooDeep), ("{\"a\":[{\"b\":[1]}]}", .tooDeep),
        ])
    func refused(_ text: String, _ reason: CopyRefusal) {
        #expect(Self.strict.refusal(of: text) == reason)
        if reason != .notJSON { #expect(JSONRules().refusal(of: text) == nil) }
    }

    @Test(
        "They take the rest",
        arguments: ["[[[1]]]", "[18446744073709551615, -9223372036854775808, 1e300]", "\"\\\\u0000\"", "{}"])
    func taken(_ text: String) { #expect(Self.strict.refusal(of: text) == nil) }
}
