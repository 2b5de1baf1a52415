import AgnoSchema
import Crypto

/// Names for the databases from which v1 tables are imported into one target.
package enum SourceName {
    /// Eight hexadecimal digits that stand for a place.
    package static func short(for place: String) -> String {
        SHA256.hash(data: Array(place.utf8)).prefix(4).hexadecimal
    }
}
