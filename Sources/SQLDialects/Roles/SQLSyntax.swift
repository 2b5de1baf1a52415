package import AgnoSchema

/// How a server spells names, parameters and constants.
package protocol SQLSyntax: Sendable {
    /// The identifier in the server's quotes; every name in a statement is quoted here. No default.
    func quote(_ identifier: String) -> String

    /// A table's quoted name, qualified with its schema if the server has schemas. No default.
    func table(_ name: String) -> String

    /// The placeholder of the bound value at a position, counted from 1. No default.
    func placeholder(_ position: Int) -> String

    /// A string as a constant, for statements that take no parameters. Defaults to standard SQL, which doubles `'`.
    func literal(_ text: String) -> String

    /// The clause that makes an insert of these columns keep an existing row unchanged.
    /// Defaults to `ON CONFLICT (…) DO NOTHING`.
    func insertIfAbsentSuffix(key: [String], columns: [String]) -> String
}

extension SQLSyntax {
    /// The names quoted and separated by commas.
    package func list(_ identifiers: [String]) -> String { identifiers.map(quote).joined(separator: ", ") }

    /// The condition that an expression is one of these values, and its bound values.
    ///
    /// The last value is repeated up to a power of two, so that a server sees few texts, whatever the number is.
    ///
    /// - Parameters:
    ///   - values: at least one.
    ///   - count: the number of values that the statement binds before them.
    package func isOne(of values: [SQLValue], _ expression: String, after count: Int = 0) -> SQLStatement {
        var bound = values
        while bound.count & (bound.count - 1) != 0 { bound.append(bound[bound.count - 1]) }
        guard bound.count > 1 else { return SQLStatement("\(expression) = \(placeholder(count + 1))", bound) }
        let placeholders = bound.indices.map { placeholder(count + $0 + 1) }.joined(separator: ", ")
        return SQLStatement("\(expression) IN (\(placeholders))", bound)
    }

    package func literal(_ text: String) -> String { "'" + text.escaping("'", as: "''") + "'" }

    package func insertIfAbsentSuffix(key: [String], columns: [String]) -> String {
        "ON CONFLICT (\(list(key))) DO NOTHING"
    }
}

extension String {
    /// The text with a quote or backslash escaped also where an accent follows: for `String` both are one character then, for
    /// a server they are not.
    package func escaping(_ scalar: Unicode.Scalar, as escape: String) -> String {
        guard unicodeScalars.contains(scalar) else { return self }
        return unicodeScalars.reduce(into: "") { text, next in
            if next == scalar { text += escape } else { text.unicodeScalars.append(next) }
        }
    }
}
