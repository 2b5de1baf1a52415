import AgnoSchema
import SQLDialects

/// The length limits of a target table's columns; some servers truncate longer strings silently.
struct ColumnLimits {
    private let limits: [String: Int]

    init(_ snapshot: TableSnapshot?, _ dialect: any Dialect) {
        let columns = snapshot?.shape.columns ?? []
        let found = columns.compactMap { column in
            dialect.characterLimit(ofType: column.type).map { (column.name, $0) }
        }
        limits = Dictionary(found) { first, _ in first }
    }

    /// Whether every string fits its column.
    func fit(_ strings: [(column: String, string: String?)]) -> Bool {
        guard !limits.isEmpty else { return true }
        return strings.allSatisfy { column, string in
            guard let string, let limit = limits[column], string.utf8.count > limit else { return true }
            return string.unicodeScalars.count <= limit
        }
    }
}
