import AgnoMigrate
import Testing

@testable import agno_migrate

@Suite("Exit codes are made of reports and errors")
struct ExitStatusTests {
    @Test(
        "Every error code has its exit code",
        arguments: [
            (MigrationError.Code.usage, 2), (.configuration, 2), (.cannotConnect, 10), (.notAuthorised, 10),
            (.notADatabase, 10), (.readOnly, 10), (.corrupt, 1), (.locked, 5), (.busy, 1), (.diskFull, 1),
            (.newerDatabase, 9), (.dataLoss, 8), (.versionsTable, 1), (.duplicateValues, 6), (.ownedRows, 6),
            (.notSupported, 1), (.statementFailed, 1), (.notVerified, 4), (.declined, 1), (.output, 1),
            (MigrationError.Code(rawValue: "one that comes later"), 1),
        ] as [(MigrationError.Code, Int32)])
    func errors(code: MigrationError.Code, status: Int32) {
        let error = MigrationError(code, "message", remedy: "remedy")
        #expect(ExitStatus(of: error, signal: nil).rawValue == status)
    }

    @Test("An interruption is 130 for SIGINT and 143 for SIGTERM")
    func signals() {
        let error = MigrationError(.interrupted, "message", remedy: "")
        #expect(ExitStatus(of: error, signal: 2).rawValue == 130)
        #expect(ExitStatus(of: error, signal: 15).rawValue == 143)
        #expect(ExitStatus(of: [.fine, .interrupted, .failed(.failure)], signal: 15).rawValue == 143)
    }

    @Test(
        "Several databases become one code",
        arguments: [
            ([], 0), ([.fine, .fine], 0), ([.failed(.noConnection)], 10), ([.fine, .failed(.noConnection)], 7),
            ([.failed(.noConnection), .failed(.noConnection)], 10), ([.failed(.noConnection), .failed(.locked)], 1),
            ([.partial], 7), ([.partial, .failed(.locked)], 7), ([.found(.refused)], 6),
            ([.fine, .found(.refused)], 6),
            ([.found(.refused), .failed(.failure)], 7), ([.fine, .found(.pending)], 3),
            ([.found(.pending), .found(.drift)], 4), ([.failed(.newerDatabase), .failed(.newerDatabase)], 9),
        ] as [([ExitVerdict], Int32)])
    func combined(verdicts: [ExitVerdict], status: Int32) {
        #expect(ExitStatus(of: verdicts, signal: nil).rawValue == status)
    }

    private func report(_ outcomes: [TableReport.Outcome]) -> MigrationReport {
        var report = MigrationReport(
            direction: .up, target: .latest, dialect: .sqlite, serverVersion: "3", schema: nil)
        report.tables = outcomes.map { TableReport(type: .evals, name: "t", from: nil, to: nil, outcome: $0) }
        return report
    }

    @Test(
        "A migration's tables decide",
        arguments: [
            ([], .fine), ([.absent], .fine), ([.current, .migrated], .fine), ([.failed], .failed(.failure)),
            ([.failed, .absent], .failed(.failure)), ([.failed, .migrated], .partial), ([.failed, .current], .partial),
            ([.failed, .refused], .failed(.failure)), ([.refused, .migrated], .found(.refused)),
        ] as [([TableReport.Outcome], ExitVerdict)])
    func migration(outcomes: [TableReport.Outcome], verdict: ExitVerdict) {
        #expect(ExitVerdict(of: report(outcomes)) == verdict)
    }

    @Test("An interrupted migration is interrupted, whatever its tables say")
    func interrupted() {
        var report = report([.migrated, .failed])
        report.interrupted = true
        #expect(ExitVerdict(of: report) == .interrupted)
    }
}
