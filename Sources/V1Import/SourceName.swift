import AgnoSchema
import Crypto

/// Names for the databases, and their tables, from which v1 tables are imported into one target.
package enum SourceName {
    /// Eight hexadecimal digits that stand for a place.
    package static func short(for place: String) -> String {
        SHA256.hash(data: Array(place.utf8)).prefix(4).hexadecimal
    }

    /// As many characters as the journal takes for the name of a table.
    private static let limit = 128

    /// The name itself where the journal takes it; otherwise its beginning, and sixteen digits that stand for the whole.
    package static func fitted(_ name: String) -> String {
        guard name.unicodeScalars.count > limit else { return name }
        let beginning = String(String.UnicodeScalarView(name.unicodeScalars.prefix(limit - 17)))
        return "\(beginning)~\(SHA256.hash(data: Array(name.utf8)).prefix(8).hexadecimal)"
    }
}
