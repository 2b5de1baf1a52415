package import DatabaseAccess
import SQLDialects
import Synchronization

/// Collects the statements that ask a server about itself.
///
/// A question is, strictly, every statement that reads a relation of the catalogue (sizes, privileges and the holders of
/// locks included), the versions table, or the server's version. Writing a stamp is none, nor is calling a function of
/// the server that reads no relation, such as `set_config`.
package final class CatalogueQuestions: Sendable {
    private let asked = Mutex<[String]>([])

    package init() {}

    /// The questions so far, in order.
    package var all: [String] { asked.withLock { $0 } }
    package var count: Int { all.count }

    /// Keeps a statement if it is a question.
    package func note(_ sql: String) {
        guard Self.isQuestion(sql) else { return }
        asked.withLock { $0.append(sql) }
    }

    static func isQuestion(_ sql: String) -> Bool {
        let text = sql.lowercased()
        let reads = ["select", "with", "show", "pragma", "values"].contains { text.hasPrefix($0) }
        guard reads else { return false }
        return text.hasPrefix("show") || text.hasPrefix("pragma")
            || text.contains(
                /\bpg_(?!catalog\b)[a-z_]+\b(?!\()|information_schema|sqlite_master|pragma_|agno_schema_versions|version\(|_version\b/
            )
    }
}

/// Hands every statement of every connection to ``CatalogueQuestions``.
package final class QuestionedDriver: DatabaseDriver {
    private let base: any DatabaseDriver
    private let questions: CatalogueQuestions
    private let opening: [String]

    /// - Parameter opening: what the driver itself asks on each new connection, ahead of the first statement that a
    ///   decorator sees.
    package init(_ base: any DatabaseDriver, noting questions: CatalogueQuestions, opening: [String] = []) {
        (self.base, self.questions, self.opening) = (base, questions, opening)
    }

    package func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        opening.forEach(questions.note)
        return try base.withConnection(for: access) { try body(Questioned(base: $0, questions: questions)) }
    }

    package func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        opening.forEach(questions.note)
        return try base.withLock(purpose, waiting: waiting, body)
    }

    package func cancelRunningStatement() { base.cancelRunningStatement() }
}

private struct Questioned: DatabaseConnection {
    let base: any DatabaseConnection
    let questions: CatalogueQuestions

    var dialect: any Dialect { base.dialect }

    func execute(_ statement: SQLStatement) throws -> Int {
        questions.note(statement.sql)
        return try base.execute(statement)
    }

    func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
        questions.note(statement.sql)
        try base.forEachRow(statement, body)
    }
}
