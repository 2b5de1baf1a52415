import AgnoSchema
import DatabaseAccess
import Foundation
import MigrationCore
import SQLDialects
import Synchronization

/// A driver with faults in front of a real one.
final class FaultingDriver: DatabaseDriver {
    private let base: any DatabaseDriver
    private let killAt: Int?
    private let killDelay: UInt32?
    private let maxPages: Int?
    private let pause: UInt32
    private let counter = Atomic<Int>(0)
    private let isInTransaction = Atomic<Bool>(false)
    private let parking = Mutex<[Int]>([])

    init(_ base: any DatabaseDriver, killAt: Int?, killDelay: UInt32?, maxPages: Int?, pause: UInt32) {
        self.base = base
        self.killAt = killAt
        self.killDelay = killDelay
        self.maxPages = maxPages
        self.pause = pause
    }

    /// The same faults in front of another driver.
    func inFront(of other: any DatabaseDriver) -> FaultingDriver {
        FaultingDriver(other, killAt: killAt, killDelay: killDelay, maxPages: maxPages, pause: pause)
    }

    var statements: Int { counter.load(ordering: .relaxed) }

    /// The numbers of the statements about parked values, and of the three after each: among them those that end what they do.
    var statementsOfParking: [Int] {
        let numbers = parking.withLock { Set($0) }
        return Set(numbers.flatMap { $0...$0 + 3 }).filter { $0 <= statements }.sorted()
    }

    func withConnection<Result>(
        for access: DatabaseAccessMode, _ body: (any DatabaseConnection) throws -> Result
    ) throws -> Result {
        try base.withConnection(for: access) { connection in
            if let maxPages, access != .read { try connection.execute("PRAGMA max_page_count = \(maxPages)") }
            return try body(FaultingConnection(base: connection, driver: self))
        }
    }

    func withLock<Result>(
        _ purpose: String, waiting: (LockHolder) throws -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        try base.withLock(purpose, waiting: waiting, body)
    }

    func cancelRunningStatement() { base.cancelRunningStatement() }

    /// Called before each statement that writes; dies when it is the one, or soon after.
    func willExecute(_ sql: String) {
        let number = counter.add(1, ordering: .relaxed).newValue
        if sql.contains(ParkedValues.table) { parking.withLock { $0.append(number) } }
        if pause > 0 { usleep(pause) }
        guard number == killAt else { return }
        guard let killDelay else { die() }
        Thread.detachNewThread { [self] in
            usleep(killDelay)
            die()
        }
    }

    /// Called after each statement that writes.
    func didExecute(_ sql: String) {
        if sql.hasPrefix("BEGIN") || sql.hasPrefix("START TRANSACTION") {
            isInTransaction.store(true, ordering: .relaxed)
        }
        if sql == "COMMIT" || sql == "ROLLBACK" { isInTransaction.store(false, ordering: .relaxed) }
    }

    private func die() -> Never {
        let state = isInTransaction.load(ordering: .relaxed) ? "open" : "none"
        FileHandle.standardError.write(Data("transaction=\(state)\n".utf8))
        while true {
            kill(getpid(), SIGKILL)
            usleep(1000)
        }
    }
}

private struct FaultingConnection: DatabaseConnection {
    let base: any DatabaseConnection
    let driver: FaultingDriver

    var dialect: any Dialect { base.dialect }

    func execute(_ statement: SQLStatement) throws -> Int {
        driver.willExecute(statement.sql)
        let count = try base.execute(statement)
        driver.didExecute(statement.sql)
        return count
    }

    func forEachRow(_ statement: SQLStatement, _ body: (SQLRow) throws -> Bool) throws {
        try base.forEachRow(statement, body)
    }
}
