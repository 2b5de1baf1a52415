/// Removes possible secrets of the command line from a text. The parser quotes arguments that it does not understand; a
/// misplaced URL with its password is one of them.
enum Redaction {
    /// Replaces every suspicious argument in the text by `…`. Suspicious are URLs, arguments with `@` or `:`, and the
    /// value of an option whose name suggests a secret.
    static func redacted(_ text: String, arguments: [String]) -> String {
        var secrets: [String] = []
        for (index, argument) in arguments.enumerated() {
            let previous = index > 0 ? arguments[index - 1] : ""
            if argument.hasPrefix("-") {
                // A URL without a space after its option: --topostgresql://…
                let name = String(argument.prefix { $0 != "=" })
                if isSuspect(name) { secrets += [argument, name] }
                guard let equals = argument.firstIndex(of: "=") else { continue }
                let value = String(argument[argument.index(after: equals)...])
                if isSuspect(value) || namesSecret(argument[..<equals]) { secrets.append(value) }
            } else if isSuspect(argument) || namesSecret(previous[...]) {
                secrets.append(argument)
            }
        }
        return secrets.filter { !$0.isEmpty }.sorted { $0.count > $1.count }.reduce(text) { text, secret in
            // A short secret may be part of another word; the parser puts arguments in quotes.
            let (wanted, instead) = secret.count < 8 ? ("'\(secret)'", "'\u{2026}'") : (secret, "\u{2026}")
            return text.split(separator: wanted, omittingEmptySubsequences: false).joined(separator: instead)
        }
    }

    private static func isSuspect(_ value: String) -> Bool {
        value.contains("://") || value.contains("@") || value.contains(":")
    }

    private static func namesSecret(_ option: Substring) -> Bool {
        let name = option.lowercased()
        guard name.hasPrefix("-"), !name.contains("file") else { return false }
        return ["pas", "pw", "secret", "key", "token"].contains { name.contains($0) }
    }
}
