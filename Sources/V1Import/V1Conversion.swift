/// How v1 rows become rows of the 2.x and 3.x tables: pure functions, the same input gives the same output.
package struct V1Conversion: Sendable {
    /// What the target's JSON columns take.
    package enum JSONRules: Sendable, Hashable {
        /// Text as Python writes it, `NaN`, `Infinity` and halves of surrogate pairs included: SQLite.
        case python
        /// Standard JSON only: every server that looks into a JSON value. Such numbers become strings, such halves U+FFFD.
        case standard
    }

    /// Takes the place of a creation time where a row and its runs have none; epoch seconds.
    package var now: Int64
    package var json: JSONRules

    package init(now: Int64, json: JSONRules) {
        self.now = now
        self.json = json
    }
}
