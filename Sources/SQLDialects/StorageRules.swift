/// What a server's column takes of a value, as far as the value itself tells; the server has the last word.
package struct StorageRules: Hashable, Sendable {
    /// Whether a text may contain U+0000.
    package var takesNUL: Bool
    /// Whether a text column holds bytes that are not UTF-8, and blobs.
    package var takesAnyBytes: Bool
    /// What a JSON column demands of a text; nil for a column that takes every text, or that holds no JSON.
    package var json: JSONRules?

    package init(takesNUL: Bool = true, takesAnyBytes: Bool = false, json: JSONRules? = nil) {
        self.takesNUL = takesNUL
        self.takesAnyBytes = takesAnyBytes
        self.json = json
    }
}

/// What a JSON column demands beyond the grammar of the standard.
package struct JSONRules: Hashable, Sendable {
    /// Whether a string may contain U+0000, as an escape.
    package var takesNUL: Bool
    /// Whether a string may contain half of a surrogate pair, as an escape.
    package var takesHalfPairs: Bool
    /// Whether integers beyond 64 bits stay what they are.
    package var takesLargeIntegers: Bool
    /// How deep arrays and objects may be nested; nil without a limit of its own.
    package var maximumDepth: Int?

    package init(
        takesNUL: Bool = true, takesHalfPairs: Bool = true, takesLargeIntegers: Bool = true, maximumDepth: Int? = nil
    ) {
        self.takesNUL = takesNUL
        self.takesHalfPairs = takesHalfPairs
        self.takesLargeIntegers = takesLargeIntegers
        self.maximumDepth = maximumDepth
    }
}
