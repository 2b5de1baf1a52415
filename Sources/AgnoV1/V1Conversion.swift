/// Converts v1 rows to rows of the 2.x and 3.x tables. Pure: the same input gives the same output.
package struct V1Conversion: Sendable {
    /// The JSON that the target's columns accept.
    package enum JSONRules: Sendable, Hashable {
        /// Text as Python writes it, including `NaN`, `Infinity` and lone surrogates: SQLite.
        case python
        /// Standard JSON only, for servers that parse JSON values: such numbers become strings, lone surrogates U+FFFD.
        case standard
    }

    /// The creation time of a row if neither it nor its runs have one; epoch seconds.
    package var now: Int64
    package var json: JSONRules
    /// Whether user memories inside sessions are converted; otherwise they are only counted.
    package var takesUserMemories = false

    package init(now: Int64, json: JSONRules) {
        self.now = now
        self.json = json
    }

    /// Converts a row. Parts that cannot be understood are set aside; the row is refused only if the target has no place for
    /// any of it.
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
