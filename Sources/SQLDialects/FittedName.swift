import AgnoSchema
import Crypto

/// Made names that are as long as a server allows.
package struct FittedName {
    /// How much of a name the server keeps or takes.
    let limit: Int
    /// How much of that a text needs.
    let size: (String) -> Int
    /// What two names have in common that the server takes for one.
    let fold: (String) -> String

    package init(limit: Int, size: @escaping (String) -> Int, fold: @escaping (String) -> String = { $0 }) {
        self.limit = limit
        self.size = size
        self.fold = fold
    }

    /// The name itself when it fits. Otherwise the table's part is cut and eight hexadecimal digits of the full name's
    /// SHA-256 take the place of what is gone, so that two long names never become one.
    package func fitted(_ name: String, table: String) -> String {
        guard size(name) > limit else { return name }
        let digest = SHA256.hash(data: Array(name.utf8)).prefix(4).hexadecimal
        guard let place = name.firstRange(of: table) else { return cut(name, to: limit - 9) + "_" + digest }
        let prefix = String(name[..<place.lowerBound])
        let suffix = String(name[place.upperBound...])
        let room = limit - size(prefix) - size(suffix) - 9
        guard room >= 0 else { return cut(name, to: limit - 9) + "_" + digest }
        return prefix + cut(table, to: room) + "_" + digest + suffix
    }

    /// A name that fits and that is not taken; what an index covers counts, so ours gives way.
    func free(_ wanted: String, onTable table: String, among taken: inout Set<String>) -> String {
        var name = fitted(wanted, table: table)
        var attempt = 2
        while taken.contains(fold(name)) {
            name = fitted("\(wanted)_\(attempt)", table: table)
            attempt += 1
        }
        taken.insert(fold(name))
        return name
    }

    /// The longest beginning of a text that needs at most so much.
    private func cut(_ text: String, to limit: Int) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            let more = size(String(scalar))
            guard count + more <= limit else { break }
            result.unicodeScalars.append(scalar)
            count += more
        }
        return result
    }
}
