import AgnoSchema
import SQLDialects
import Testing

@Suite("Which servers of the MySQL family move runs themselves") struct ServerSideMoveTests {
    private func dialect(
        _ version: String, kind: DatabaseKind = .mysql, logsStatements: Bool = false
    ) -> any MySQLFamilyDialect {
        MySQLServer(kind: kind, text: version, foldsTableNames: false, logsStatements: logsStatements)
            .dialect(schema: nil)
    }

    @Test(
        "MySQL from 8.0.4 on moves runs itself, in transactions that keep no writer out",
        arguments: ["8.0.4", "8.4.3", "9.7.0-commercial"])
    func newer(version: String) {
        let dialect = dialect(version)
        #expect(dialect.reasonForReferenceMove == nil)
        #expect(dialect.fingerprint(of: "`runs`") != nil)
        #expect(dialect.beginBatch == ["SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "START TRANSACTION"])
    }

    @Test("An older server, and one whose binary log forbids it, do not move runs themselves, and the plan says why")
    func others() {
        #expect(dialect("5.7.44-log").reasonForReferenceMove == "MySQL 5.7.44 has no JSON_TABLE")
        #expect(dialect("8.0.3").reasonForReferenceMove == "MySQL 8.0.3 has no JSON_TABLE")
        #expect(
            dialect("8.4.3", logsStatements: true).reasonForReferenceMove == "the server's binary log holds statements")
        for dialect in [dialect("5.7.44"), dialect("8.4.3", logsStatements: true)] {
            #expect(dialect.beginBatch == ["START TRANSACTION"])
            #expect(dialect.fingerprint(of: "`runs`") == nil)
        }
    }

    @Test("MariaDB and SingleStore never move runs themselves, and the plan has no note about it")
    func never() {
        for dialect in [dialect("10.11.6-MariaDB", kind: .mariadb), dialect("8.7.10", kind: .singlestore)] {
            #expect(dialect.reasonForReferenceMove == nil)
            #expect(dialect.beginBatch == [dialect.beginStatement])
            #expect(dialect.fingerprint(of: "`runs`") == nil)
        }
    }
}
