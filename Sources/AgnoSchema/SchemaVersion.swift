/// A version of Agno's database schema, such as `2.5.6`.
///
/// It is the number that Agno keeps per table in `agno_schema_versions`; it is not the version of the Python package.
/// Parsing accepts a leading `v` and missing components (`v3` is `3.0.0`), as the Python releases do (PEP 440, final
/// releases only); anything else is refused.
public struct SchemaVersion: Hashable, Comparable, Sendable, Codable, LosslessStringConvertible {
    private let major: Int
    private let minor: Int
    private let patch: Int

    package init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads `3.0.0`, `v3.0.0`, `3.0` or `3`; nil for anything else.
    public init?(_ description: String) {
        var text = Substring(description)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        if text.first == "v" || text.first == "V" { text.removeFirst() }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count) else { return nil }
        var numbers: [Int] = []
        for part in parts {
            guard !part.isEmpty, part.count <= 9, part.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int(part)
            else { return nil }
            numbers.append(number)
        }
        while numbers.count < 3 { numbers.append(0) }
        self.init(numbers[0], numbers[1], numbers[2])
    }

    /// The form that is written to the versions table: three components, no `v`.
    public var description: String { "\(major).\(minor).\(patch)" }

    /// Versions order by their components.
    public static func < (left: SchemaVersion, right: SchemaVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let version = SchemaVersion(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a schema version")
        }
        self = version
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension SchemaVersion: ExpressibleByStringLiteral {
    /// A version written in the source, such as `"2.3.0"`.
    ///
    /// An invalid literal becomes 0.0.0, an unknown version that every operation refuses.
    public init(stringLiteral text: StaticString) {
        self = text.withUTF8Buffer { SchemaVersion(String(decoding: $0, as: UTF8.self)) } ?? SchemaVersion(0, 0, 0)
    }
}

extension SchemaVersion {
    /// The schema of Agno 2.0 to 2.2: the state before any step, and the assumed version of an unstamped table.
    public static let baseline = SchemaVersion(2, 0, 0)

    /// Every known version, oldest first: the baseline and each registered migration.
    public static let known: [SchemaVersion] = SchemaHistory.agno.versions

    /// The newest version that this program knows.
    public static let latest: SchemaVersion = SchemaHistory.agno.latest
}
