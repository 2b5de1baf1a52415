import AgnoSchema
import Crypto

/// Names for the databases from which v1 tables are imported into one target.
package enum SourceName {
    /// Eight hexadecimal digits that identify a database's location.
    package static func short(for location: String) -> String {
        SHA256.hash(data: Array(location.utf8)).prefix(4).hexadecimal
    }
}
