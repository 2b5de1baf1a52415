import DatabaseAccess
import Testing

@testable import MySQLAccess

/// Every error number that is mapped, with the messages of MariaDB 10.11 and MySQL 9.
@Suite("Refusals of the MySQL family name their object") struct FieldErrorTests {
    private static let messages: [(UInt32, String, String)] = [
        (1062, "Duplicate entry 'it's-1' for key 'agno_metrics.uq'", "key agno_metrics.uq"),
        (1048, "Column 'created_at' cannot be null", "column created_at"),
        (1364, "Field 'run_id' doesn't have a default value", "column run_id"),
        (
            1451,
            "Cannot delete or update a parent row: a foreign key constraint fails (`db`.`note`, CONSTRAINT `note_ibfk_1` "
                + "FOREIGN KEY (`metric`) REFERENCES `agno_metrics` (`id`))", "constraint note_ibfk_1 of table note"
        ),
        (
            1452,
            "Cannot add or update a child row: a foreign key constraint fails (`db`.`agno_runs`, CONSTRAINT `k` FOREIGN KEY "
                + "(`session_id`) REFERENCES `agno_sessions` (`session_id`) ON DELETE CASCADE)",
            "constraint k of table agno_runs"
        ),
        (3819, "Check constraint 'positive' is violated.", "check constraint positive"),
        (4025, "CONSTRAINT `positive` failed for `db`.`t`", "check constraint positive"),
        (1406, "Data too long for column 'user_id' at row 1", "column user_id"),
        (1366, "Incorrect string value: '\\xF0\\x9F' for column `db`.`t`.`user_id` at row 1", "column user_id"),
        (3140, "Invalid JSON text: \"x's\" at position 0 in value for column 't.runs'.", "column t.runs"),
        (1142, "INSERT command denied to user 'u'@'localhost' for table `db`.`agno_runs`", "table agno_runs"),
        (1044, "Access denied for user 'u'@'localhost' to database 'db'", "database db"),
        (
            1227, "Access denied; you need (at least one of) the SUPER privilege(s) for this operation",
            "privilege SUPER"
        ),
        (1114, "The table 'agno_runs' is full", "table agno_runs"),
        (1553, "Cannot drop index 'uq': needed in a foreign key constraint", "index uq"),
        (
            1828, "Cannot drop column 'user_id': needed in a foreign key constraint 'k'",
            "constraint k of column user_id"
        ),
        (
            1829, "Cannot drop column 'c': needed in a foreign key constraint 'k' of table 't'",
            "constraint k of table t"
        ),
        (
            3730, "Cannot drop table 'agno_runs' referenced by a foreign key constraint 'k' on table 'feedback'.",
            "constraint k of table feedback"
        ),
        (1146, "Table 'db.agno_runs' doesn't exist", "table db.agno_runs"),
        (1054, "Unknown column 'x' in 'SELECT'", "column x"),
        (1356, "View 'db.v' references invalid table(s) or column(s)", "view db.v"),
        (1449, "The user specified as a definer ('gone'@'%') does not exist", "user gone"),
        (3108, "Column 'user_id' has a generated column dependency.", "column user_id"),
        (3837, "Column 'user_id' has a functional index dependency.", "column user_id"),
        (
            3959, "Check constraint 'k' uses column 'c', hence column cannot be dropped or renamed.",
            "check constraint k of column c"
        ),
        (1194, "Table 't' is marked as crashed and should be repaired", "table t"),
        (4119, "Change of historical system-versioned `db`.`t` is not allowed.", "table t"),
    ]

    @Test("Each message's object is in the error, and nothing of a row is") func objects() {
        for (number, text, object) in Self.messages {
            let error = MySQLErrors.make(number: number, text: text, sql: "SELECT 1", place: "db:3306")
            #expect(error.message.contains("(\(object))"), "\(number): \(error.message)")
            #expect(!error.message.contains("it's"))
        }
    }

    @Test("A message without a table gets the statement's") func table() {
        let text = "Duplicate entry 'x' for key 'PRIMARY'"
        for sql in ["INSERT INTO `ai`.`agno_runs` (`run_id`) VALUES (1)", "UPDATE agno_runs SET a = 1"] {
            let error = MySQLErrors.make(number: 1062, text: text, sql: sql, place: "db:3306")
            #expect(error.message.hasSuffix("(key PRIMARY) (statement on agno_runs)"), "\(error.message)")
        }
    }

    @Test("A server that is read-only says which setting makes it so") func readOnly() {
        for text in [
            "The MariaDB server is running with the --read-only option so it cannot execute this statement",
            "The MySQL server is running with the --super-read-only option so it cannot execute this statement",
        ] {
            let error = MySQLErrors.make(number: 1290, text: text, sql: "", place: "db:3306")
            #expect(error.condition == .readOnly)
            #expect(error.message.contains("read-only") && error.remedy.contains("primary"))
        }
        let other = MySQLErrors.make(
            number: 1290, text: "The MySQL server is running with the --skip-grant-tables option so …", sql: "",
            place: "db:3306")
        #expect(other.condition == .other)
    }
}
