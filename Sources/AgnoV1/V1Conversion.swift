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
    /// Whether the memories of users inside of sessions are taken out of them; otherwise they are counted.
    package var takesUserMemories = false

    package init(now: Int64, json: JSONRules) {
        self.now = now
        self.json = json
    }

    /// Converts a row. What cannot be understood in it is set aside; a row is refused only when it cannot be placed at all.
    package func convert(_ row: V1Row) -> V1Outcome {
        var conversion = RowConversion(rules: self)
        return switch row.kind {
        case .agentSessions: conversion.session(row, .agent)
        case .teamSessions: conversion.session(row, .team)
        case .workflowSessions: conversion.session(row, .workflow)
        case .memories: conversion.memory(row)
        }
    }
}
