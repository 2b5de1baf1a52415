import AgnoSchema
import SQLDialects

/// How long texts may be in a target table's columns; some servers would cut them off without a word.
struct ColumnLimits {
    private let limits: [String: Int]

    init(_ snapshot: TableSnapshot?, _ dialect: any Dialect) {
        let columns = snapshot?.shape.columns ?? []
        let found = columns.compactMap { column in
            dialect.characterLimit(ofType: column.type).map { (column.name, $0) }
        }
        limits = Dictionary(found) { first, _ in first }
    }

    /// Whether every one of these fits into its column.
    func fit(_ texts: [(column: String, text: String?)]) -> Bool {
        guard !limits.isEmpty else { return true }
        return texts.allSatisfy { column, text in
            guard let text, let limit = limits[column], text.utf8.count > limit else { return true }
            return text.unicodeScalars.count <= limit
        }
    }
}
