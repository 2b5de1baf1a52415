import DatabaseAccess
import Foundation
import Testing

@testable import MigrationCore

@Suite("Errors name the table and what to do")
struct ErrorTests {
    @Test(
        "Every condition of a driver has a code and a remedy",
        arguments: [
            (DatabaseError.Condition.cannotConnect, MigrationError.Code.cannotConnect),
            (.notAuthorised, .notAuthorised),
            (.notADatabase, .notADatabase), (.corrupt, .corrupt), (.readOnly, .readOnly), (.busy, .busy),
            (.full, .diskFull),
            (.constraint, .statementFailed), (.interrupted, .interrupted), (.other, .statementFailed),
            (DatabaseError.Condition(rawValue: "something_new"), .statementFailed),
        ])
    func conditions(_ condition: DatabaseError.Condition, _ code: MigrationError.Code) {
        let error = MigrationError(
            reporting: DatabaseError(condition, "it was refused", detail: "secret words"), table: "agno_evals")
        #expect(error.code == code)
        #expect(error.message == "it was refused (table agno_evals)")
        #expect(!error.remedy.isEmpty)
        #expect(!error.description.contains("secret"))
        #expect(error.detail == "secret words")
    }

    @Test("An unknown error shows nothing of its own text")
    func unknown() {
        struct Secretive: Error { var password = "hunter2" }
        let error = MigrationError(reporting: Secretive(), table: "t")
        #expect(error.code == .statementFailed)
        #expect(error.message.hasSuffix("on t"))
        #expect(!"\(error) \(error.detail)".contains("hunter2"))
    }

    @Test("A lock that stayed taken names its holder")
    func lock() {
        let holder = LockHolder(description: "process 7 on host h", waited: .seconds(1))
        let error = MigrationError(reporting: LockUnavailable(holder: holder))
        #expect(error.code == .locked)
        #expect(error.message.contains("process 7 on host h"))
    }

    @Test("The server's own words are never written as JSON")
    func json() throws {
        let error = MigrationError(.busy, "m", remedy: "r", rows: ["k"], detail: "secret")
        let text = String(decoding: try JSONEncoder().encode(error), as: UTF8.self)
        #expect(!text.contains("secret"))
        let read = try JSONDecoder().decode(MigrationError.self, from: Data(text.utf8))
        #expect(
            read.code == .busy && read.message == "m" && read.remedy == "r" && read.rows == ["k"] && read.detail == "")
    }
}
