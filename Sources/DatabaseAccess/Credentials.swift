/// A password that cannot be printed: every textual form of it is a row of asterisks.
public struct Credentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    private let secret: String

    /// Wraps a password.
    public init(_ secret: String) { self.secret = secret }

    /// The password, for handing it to a client library and for nothing else.
    package var revealed: String { secret }

    /// Asterisks.
    public var description: String { "***" }
    /// Asterisks.
    public var debugDescription: String { "***" }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
