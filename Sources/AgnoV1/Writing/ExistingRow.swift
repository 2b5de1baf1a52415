import DatabaseAccess

/// What stands in the target under a v1 row's key.
struct ExistingRow {
    /// Of which kind a session is; nil for memories.
    var sessionType: String?
    var userID: String?
    var updatedAt: Int64?
}

/// A row of v1 as it would stand in the target, as far as it matters for who wins.
struct IncomingRow {
    var sessionType: String?
    var userID: String?
    var updatedAt: Int64?
    var fingerprint: RowFingerprint
}

/// What is to be done with a v1 row whose key the target has already.
enum Encounter: Hashable {
    /// The target has just this from an earlier import, or what became of it since.
    case same
    /// The target's row stays: it is newer, or v1 does not say when it changed its own.
    case kept
    /// The v1 row takes its place.
    case replaced
    /// Somebody else's: neither may take the other's place.
    case refused(ImportReason)

    /// - Parameters:
    ///   - imported: the fingerprint of the v1 row that was imported under this key, if one was.
    ///   - overwrites: whether v1 wins where the target's row would.
    init(_ incoming: IncomingRow, meets existing: ExistingRow, imported: RowFingerprint?, overwrites: Bool) {
        if incoming.sessionType != existing.sessionType {
            self = .refused(.idTaken)
        } else if let imported, imported.key != incoming.fingerprint.key {
            // Two v1 keys can become one when characters that no target stores are taken out of them.
            self = .refused(.idTaken)
        } else if let owner = existing.userID, let user = incoming.userID, owner != user {
            self = .refused(.otherUser)
        } else if imported == incoming.fingerprint, incoming.updatedAt == existing.updatedAt {
            self = .same
        } else if overwrites {
            self = .replaced
        } else if let time = incoming.updatedAt, existing.updatedAt.map({ $0 <= time }) ?? true {
            self = .replaced
        } else {
            // What v1 has not touched since it was imported is no news to the target.
            self = imported == incoming.fingerprint ? .same : .kept
        }
    }
}

/// Why a row that was understood could not be placed.
enum ImportReason: String {
    /// The target has a session of another kind, or one that had another id in v1, under the same id, or under one that
    /// its server takes for the same; the first one stays.
    case idTaken = "id_taken"
    /// The target's row of that id belongs to another user.
    case otherUser = "other_user"
    /// An id is longer than the target's column.
    case idTooLong = "id_too_long"
    /// The target has no place for something in it, such as half of a surrogate pair.
    case notStorable = "not_storable"
    /// A key or constraint of the target was violated.
    case constraint = "constraint"

    /// What a server's refusal means for the row.
    init(_ refusal: DatabaseError) { self = refusal.condition == .constraint ? .constraint : .notStorable }
}
