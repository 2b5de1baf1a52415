import AgnoSchema
import DatabaseAccess

/// The fields of the target's row with a v1 row's key that decide the conflict.
struct ExistingRow {
    /// The kind of a session; nil for memories.
    var sessionType: String?
    var userID: String?
    var updatedAt: Int64?
}

/// The fields of a v1 row that decide a conflict with an existing row.
struct IncomingRow {
    var sessionType: String?
    var userID: String?
    var updatedAt: Int64?
    var fingerprint: RowFingerprint
}

/// How a conflict between a v1 row and the target's row of the same key is resolved.
enum ConflictResolution: Hashable {
    /// The target has this row from an earlier import, perhaps changed since.
    case same
    /// The target's row is kept: it is newer, or v1 has no time of change.
    case kept
    /// The v1 row replaces the target's.
    case replaced
    /// The two rows belong to different owners; neither replaces the other.
    case refused(ImportReason)

    /// - Parameters:
    ///   - imported: the fingerprint of the v1 row that an earlier import wrote under this key.
    ///   - overwrites: whether v1 wins even if the target's row is newer.
    init(_ incoming: IncomingRow, meets existing: ExistingRow, imported: RowFingerprint?, overwrites: Bool) {
        if incoming.sessionType != existing.sessionType {
            self = .refused(.idTaken)
        } else if let imported, imported.key != incoming.fingerprint.key {
            // Two v1 keys can become equal once characters that no target stores are removed.
            self = .refused(.idTaken)
        } else if let owner = existing.userID, let user = incoming.userID, ExactText(owner) != ExactText(user) {
            self = .refused(.otherUser)
        } else if imported == incoming.fingerprint, incoming.updatedAt == existing.updatedAt {
            self = .same
        } else if overwrites {
            self = .replaced
        } else if let time = incoming.updatedAt, existing.updatedAt.map({ $0 <= time }) ?? true {
            self = .replaced
        } else {
            // A v1 row that is unchanged since its import is not a loss.
            self = imported == incoming.fingerprint ? .same : .kept
        }
    }
}

/// Why a converted row could not be written.
enum ImportReason: String {
    /// The target has another session under this id, or under one that its server considers equal: one of another kind, or
    /// one that had another id in v1. The first one is kept.
    case idTaken = "id_taken"
    /// The target's row with this id belongs to another user.
    case otherUser = "other_user"
    /// The target's session with this id has something else than a list of runs, so that the runs cannot be united.
    case unreadableList = "unreadable_list"
    /// An id exceeds the length of the target's column.
    case idTooLong = "id_too_long"
    /// The target cannot store a value in it, such as a lone surrogate.
    case notStorable = "not_storable"
    /// The row violates a key or constraint of the target.
    case constraint = "constraint"

    /// Classifies the error with which the server refused the row.
    init(_ refusal: DatabaseError) { self = refusal.condition == .constraint ? .constraint : .notStorable }
}
