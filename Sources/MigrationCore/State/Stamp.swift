import AgnoSchema

/// A stamp's text, understood.
enum Stamp: Hashable, Sendable {
    /// A version; `text` is what is written there.
    case version(SchemaVersion)
    /// No version at all: reported, taken for absent, put right.
    case invalid

    /// Reads a stamp as the Python releases would: pre- and post-release parts are tolerated and left out.
    package init(_ text: String) {
        let release = text.prefix { $0.isNumber || $0 == "." || $0 == "v" || $0 == "V" || $0.isWhitespace }
        let rest = text.dropFirst(release.count).lowercased()
        let suffixes = ["a", "b", "rc", "c", ".post", ".dev", "post", "dev", "+", "-", "alpha", "beta"]
        var core = release
        while core.last == "." || core.last?.isWhitespace == true { core.removeLast() }
        guard let version = SchemaVersion(String(core)), rest.isEmpty || suffixes.contains(where: rest.hasPrefix) else {
            self = .invalid
            return
        }
        self = .version(version)
    }
}
