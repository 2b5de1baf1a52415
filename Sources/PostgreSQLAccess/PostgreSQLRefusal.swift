import CLibPQ
import DatabaseAccess

/// A statement that the server refused: its SQLSTATE (errcodes-appendix.html) and the objects that it names.
struct PostgreSQLRefusal {
    let state: String
    /// The server's sentence and its addition, in the server's language.
    let sentence: String
    let addition: String
    /// The functions and statements within which it happened.
    let context: String
    /// The server's own function that refused.
    let source: String
    private let schema: String
    private let table: String
    private let column: String
    private let type: String
    private let constraint: String

    init(_ result: OpaquePointer) {
        func field(_ code: Character) -> String {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) } ?? ""
        }
        // The codes of PG_DIAG_… in postgres_ext.h.
        state = field("C")
        (sentence, addition, context, source) = (field("M"), field("D"), field("W"), field("R"))
        (schema, table, column, type, constraint) = (field("s"), field("t"), field("c"), field("d"), field("n"))
    }

    /// Whether the server itself names the table.
    var namesTable: Bool { !table.isEmpty }

    /// The objects as a clause: ` (column c of table s.t)`; empty if the server names none.
    private var object: String {
        let place = table.isEmpty ? "" : "table \(schema).\(table)"
        let part =
            !constraint.isEmpty
            ? "constraint \(constraint)" : !column.isEmpty ? "column \(column)" : type.isEmpty ? "" : "type \(type)"
        let both = [part, place].filter { !$0.isEmpty }.joined(separator: " of ")
        return both.isEmpty ? "" : " (\(both))"
    }

    /// The server's own words, where they name objects only and no values.
    private var words: String { ": " + Self.line(sentence) }
    private var allWords: String { addition.isEmpty ? words : "\(words) (\(Self.line(addition)))" }

    private static func line(_ text: String) -> String {
        String(text.replacing("\n", with: "; ").prefix(400))
    }

    /// The name in the server's sentence, whatever quotes its language has.
    private var quotedName: String {
        let quotes: Set<Character> = ["\"", "»", "«", "„", "“", "”", "'"]
        let parts = sentence.split(omittingEmptySubsequences: false, whereSeparator: quotes.contains)
        return parts.count > 1 ? String(parts[1]) : "?"
    }

    /// The function of the application that raised the error, as the context names it; nil if it names none.
    var function: String? {
        context.firstMatch(of: /[^\s(]+\([^()]*\)/).map { String($0.0) }
    }

    typealias Outcome = (condition: DatabaseError.Condition, message: String, remedy: String)

    /// - Parameters:
    ///   - place: host and port.
    ///   - eventTriggers: the names of the event triggers that the function belongs to; asked only for an error that a
    ///     function raised.
    func outcome(place: String, eventTriggers: (String) -> [String]) -> Outcome {
        switch state {
        case "42501" where source == "check_enable_rls": rowsHidden
        case "42501": (.notAuthorised, "the role lacks a privilege on \(place)\(words)", "")
        case "25006":
            (
                .readOnly, "the session on \(place) is read-only\(words)",
                "connect to the primary server as a role that may write"
            )
        case "53100": (.full, "there is not enough space on the server of \(place)\(words)", "")
        case "57014": (.interrupted, "the running statement was cancelled", "")
        case "55P03": (.busy, "another session kept what this needs locked\(words)", "")
        case "40001", "40P01": (.busy, "another session changed or locked the same rows", "")
        case "57P01", "57P02", "57P03", "57P05", "25P03", "25P04":
            (.connectionLost, "the server of \(place) ended the connection", "")
        case "54000", "54001", "54011": (.notStorable, "a value is too large for the server\(object)", "")
        case "0A000" where source == "pg_unicode_to_server": (.notStorable, Self.encoding, "")
        case "22P05": (.notStorable, Self.encoding + object, "")
        case "2BP01", "0A000":
            (.other, "another object depends on what has to change, or the server cannot change it\(allWords)", "")
        case "3F000": (.other, "the schema is missing on \(place)\(words)", "")
        default: outcomeOfClass(place: place, eventTriggers: eventTriggers)
        }
    }

    private static let encoding = "the encoding of the database has no place for a character"

    private var rowsHidden: Outcome {
        (
            .rowsHidden, "row level security of table \(quotedName) hides rows from the role",
            "migrate as a role with BYPASSRLS, or as the table's owner after "
                + "ALTER TABLE \(quotedName) NO FORCE ROW LEVEL SECURITY"
        )
    }

    private func outcomeOfClass(place: String, eventTriggers: (String) -> [String]) -> Outcome {
        switch state.prefix(2) {
        case "08": return (.connectionLost, "the connection to \(place) was lost", "")
        case "22": return (.notStorable, "the server has no place for a value\(object)", "")
        case "23": return (.constraint, "a key or constraint was violated\(object)", "")
        case "28": return (.notAuthorised, "the server of \(place) refused the role\(words)", "")
        case "53": return (.other, "the server of \(place) has not enough resources\(words)", "")
        case "P0": return raised(eventTriggers)
        case "XX": return (.corrupt, "the server reports damaged data or an internal error\(words)", "")
        default:
            let place = function.map { " in function \($0)" } ?? ""
            return (.other, "PostgreSQL refused a statement (SQLSTATE \(state))\(place)\(words)", "")
        }
    }

    /// What a function of the application refused. Its text may hold rows, unless it is an event trigger's, which sees none.
    private func raised(_ eventTriggers: (String) -> [String]) -> Outcome {
        guard let function else {
            return (.other, "a function of the application raised an error (SQLSTATE \(state))", "")
        }
        let triggers = eventTriggers(function)
        guard !triggers.isEmpty else {
            return (
                .other, "function \(function) of the application raised an error (SQLSTATE \(state))",
                "see the triggers that run it; disable them for the time of the migration"
            )
        }
        let names = triggers.joined(separator: ", ")
        let remedy = triggers.map { "ALTER EVENT TRIGGER \($0) DISABLE" }.joined(separator: "; ")
        return (.other, "event trigger \(names) (function \(function)) refused the change\(words)", "run \(remedy)")
    }
}
