import Testing

/// The kinds of complaint from the field that the program has an answer to, and the tests that hold it on each server.
@Suite("What was found in the field is held by a test, by kind and server")
struct FieldTests {
    enum Server { case sqlite, postgresql, mysql, all }

    private static let kinds: [(kind: String, tests: [(Server, String)])] = [
        (
            "rows that a policy hides",
            [
                (.postgresql, "A policy that hides rows from the role refuses the table by name"),
                (.postgresql, "The owner and a role with BYPASSRLS migrate"),
                (.postgresql, "A v1 source whose rows a policy hides is not imported as if it were empty"),
            ]
        ),
        (
            "tables that refer to the runs table",
            [
                (.sqlite, "Down names what it would break, and begins nothing"),
                (.postgresql, "A child of the runs table blocks the way down before any table, and nothing is lost"),
                (
                    .postgresql,
                    "Down takes off their key to the runs and keeps their rows, and up puts the key back exactly"
                ),
                (.postgresql, "A key that is not Agno's to the letter blocks the way down and is named"),
                (.mysql, "Down is refused before it moves the runs table"),
            ]
        ),
        (
            "tables that refer to rows that a step deletes or re-keys",
            [
                (.sqlite, "A metrics day that rows of another table refer to is not put aside, and they are named"),
                (.sqlite, "Rows follow a learned entity to its new id, up and down, also where two are merged"),
                (.sqlite, "Rows that refer by more columns than the id follow a learned entity, too"),
                (.postgresql, "A foreign key to the metrics key that is replaced blocks the table and is named"),
                (.mysql, "A row of metrics is not put aside while rows of another database refer to it"),
            ]
        ),
        (
            "roles that lose access",
            [
                (.postgresql, "A new table has the owner and the privileges of the sessions table"),
                (.mysql, "An account that has rights on the sessions table alone has them on the runs table"),
            ]
        ),
        (
            "a table of the application under Agno's name",
            [(.all, "A table of the application under Agno's name is refused")]
        ),
        (
            "names in another case",
            [
                (.sqlite, "Runs of a sessions table are moved in whatever case its columns are spelt"),
                (.sqlite, "An unmoved list in a column of another case is not approved"),
                (.mysql, "Columns in another case are found as the server folds them"),
            ]
        ),
        (
            "triggers and time stamps of the application",
            [
                (.sqlite, "Filling columns and writing lists back fires no trigger"),
                (.postgresql, "Filling a column, writing lists back and putting rows aside fires no trigger"),
                (.mysql, "Filling created_at fires no trigger and moves no time stamp"),
                (.mysql, "Writing lists back moves no time stamp, and is refused where it would fire a trigger"),
            ]
        ),
        (
            "drift",
            [
                (.all, "What a table has lost since is repaired, also where its stamp is current"),
                (.all, "Rows that stand against a repair leave the table drifted, named, and below the stamp"),
                (.all, "A foreign key that is missing comes back if no row is an orphan"),
                (.postgresql, "They become TEXT, and VARCHAR again on the way down, as often as one goes"),
            ]
        ),
        (
            "objects that depend on a column or table",
            [
                (.sqlite, "What mentions neither a table nor a column that goes does not stop down"),
                (.postgresql, "What can be taken off is put back exactly"),
                (.postgresql, "What cannot be put back blocks the table before its first statement"),
                (.postgresql, "A child of another owner blocks before anything is touched"),
                (.sqlite, "Objects over the backup column alone refuse cleanup by name"),
                (.postgresql, "What hangs on the backup column alone blocks cleanup by name"),
                (.mysql, "What hangs on the backup column alone refuses cleanup by name"),
                (.postgresql, "Keys over a column that goes block the way down by name"),
                (.postgresql, "A child whose triggers are disabled blocks the step that would create its key again"),
                (
                    .postgresql,
                    "Comments of all that hangs on views and children, targets of statistics, storage and compression are"
                ),
                (.sqlite, "A check that names its table comes through a rebuild"),
                (.mysql, "Views, triggers, checks, generated columns and indexes that need a dropped column refuse it"),
                (.mysql, "Engines without transactions, partitions and histories refuse what they cannot do, by name"),
            ]
        ),
        (
            "an encoding without room",
            [
                (
                    .postgresql,
                    "In a database that does not keep Unicode, escapes are refused by row, and the encoding is named"
                )
            ]
        ),
        (
            "limits of the server",
            [
                (
                    .mysql,
                    "A list larger than max_allowed_packet is moved, or refuses its table alone with the size that is needed"
                )
            ]
        ),
        ("STRICT tables", [(.sqlite, "A STRICT table gets types that it takes, and is current afterwards")]),
        (
            "tables elsewhere",
            [
                (.all, "A table of the shape of sessions under another name is named with the option that reaches it"),
                (.all, "A view in the place of a table is refused as a view"),
                (.all, "Stamps without any table are no success"),
            ]
        ),
        (
            "other types and collations of ids",
            [
                (.postgresql, "A session id of a collation of its own gives it to the runs table"),
                (.mysql, "Runs take the type and collation of the session's id, and nothing else of it"),
            ]
        ),
        (
            "servers that can only be read",
            [
                (.postgresql, "A database that is set read-only is told apart from a file, with exit code 10"),
                (.mysql, "A server that takes no writes is named as such, and reading works"),
            ]
        ),
        (
            "modules that are missing",
            [(.sqlite, "A trigger that needs a module which is missing is off while rows are moved")]
        ),
        (
            "settings of server, database, role and URL",
            [
                (
                    .sqlite,
                    "Every setting that changes what a statement means has the value that the program depends on"
                ),
                (.postgresql, "Up, verify and down come to the same result under the most hostile settings"),
                (.mysql, "The most hostile defaults change nothing of up, verify and down"),
                // The parity suites connect as an account with the most hostile settings.
                (.all, "makes the schema, the rows and the stamps that the original makes"),
            ]
        ),
        (
            "columns with more than Agno declares",
            [
                (
                    .mysql,
                    "A column that is made NOT NULL again keeps character set, collation, default, comment, visibility and check"
                ),
                (.mysql, "A column that a step fills and makes NOT NULL keeps its comment"),
            ]
        ),
        (
            "ids that are longer than Agno declares",
            [(.mysql, "Ids of 200 and 255 characters are moved, marked, found again and put back")]
        ),
        (
            "refusals without an object",
            [
                (.sqlite, "A refused statement names its object and nothing of the rows"),
                (.postgresql, "names the object, and no value of a row"),
                (.mysql, "Each message's object is in the error, and nothing of a row is"),
                (.mysql, "A message without a table gets the statement's"),
                (.sqlite, "A column of Agno's with another type is named with both types"),
                (.postgresql, "A column of another type that a step compares is named, on the way down, too"),
            ]
        ),
        ("keys over rows that repeat", [(.all, "Keys that a step adds look at the rows first")]),
        ("readers beside a migration", [(.sqlite, "Readers get in at every statement of up and down but the commits")]),
        (
            "first releases after the way down",
            [(.sqlite, "Down stores the JSON columns of sessions inside JSON strings, and up stores them as they were")]
        ),
        (
            "lists that a 2.x program writes after up",
            [
                (.all, "What a 2.x program writes into a list after up is not taken for moved, and down keeps it"),
                (.sqlite, "A newer version of a run alone is not taken for moved either, and up with force moves it"),
                (.mysql, "The lock before a stamp holds off writers, whatever columns they write"),
                (.mysql, "Nobody writes a list or a run between the count of cleanup and its drop"),
                (.mysql, "A list that is written before the lock of cleanup keeps the column"),
            ]
        ),
        (
            "programs whose clocks are slow, rows that are not as they were moved, and lists that move no more",
            [
                (.all, "What is written while runs are moved is moved too, whatever the writer's clock says"),
                (.sqlite, "What a program with a slow clock writes during a move is moved too, up and down"),
                (.all, "What a 2.x program writes into a list after up is not taken for moved, and down keeps it"),
                (.sqlite, "A list that was written after up is pending, and the next up moves it"),
                (.sqlite, "Each run of a list follows it, also those that did not change the last time"),
                (.sqlite, "A stamp without a move does not count, and the next up moves the runs"),
                (.sqlite, "A row that was damaged since its move is named, and its original stays"),
                (.sqlite, "Sessions whose column of runs has another name are refused, and nothing is changed"),
            ]
        ),
        (
            "rows that no list can hold, ids that look alike, columns and keys of the application's",
            [
                (.sqlite, "Rows that no list can hold stop the way down"),
                (.sqlite, "Ids that differ only in how a character is composed are two ids, in one list and in two"),
                (.sqlite, "A column that is called rowid hides no sessions"),
                (.sqlite, "A primary key of the application's stays, and the difference is named"),
                (.sqlite, "A runs table without a key gets it before runs are moved into it"),
                (.postgresql, "A runs table without a key gets it before runs are moved into it"),
                (.postgresql, "A metrics day comes back with the number that the server gave it"),
                (
                    .postgresql,
                    "A default of the application's on a column whose type changes is converted, up and down"
                ),
            ]
        ),
        (
            "runs that only the target of an import has",
            [
                (.all, "A run that only the target has stays where v1's session is newer, and is counted"),
                (.all, "A run id of another session is replaced at once, and is known again when v1 changes"),
            ]
        ),
    ]

    @Test("Every kind has its tests", arguments: kinds.indices)
    func tests(of position: Int) {
        let kind = Self.kinds[position]
        for (server, title) in kind.tests {
            let exists = Project.tests.contains { $0.target != "ArchitectureTests" && $0.text.contains(title) }
            #expect(exists, "\(kind.kind), \(server): no test is called \(title)")
        }
    }
}
