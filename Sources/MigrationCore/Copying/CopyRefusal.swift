/// Why a row of the source is not in the target as it is in the source; the raw value is what reports and the journal say.
enum CopyRefusal: String {
    /// The target has a row with this key and other values.
    case differs
    /// A text contains U+0000, which the server cannot store.
    case nulCharacter = "nul_character"
    /// A text is not valid UTF-8, or bytes are in a column of texts.
    case notUTF8 = "not_utf8"
    /// A text is longer than the column.
    case tooLong = "too_long"
    /// A JSON column holds a text that is not JSON, or `NaN` or an infinity, which are Python's only.
    case notJSON = "not_json"
    /// A JSON string contains U+0000.
    case nulInJSON = "nul_in_json"
    /// A JSON string contains half of a surrogate pair.
    case halfPair = "half_surrogate_pair"
    /// JSON has an integer beyond 64 bits, which the server would round.
    case largeInteger = "large_integer"
    /// JSON is nested deeper than the server allows.
    case tooDeep = "too_deep"
    /// The target's table has no such column, and the row has a value there.
    case noColumn = "no_column"
    /// The server would store another value.
    case altered
    /// A key, a foreign key or NOT NULL is in the way: the parent is missing, or the server takes two keys for one.
    case constraint
    /// The server has no place for a value.
    case notStorable = "not_storable"
    /// The row is larger than the server takes.
    case tooLarge = "too_large"
}
