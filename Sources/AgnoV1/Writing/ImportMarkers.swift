import AgnoSchema
import DatabaseAccess
import MigrationCore

/// What v1 had in a row when it was imported: tells a second run that nothing has changed since.
struct ImportMarkers {
    private let markers: Markers
    private let now: Int64

    /// - Parameter table: the target's table.
    init(_ connection: any DatabaseConnection, table: String, now: Int64) {
        markers = Markers(connection, of: Self.name(of: table))
        self.now = now
    }

    /// The name under which a table's rows are marked; the moves of `up` mark under the table's own.
    static func name(of table: String) -> String { "v1>\(table)" }

    /// Whether rows of v1 were imported into a table.
    static func hasAny(for table: String, _ connection: any DatabaseConnection) throws -> Bool {
        try !Markers(connection, of: name(of: table)).isEmpty()
    }

    /// The fingerprints of those of these rows that were imported before.
    func fingerprints(of keys: some Sequence<ExactText>) throws -> [ExactText: RowFingerprint] {
        let found = try markers.fingerprints(of: keys.map { .text($0.text) }).compactMap { key, fingerprint in
            RowFingerprint(stored: fingerprint).map { (ExactText(key.keyText), $0) }
        }
        return Dictionary(found) { first, _ in first }
    }

    /// Marks rows that were written.
    func set(_ fingerprints: [(key: String, fingerprint: RowFingerprint)]) throws {
        try markers.set(fingerprints.map { ($0.key, $0.fingerprint.stored) }, at: now)
    }
}
