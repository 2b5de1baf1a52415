/// The scope that a route requires of a token, by the original's names.
enum Scope: String, Sendable {
    case read = "config:read"
    case write = "config:write"

    private static let administrator = "agent_os:admin"

    /// Whether a token's scopes contain this one, its old name or the administrator's; there are no wildcards.
    func isGranted(by scopes: [String]) -> Bool {
        let oldName = self == .read ? "system:read" : "system:write"
        return scopes.contains { $0 == rawValue || $0 == oldName || $0 == Self.administrator }
    }
}
